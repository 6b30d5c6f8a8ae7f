"""The campaign page of a petition, and what is done from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.snippets.views.snippets import InspectView

from advocacy import notices, petition_life, signed_list, tally
from advocacy.campaign_forms import NoticeForm, OutcomeForm
from advocacy.models import Notice, NoticeStatus, Petition, PetitionStatus, SignatureStatus
from advocacy.views.embed import frame_code, link_code
from cms.core.row_ids import LARGEST_ID

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest

TOLD = {PetitionStatus.WON, PetitionStatus.LOST}
VERBS = {
    PetitionStatus.OPEN: "Open",
    PetitionStatus.CLOSED: "Close",
    PetitionStatus.WON: "Won",
    PetitionStatus.LOST: "Lost",
    PetitionStatus.ARCHIVED: "Archive",
}
CONSEQUENCES = {
    PetitionStatus.OPEN: "It can be signed from now on, within its days and while it is published.",
    PetitionStatus.CLOSED: (
        "Nobody can sign it any more. Signatures that wait for their confirmation are not counted. "
        "Every article that names it is queued for another look."
    ),
    PetitionStatus.WON: "Nobody can sign it any more, and its page says that it was won.",
    PetitionStatus.LOST: "Nobody can sign it any more, and its page says that it was not won.",
    PetitionStatus.ARCHIVED: "It is no longer listed. Its page stays.",
}


class CampaignView(InspectView):
    """How a petition goes: numbers, days, deliveries, notices, and what can be done now."""

    page_title = "Campaign"
    template_name = "advocacy/admin/campaign.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The numbers stand on rows; only what is pending or invalid is counted."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        petition: Petition = self.object
        user = self.request.user
        other = dict(
            petition.signatures.filter(
                status__in=[SignatureStatus.PENDING, SignatureStatus.INVALID]
            )
            .order_by()
            .values_list("status")
            .annotate(total=Count("pk"))
        )
        context.update(
            petition=petition,
            chart=tally.chart(petition),
            pending=other.get(SignatureStatus.PENDING, 0),
            invalid=other.get(SignatureStatus.INVALID, 0),
            moves=[(to.value, VERBS[to]) for to in petition_life.moves_from(petition.status)],
            may_move=user.has_perm(petition_life.PERMISSION),
            deliveries=petition.deliveries.in_order(),
            may_deliver=user.has_perm("advocacy.add_delivery"),
            may_export=user.has_perm(signed_list.PERMISSION),
            may_see_signatures=user.has_perm("advocacy.view_signature"),
            may_write=user.has_perm(notices.PERMISSION),
            notices=petition.notices.all(),
            receivers=notices.receivers(petition),
            link_code=link_code(petition),
            frame_code=frame_code(petition),
        )
        return context


def _petition(pk: int) -> Petition:
    if pk > LARGEST_ID:
        raise Http404
    return get_object_or_404(Petition, pk=pk)


def _require(request: AdminRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _campaign(petition: Petition) -> HttpResponse:
    return redirect(Petition.snippet_viewset.get_url_name("inspect"), petition.pk)


# Its life -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def move(request: AdminRequest, petition_id: int, to: str) -> HttpResponse:
    """Ask, and on the second press move a petition to another status."""
    _require(request, petition_life.PERMISSION)
    petition = _petition(petition_id)
    if to not in VERBS:
        raise Http404
    target = PetitionStatus(to)
    latest = petition.get_latest_revision_as_object() if petition.latest_revision_id else petition
    data = request.POST if request.method == "POST" else None
    form = OutcomeForm(data, instance=latest, for_user=request.user) if target in TOLD else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _move(petition, target, form, request)
        except petition_life.MoveRefused as refusal:
            if form is None:
                messages.error(request, str(refusal))
                return _campaign(petition)
            # Beside the text, which is not lost.
            form.add_error("outcome", str(refusal))
        else:
            messages.success(request, f"“{petition}” is {petition.get_status_display().lower()}.")
            return _campaign(petition)
    return render(
        request,
        "advocacy/admin/move.html",
        {
            "petition": petition,
            "verb": VERBS[target],
            "label": target.label,
            "consequence": CONSEQUENCES[target],
            "form": form,
        },
    )


def _move(
    petition: Petition, to: PetitionStatus, form: OutcomeForm | None, request: AdminRequest
) -> None:
    by = request.user
    if to == PetitionStatus.OPEN:
        petition_life.open_for_signing(petition=petition, by=by)
    elif to == PetitionStatus.CLOSED:
        petition_life.close(petition=petition, by=by)
    elif to == PetitionStatus.ARCHIVED:
        petition_life.archive(petition=petition, by=by)
    elif form is not None:
        told = petition_life.win if to == PetitionStatus.WON else petition_life.lose
        told(petition=petition, outcome=form.cleaned_data["outcome"], by=by)


# The signed list ----------------------------------------------------------------------------------


@require_POST
def signed_csv(request: AdminRequest, petition_id: int) -> StreamingHttpResponse:
    """The signed list as a file. A POST, because it is written down that somebody took it."""
    _require(request, signed_list.PERMISSION)
    petition = _petition(petition_id)
    _note(request, petition, "The signed list as a file")
    return StreamingHttpResponse(
        signed_list.as_csv(petition),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{petition.slug}-signatures.csv"',
            "Cache-Control": "no-store, private",
        },
    )


@require_POST
def signed_print(request: AdminRequest, petition_id: int) -> HttpResponse:
    """The signed list as a page to print, in parts that a browser can lay out."""
    _require(request, signed_list.PERMISSION)
    petition = _petition(petition_id)
    count = signed_list.signers(petition).count()
    parts = max(1, -(-count // signed_list.PART))
    asked = request.POST.get("part", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    number = min(max(number, 1), parts)
    _note(request, petition, f"The signed list to print, part {number} of {parts}")
    response = render(
        request,
        "advocacy/admin/signed_list.html",
        {
            "petition": petition,
            "signers": signed_list.part(petition, number),
            "count": count,
            "part": number,
            "parts": range(1, parts + 1),
            "begin": (number - 1) * signed_list.PART,
        },
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _note(request: AdminRequest, petition: Petition, kind: str) -> None:
    signed_list.note_export(
        petition=petition,
        by=request.user,
        kind=kind,
        chosen_by="all that count",
        count=signed_list.signers(petition).count(),
    )


# Notices ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def write_notice(
    request: AdminRequest, petition_id: int, notice_id: int | None = None
) -> HttpResponse:
    """Write a notice, or go on with a draft of one."""
    _require(request, notices.PERMISSION)
    petition = _petition(petition_id)
    notice = Notice(petition=petition, created_by=request.user)
    if notice_id is not None:
        notice = _notice(petition, notice_id)
        if notice.status != NoticeStatus.DRAFT:
            return redirect("advocacy_notice", petition.pk, notice.pk)
    form = NoticeForm(request.POST or None, instance=notice)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        return redirect("advocacy_notice", petition.pk, saved.pk)
    return render(
        request,
        "advocacy/admin/notice_form.html",
        {"petition": petition, "notice": notice, "form": form},
    )


@require_http_methods(["GET", "POST"])
def notice(request: AdminRequest, petition_id: int, notice_id: int) -> HttpResponse:
    """A notice as signers get it: tested, confirmed, and then watched on its way."""
    _require(request, notices.PERMISSION)
    petition = _petition(petition_id)
    shown = _notice(petition, notice_id)
    if request.method == "POST":
        _act(request, shown)
        return redirect("advocacy_notice", petition.pk, shown.pk)
    return render(
        request,
        "advocacy/admin/notice.html",
        {
            "petition": petition,
            "notice": shown,
            "text": notices.text_of(shown),
            "receivers": notices.receivers(petition),
            "report": notices.report(shown),
        },
    )


def _act(request: AdminRequest, shown: Notice) -> None:
    expected = request.POST.get("receivers", "")
    try:
        if "test" in request.POST:
            notices.send_test(notice=shown, to=request.user)
            messages.success(request, f"A test is on its way to {request.user.email}.")
        elif expected.isascii() and expected.isdigit() and len(expected) < 10:
            notices.begin(notice=shown, expected=int(expected), by=request.user)
            messages.success(request, "The notice is being sent.")
        else:
            messages.error(request, "The request was incomplete. Nothing was sent: try once more.")
    except notices.NoticeRefusedError as refusal:
        messages.error(request, str(refusal))


def _notice(petition: Petition, pk: int) -> Notice:
    if pk > LARGEST_ID:
        raise Http404
    return get_object_or_404(Notice.objects.select_related("petition"), petition=petition, pk=pk)

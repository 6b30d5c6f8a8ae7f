"""The reviewer's screen: read what readers would see, approve it or send it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from cms.core.row_ids import LARGEST_ID
from news import evidence, notifications, reviews
from news.drafting.flags import flags_of
from news.models import ArticlePage
from news.models.commentary import Section

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.models import User
    from cms.core.requests import AdminRequest
    from news.models.commentary import Review

DECISIONS = {"approve", "send_back"}


def _article(page_id: int) -> ArticlePage:
    """The article; of an alias, the one that it stands for and is approved with."""
    if page_id > LARGEST_ID:
        raise Http404
    page = get_object_or_404(ArticlePage, pk=page_id)
    return page if page.alias_of_id is None else get_object_or_404(ArticlePage, pk=page.alias_of_id)


def _latest(page_id: int) -> ArticlePage:
    latest: ArticlePage = _article(page_id).get_latest_revision_as_object()
    return latest


def _may_see(request: AdminRequest, page: ArticlePage) -> bool:
    permissions = page.permissions_for_user(request.user)
    return (
        request.user.has_perm(reviews.PERMISSION)
        or permissions.can_edit()
        or permissions.can_publish()
    )


@require_http_methods(["GET", "POST"])
def review(request: AdminRequest, page_id: int) -> HttpResponse:
    """Show the three sections of an article's latest version; decide on one of them."""
    page = _latest(page_id)
    if not _may_see(request, page):
        raise PermissionDenied
    note, failed = "", ""
    if request.method == "POST":
        section, note = request.POST.get("section", ""), request.POST.get("note", "")
        decision = request.POST.get("decision", "")
        if section not in Section.values or decision not in DECISIONS:
            return HttpResponseBadRequest("The request was incomplete. Reload the page.")
        try:
            decided = _decide(request, page, section=section, approve=decision == "approve")
        except reviews.ReviewRefused as refusal:
            messages.error(request, str(refusal))
            failed = section
        else:
            messages.success(
                request,
                f"{decided.get_section_display()}: {decided.get_decision_display().lower()}.",
            )
            return redirect("news_review", page_id=page.pk)
    return render(
        request,
        "news/admin/review.html",
        {
            "page": page,
            "sections": _sections(page, request),
            "may_edit": page.permissions_for_user(request.user).can_edit(),
            "note": note,
            "failed": failed,
            "visible_body": page.body,
        },
        status=409 if failed else 200,
    )


@transaction.atomic
def _decide(request: AdminRequest, page: ArticlePage, *, section: str, approve: bool) -> Review:
    before = timezone.now()
    decided = reviews.decide(
        page=page,
        section=section,
        seen=request.POST.get("seen", ""),
        approve=approve,
        reviewer=request.user,
        note=request.POST.get("note", ""),
    )
    # An approval that was there before is no news.
    if decided.decided_at and decided.decided_at >= before:
        notifications.review_decided(page=page, review=decided)
    return decided


def _sections(page: ArticlePage, request: AdminRequest) -> list[dict[str, Any]]:
    flags = flags_of(page)
    return [
        {
            "state": state,
            "blocks": [
                {"block": block, "origin": state.origins.get(block.id)}
                for block in state.value or []
            ],
            "flags": flags[state.section.value],
            "why_not": reviews.why_not(page=page, state=state, reviewer=request.user),
        }
        for state in reviews.states_of(page)
    ]


@require_POST
def ask(request: AdminRequest, page_id: int) -> HttpResponse:
    """Ask for a review of one section, or of every section that needs one."""
    page = _latest(page_id)
    if not _may_see(request, page):
        raise PermissionDenied
    wanted = request.POST.get("section", "")
    try:
        reviewer = _reviewer(request.POST.get("reviewer", ""))
        asked = _ask(request, page, wanted=wanted, reviewer=reviewer)
    except reviews.ReviewRefused as refusal:
        return _answer(request, page, error=str(refusal))
    if not asked:
        return _answer(request, page, error="No section needs a review as it stands.")
    names = ", ".join(row.get_section_display() for row in asked)
    who = reviewer.public_name if reviewer else "the reviewers"
    return _answer(request, page, success=f"Asked {who} to review {names}.")


def _reviewer(written: str) -> User | None:
    """Whom the form names; blank asks everybody, and a name that is none must not."""
    if not written:
        return None
    reviewer = reviews.reviewers().filter(pk=written).first() if written.isdecimal() else None
    if reviewer is None:
        raise reviews.ReviewRefused("There is no such reviewer. Reload the page and choose again.")
    return reviewer


@transaction.atomic
def _ask(
    request: AdminRequest, page: ArticlePage, *, wanted: str, reviewer: User | None
) -> list[Review]:
    """Ask for each section, and tell those who are asked for the first time."""
    asked = []
    for state in reviews.states_of(page):
        if not (state.section.value == wanted or (wanted == "all" and state.needs_approval)):
            continue
        review = reviews.ask(
            page=page, section=state.section.value, asked_by=request.user, reviewer=reviewer
        )
        asked.append(review)
        is_known = state.asked is not None and (
            reviewer is None or state.asked.reviewer_id == reviewer.pk
        )
        if not is_known:
            people = [reviewer] if reviewer else reviews.reviewers().exclude(pk=request.user.pk)
            notifications.review_asked(page=page, review=review, reviewers=people)
    return asked


def _answer(
    request: AdminRequest, page: ArticlePage, *, success: str = "", error: str = ""
) -> HttpResponse:
    """JSON for the editor's script; without it, a message on the review screen."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"message": success or error}, status=200 if success else 422)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, success)
    return redirect("news_review", page_id=page.pk)


@require_GET
def download_evidence(request: AdminRequest, page_id: int) -> HttpResponse:
    """The record of how an article's commentary was made, as a JSON file."""
    page = _article(page_id)
    if not _may_see(request, page):
        raise PermissionDenied
    response = JsonResponse(evidence.of_page(page), json_dumps_params={"indent": 2})
    name = f"evidence-{page.slug}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store, private"
    return response

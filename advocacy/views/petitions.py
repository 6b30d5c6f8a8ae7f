"""Petitions: the list, one with its form, and the way to a signature that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from advocacy import admission, origins, page_tags, signatures
from advocacy.admission import TooManyError
from advocacy.forms import SigningForm
from advocacy.models import Petition
from advocacy.models.petitions import targets_in_full
from advocacy.signatures import LinkState, PetitionClosedError
from advocacy.views.heads import head, private_head
from advocacy.views.next_steps import next_steps
from cms.core.page_cache import tags
from cms.core.private_pages import private_page
from cms.core.sharing import share_links

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GONE = {LinkState.BROKEN: 404, LinkState.EXPIRED: 410}


@require_safe
def petitions(request: HttpRequest) -> HttpResponse:
    """Every petition, those that can be signed first."""
    tags.show(page_tags.PETITIONS)
    listed = list(Petition.objects.listed().with_targets().most_urgent())
    return render(
        request,
        "advocacy/petitions.html",
        {
            "open_petitions": [petition for petition in listed if petition.is_open],
            "upcoming_petitions": [petition for petition in listed if petition.is_upcoming],
            "closed_petitions": [
                petition
                for petition in reversed(listed)
                if not petition.is_open and not petition.is_upcoming
            ],
            "head": head(
                "Petitions",
                "What we ask for, of whom, and how far each petition has come.",
                reverse("advocacy:petitions"),
            ),
        },
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def petition(request: HttpRequest, slug: str) -> HttpResponse:
    """The petition with its form, and the same next page for every address."""
    shown = get_object_or_404(Petition.objects.public(), slug=slug)
    if request.method != "POST":
        return _page(request, shown)
    form = SigningForm(request.POST)
    if not shown.is_open:
        return _page(request, shown, status=409)
    if not form.is_valid():
        return _page(request, shown, form=form)
    if not form.is_from_a_machine:
        try:
            admission.sign(
                request,
                petition=shown,
                proof=form.proof,
                typed=form.signing,
                origin=origins.carried(request),
            )
        except PetitionClosedError:
            # It closed while the form was being filled in.
            return _page(request, shown, status=409)
        except TooManyError as refusal:
            form.add_error(None, str(refusal))
            return _page(request, shown, form=form, status=429)
    return redirect("advocacy:sent", slug=shown.slug)


def _page(
    request: HttpRequest, shown: Petition, *, form: SigningForm | None = None, status: int = 200
) -> HttpResponse:
    """The petition's page, with the form as it was filled in where it comes back."""
    prefetch_related_objects([shown], targets_in_full())
    context = shown.page_context()
    if context["form"] is not None:
        context.update(form=form or context["form"], challenge=admission.challenge())
    return render(request, "advocacy/petition.html", context, status=status)


@private_page
@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Look into your mail: the same page for everybody."""
    shown = get_object_or_404(Petition.objects.public(), slug=slug)
    return render(
        request,
        "advocacy/petition_sent.html",
        {"petition": shown, "head": private_head("Look into your mail")},
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The page with the button that a confirmation mail leads to."""
    shown = get_object_or_404(Petition.objects.public(), slug=slug)
    if request.method == "POST":
        link = signatures.confirm(petition=shown, token=token)
        if link.state == LinkState.READY:
            thanks_page = reverse("advocacy:thanks", args=[shown.slug])
            return redirect(origins.added(thanks_page, origins.carried(request)))
    else:
        link = signatures.look_up(petition=shown, token=token)
    return render(
        request,
        "advocacy/petition_confirm.html",
        {
            "petition": shown,
            "state": link.state.value,
            "signature": link.signature if link.state == LinkState.READY else None,
            "head": private_head("Confirm your signature"),
        },
        status=GONE.get(link.state, 200),
    )


@private_page
@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The signature counts; ask others along."""
    shown = get_object_or_404(Petition.objects.public(), slug=slug)
    return render(
        request,
        "advocacy/petition_thanks.html",
        {
            "petition": shown,
            **next_steps(request, ("petition", shown.pk), is_done=True),
            "share_links": share_links(shown.title, shown.full_url),
            "address": shown.full_url,
            "head": private_head("Thank you"),
        },
    )

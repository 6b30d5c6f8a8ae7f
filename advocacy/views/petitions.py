"""Petitions: the list, one with its form, and the way to a signature that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from advocacy import signatures
from advocacy.forms import SigningForm
from advocacy.models import Petition
from advocacy.signatures import LinkState, PetitionClosedError
from advocacy.views.heads import head, private_head
from cms.core.private_pages import private_page
from cms.core.sharing import share_links

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GONE = {LinkState.BROKEN: 404, LinkState.EXPIRED: 410}


@require_safe
def petitions(request: HttpRequest) -> HttpResponse:
    """Every petition, those that can be signed first."""
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
    shown = get_object_or_404(
        Petition.objects.public().with_targets().select_related("successor"), slug=slug
    )
    context = shown.page_context()
    status = 200
    if request.method == "POST":
        form = SigningForm(request.POST)
        context["form"] = form
        if not shown.is_open:
            context["form"], status = None, 409
        elif form.is_valid():
            if form.is_from_a_machine or _signed(shown, form):
                return redirect("advocacy:sent", slug=shown.slug)
            context["form"], status = None, 409
    return render(request, "advocacy/petition.html", context, status=status)


def _signed(shown: Petition, form: SigningForm) -> bool:
    """Sign; False where the petition closed while the form was being filled in."""
    try:
        signatures.sign(petition=shown, **form.signing)
    except PetitionClosedError:
        return False
    return True


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
            return redirect("advocacy:thanks", slug=shown.slug)
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
            "share_links": share_links(shown.title, shown.full_url),
            "address": shown.full_url,
            "head": private_head("Thank you"),
        },
    )

"""Readers' pages. A GET changes nothing; what is typed stands in no address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from advocacy import signatures
from advocacy.forms import SigningForm
from advocacy.models import Letter, Petition, Representative
from advocacy.places import State
from advocacy.signatures import LinkState, PetitionClosedError
from cms.core.private_pages import private_page
from cms.core.sharing import share_links

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GONE = {LinkState.BROKEN: 404, LinkState.EXPIRED: 410}


def _head(title: str, description: str, path: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "canonical": f"{settings.SITE_URL}{path}",
        "image": None,
        "type": "website",
        "noindex": False,
    }


def _private_head(title: str) -> dict[str, Any]:
    return {"title": title, "description": "", "noindex": True}


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
            "head": _head(
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
        {"petition": shown, "head": _private_head("Look into your mail")},
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
            "head": _private_head("Confirm your signature"),
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
            "head": _private_head("Thank you"),
        },
    )


@require_safe
def representatives(request: HttpRequest) -> HttpResponse:
    """Everybody in office, state by state, and last those whom no state elects."""
    groups: dict[str, list[Representative]] = {}
    for representative in Representative.objects.public().in_office().by_seat():
        groups.setdefault(representative.state, []).append(representative)
    names = dict(State.choices)
    states = [
        {"code": code, "name": names.get(code, "Other offices"), "representatives": groups[code]}
        for code in sorted(groups, key=lambda code: (code == "", names.get(code, "")))
    ]
    return render(
        request,
        "advocacy/representatives.html",
        {
            "states": states,
            "head": _head(
                "Representatives",
                "Whom to write to and call, state by state, with where each address comes from.",
                reverse("advocacy:representatives"),
            ),
        },
    )


@require_safe
def representative(request: HttpRequest, slug: str) -> HttpResponse:
    """One representative, how to reach them, and what asks something of them."""
    shown = get_object_or_404(Representative.objects.public().with_channels(), slug=slug)
    return render(request, "advocacy/representative.html", shown.page_context())


@require_safe
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """One letter, filled in for each of its targets."""
    shown = get_object_or_404(Letter.objects.public().with_targets(), slug=slug)
    return render(request, "advocacy/letter.html", shown.page_context())

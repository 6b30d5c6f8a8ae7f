"""Representatives: who they are, and how to reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from advocacy import origins, page_tags
from advocacy.lookup import vacant_seats
from advocacy.models import DistrictMap, Representative
from advocacy.places import State
from advocacy.views import districts
from advocacy.views.heads import head
from cms.core.page_cache import tags

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from advocacy.models import District


# Beyond so many, as with all of Congress, each state is folded: the page would have no end on a phone.
UNFOLDED_AT_MOST = 60


@require_safe
def representatives(request: HttpRequest) -> HttpResponse:
    """Everybody in office, state by state, and last those whom no state elects.

    With ``zip`` in the address, those who represent that ZIP code.
    """
    if "zip" in request.GET:
        return districts.answer(request)
    tags.show(page_tags.REPRESENTATIVES, page_tags.DISTRICTS)
    groups: dict[str, list[Representative]] = {}
    for representative in Representative.objects.public().in_office().by_seat():
        groups.setdefault(representative.state, []).append(representative)
    vacant: dict[str, list[District]] = {}
    for district in vacant_seats():
        vacant.setdefault(district.state, []).append(district)
    names = dict(State.choices)
    states = [
        {
            "code": code,
            "name": names.get(code, "Other offices"),
            "representatives": groups[code],
            "vacant": vacant.get(code, []),
        }
        for code in sorted(groups, key=lambda code: (code == "", names.get(code, "")))
    ]
    return render(
        request,
        "advocacy/representatives.html",
        {
            "states": states,
            "folded": sum(map(len, groups.values())) > UNFOLDED_AT_MOST,
            "district_map": DistrictMap.objects.first(),
            "letter": districts.letter_asked_for(request),
            "from_here": origins.carried(request),
            "head": head(
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
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    return render(request, "advocacy/representative.html", shown.page_context(number))

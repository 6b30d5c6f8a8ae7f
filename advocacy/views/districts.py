"""Find your representatives: the answer to a ZIP code.

The ZIP code stands in the address, so that an answer can be linked to and gone back to without a
cookie. The answer is stored by no cache, and its address is named to nobody, not even to this site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from advocacy import origins
from advocacy.lookup import look_up
from advocacy.models import DistrictMap, Letter, Representative
from advocacy.places import State
from advocacy.views.heads import private_head
from advocacy.zip_codes import ZipForm
from cms.core.private_pages import private_page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


@private_page
def answer(request: HttpRequest) -> HttpResponse:
    """Who represents the ZIP code that was asked for, or what to do where nobody can be named."""
    form = ZipForm(request.GET)
    letter = letter_asked_for(request)
    context: dict[str, Any] = {
        "form": form,
        "letter": letter,
        "from_here": origins.carried(request),
        "district_map": DistrictMap.objects.first(),
    }
    found = None
    if context["district_map"] and form.is_valid():
        found = look_up(form.cleaned_data["zip"])
    if found is None:
        title = "Please check the ZIP code" if form.errors else "Choose your state"
        context |= {"states": states_in_registry(), "head": private_head(title)}
        return render(request, "advocacy/zip_unknown.html", context)
    context |= {
        "zip_code": form.cleaned_data["zip"],
        "answer": found,
        "letters": [letter] if letter else list(letters_to_ones_own().order_by("title")),
        "head": private_head("Your representatives"),
    }
    return render(request, "advocacy/your_representatives.html", context)


def letters_to_ones_own() -> QuerySet[Letter]:
    """Letters that name no target: each reader writes to their own representatives."""
    return Letter.objects.public().filter(target_rows__isnull=True)


def letter_asked_for(request: HttpRequest) -> Letter | None:
    """The letter that the reader comes from, if it is one for their own representatives."""
    slug = request.GET.get("letter", "")
    if not slug or "\x00" in slug:
        return None
    return letters_to_ones_own().filter(slug=slug).first()


def states_in_registry() -> list[dict[str, str]]:
    """Code and name of each state with somebody to write to, by name."""
    codes = Representative.objects.public().in_office().exclude(state="")
    there = set(codes.order_by().values_list("state", flat=True).distinct())
    return [{"code": code, "name": name} for code, name in State.choices if code in there]

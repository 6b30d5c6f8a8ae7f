"""Links that say whom a letter is for, and from which text they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.urls import reverse

from advocacy import origins
from advocacy.models import Letter, Representative

if TYPE_CHECKING:
    from collections.abc import Sequence

register = template.Library()


@register.filter
def addressed_to(letter: Letter, people: Representative | Sequence[Representative]) -> str:
    """The page of a letter, filled in for one or for several."""
    return letter.address_to([people] if isinstance(people, Representative) else people)


@register.simple_tag
def coming_from(address: str, written: str) -> str:
    """The address with what ``origins.parameter()`` wrote; unchanged without it.

    No filter: those fail where their argument is unknown, as on pages that no text leads to.
    """
    return origins.added(address, written)


@register.simple_tag
def list_of_representatives(letter: Letter | str | None, written: str) -> str:
    """The list by state, on which readers choose whom a letter goes to where there is one."""
    address = reverse("advocacy:representatives")
    if not isinstance(letter, Letter):
        return address
    return origins.added(f"{address}?letter={letter.slug}", written)

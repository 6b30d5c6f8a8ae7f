"""How far a petition has come."""

from __future__ import annotations

from functools import partial

from django import template
from django.template.loader import render_to_string

from advocacy.models import Petition
from cms.core import fragments, kept_pages

register = template.Library()
TEMPLATE = "components/petition_tally.html"


@register.simple_tag
def tally(petition: Petition) -> str:
    """The number of signatures and the goal; on a page that is kept, as they are when it is read."""
    return kept_pages.hole(partial(_now, petition.pk)) or render_to_string(
        TEMPLATE, {"petition": petition}
    )


def _now(pk: int) -> str:
    return fragments.text(("tally", pk), partial(_made, pk))


def _made(pk: int) -> str:
    petition = Petition.objects.filter(pk=pk).only("confirmed_count", "goal").first()
    return render_to_string(TEMPLATE, {"petition": petition}) if petition else ""

"""Pages that name an entry of the registry, as far as readers may open them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Exists
from django.db.models.functions import Cast
from wagtail.models import Page, ReferenceIndex

from cms.core.page_cache import tags
from cms.core.privacy import restrictions_above

if TYPE_CHECKING:
    from advocacy.registry import Entry

# What shows such a list; touched by whoever publishes pages.
MENTIONS = "mentions"
SHOWN_AT_ONCE = 10
# Beyond this many, whoever reads on is no reader.
LAST_NUMBER = 1000


@dataclass(frozen=True)
class Mentions:
    """A part of the list, newest first; nobody counts the whole."""

    pages: list[Page]
    number: int = 1
    has_more: bool = False

    @property
    def next_number(self) -> int:
        """Where older ones are."""
        return self.number + 1

    @property
    def previous_number(self) -> int:
        """Where newer ones are."""
        return self.number - 1


def pages_naming(entry: Entry, *, number: int = 1) -> Mentions:
    """The live pages that everybody may read and that name the entry. One query.

    Wagtail's reference index says which; it holds what is published, not what is drafted.
    """
    tags.show(MENTIONS)
    number = max(1, min(number, LAST_NUMBER))
    # A page stands there as what every page is.
    named = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(type(entry)),
        to_object_id=str(entry.pk),
    ).values(page=Cast("object_id", BigIntegerField()))
    first = (number - 1) * SHOWN_AT_ONCE
    found = list(
        Page.objects.live()
        .filter(~Exists(restrictions_above()), pk__in=named)
        .order_by("-first_published_at", "-pk")[first : first + SHOWN_AT_ONCE + 1]
    )
    return Mentions(found[:SHOWN_AT_ONCE], number, has_more=len(found) > SHOWN_AT_ONCE)

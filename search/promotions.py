"""Results that editors put first for certain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from search.indexing import bare
from search.models import Kind, Promotion
from search.results import things

if TYPE_CHECKING:
    from search.queries import Query


@dataclass(frozen=True)
class Promoted:
    """A result that is put first, with the editor's words about it."""

    title: str
    address: str
    text: str


def promoted(query: Query) -> list[Promoted]:
    """What editors chose for exactly these words, as far as every reader may open it."""
    phrase = " ".join(part for term in query.terms for part in term)
    if not phrase or query.without:
        return []
    found = []
    for promotion in Promotion.objects.filter(phrases__contains=f"\n{bare(phrase)}\n"):
        # Articles are found as any other page, so only what the index may show is shown.
        kind, number = promotion.target
        thing = things([(kind, number)]).get((kind, number))
        if thing is None:
            continue
        title = thing.titled_name if kind == Kind.REPRESENTATIVE else thing.title
        address = thing.url if kind == Kind.ARTICLE else thing.get_absolute_url()
        found.append(Promoted(title, address or "", promotion.text))
    return found

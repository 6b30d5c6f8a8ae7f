"""What somebody may be about to type: titles, categories, names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cms.core import replica
from news import counts
from search import embedded
from search.indexing import bare
from search.models import Kind
from search.queries import Query, parse
from search.results import things

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 2
MOST = {Kind.REPRESENTATIVE: 3, Kind.PETITION: 2, Kind.ARTICLE: 5}
MOST_CATEGORIES = 2
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Suggestion:
    """Something to go to."""

    kind: str
    title: str
    address: str
    about: str = ""


def suggest(typed: str) -> list[Suggestion]:
    """Public things whose names have words that begin with what was typed; ten or so at most."""
    words = _WORD.findall(bare(" ".join(" ".join(term) for term in _terms(typed))))
    if not words or len("".join(words)) < SHORTEST:
        return []
    pairs = replica.ask(lambda: _begun_so(words))
    found = things(pairs)
    shown = [_of(kind, found[kind, number]) for kind, number in pairs if (kind, number) in found]
    return [*_categories(words), *shown]


def _begun_so(words: list[str]) -> list[tuple[str, int]]:
    """The kinds and numbers of what the index has."""
    return [
        (str(kind), number)
        for kind, most in MOST.items()
        for number in embedded.index().suggest(words, kind, most)
    ]


def _terms(typed: str) -> tuple[tuple[str, ...], ...]:
    query: Query = parse(typed)
    return query.terms


def _of(kind: str, thing: Any) -> Suggestion:
    if kind == Kind.REPRESENTATIVE:
        return Suggestion(
            "Representative", thing.titled_name, thing.get_absolute_url(), thing.office_line
        )
    if kind == Kind.PETITION:
        return Suggestion("Petition", thing.title, thing.get_absolute_url())
    return Suggestion(
        "Article", thing.title, thing.url or "", thing.source.name if thing.source else ""
    )


def _categories(words: list[str]) -> Iterator[Suggestion]:
    """Categories with a word that begins so, if a reader finds an article there."""
    shown = 0
    for category in counts.categories_in_use():
        parts = _WORD.findall(bare(category.name))
        if shown < MOST_CATEGORIES and all(
            any(part.startswith(word) for part in parts) for word in words
        ):
            shown += 1
            number = category.article_count
            about = f"{number:,} article{'' if number == 1 else 's'}"
            yield Suggestion("Category", category.name, category.get_absolute_url(), about)

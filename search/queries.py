"""What a reader typed, as words to look for: the same for every engine."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Literal

LONGEST_QUERY = 200
MOST_TERMS = 12
Sort = Literal["relevance", "newest", "oldest"]

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# Too frequent to tell anything, unless they stand in a phrase or alone.
_COMMON = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "in",
        "into",
        "is",
        "it",
        "its",
        "of",
        "on",
        "or",
        "our",
        "s",
        "that",
        "the",
        "their",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
    ]
)


@dataclass(frozen=True)
class Query:
    """Terms that must stand in a text, and terms that must not; a term of several is a phrase."""

    terms: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()
    # Whether words were left out because there were too many.
    shortened: bool = False

    @property
    def nearly(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Every choice of terms with one left out: what is looked for when nothing has them all."""
        return tuple(combinations(self.terms, len(self.terms) - 1)) if len(self.terms) > 1 else ()

    def replacing(self, word: str, by: str) -> Query:
        """The same with another word for one of its words."""
        terms = tuple(tuple(by if part == word else part for part in term) for term in self.terms)
        return Query(terms, self.without, self.shortened)

    def __str__(self) -> str:
        shown = [_shown(term) for term in self.terms]
        return " ".join([*shown, *(f"-{_shown(term)}" for term in self.without)])


def _shown(term: tuple[str, ...]) -> str:
    return f'"{" ".join(term)}"' if len(term) > 1 else term[0]


@dataclass(frozen=True)
class Filters:
    """What results are narrowed to; numbers of rows, and days of which both ends count."""

    kind: str = ""
    category: int | None = None
    source: int | None = None
    tag: int | None = None
    year: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def groups(self) -> dict[str, int]:
        """The facets that are narrowed, with the group that each is narrowed to."""
        values = {
            "category": self.category,
            "source": self.source,
            "tag": self.tag,
            "year": self.year,
        }
        return {facet: number for facet, number in values.items() if number is not None}


@dataclass(frozen=True)
class Search:
    """One question to an engine: which, narrowed to what, in what order, from where on."""

    query: Query
    filters: Filters = field(default_factory=Filters)
    sort: Sort = "relevance"
    start: int = 0
    size: int = 10
    # Content with texts that lack one of the terms.
    nearly: bool = False


def parse(typed: str) -> Query:
    """The terms of what was typed. Phrases stand in quotes, what must be missing after a minus.

    Every other character only parts words, so nothing that anybody types is an error.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST_QUERY].translate(_QUOTES))
    text = _POSSESSIVE.sub("", text.encode("utf-8", "ignore").decode())
    terms: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []
    common: list[tuple[str, ...]] = []
    for minus, phrase, word in _TOKEN.findall(text):
        term = tuple(_WORD.findall(phrase or word))
        if not term:
            continue
        if minus:
            without.append(term)
        elif not phrase and len(term) == 1 and term[0].lower() in _COMMON:
            common.append(term)
        else:
            terms.append(term)
    found = list(dict.fromkeys(terms or common))
    return Query(
        tuple(found[:MOST_TERMS]),
        tuple(dict.fromkeys(without))[:MOST_TERMS],
        shortened=len(typed) > LONGEST_QUERY or len(found) > MOST_TERMS,
    )

"""What every engine answers, and how results are weighed: the same rules for all of them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Protocol

from django.utils import timezone

from search.labels import KIND_NUMBERS, kind_label, label
from search.models import Kind
from search.queries import Filters, Search

# How much a hit in each text weighs: title, introduction, body, names.
WEIGHTS = (10.0, 4.0, 1.0, 3.0)
# An article of today weighs this much more than one of long ago; the advantage halves with time.
RECENT, HALVES_AFTER_DAYS = 0.5, 120
# So many results can be leafed through, and the best are looked for among so many of the newest
# hits and of those with the words in their title. Of most questions these are all that there are.
REACHABLE = 2000
# The database counts no further than this, and its facets over so many of the newest hits.
COUNTED = REACHABLE
# What an engine puts around a hit: private characters, which no text in the index holds.
OPEN, CLOSE = "\ue001", "\ue002"
EXTRACT_WORDS = 36
# Bits of a slot below the seconds: what has the same moment is told apart by them.
SLOT_BITS = 12
DAY = 86_400


@dataclass(frozen=True)
class Hit:
    """One result; its texts hold the marks around what was looked for."""

    kind: str
    object_id: int
    title: str = ""
    extract: str = ""


@dataclass(frozen=True)
class Found:
    """The answer to one question.

    ``kinds`` counts each kind whatever kind the search is narrowed to; ``facets`` counts by facet
    and number of the group. ``bounded`` says that there may be more than ``COUNTED``: a number that
    is as high means that many or more, and facets were counted over the newest. ``looked_at`` says in
    how many of the newest texts that hold the words of a phrase it was looked for; 0: in all.
    """

    hits: list[Hit]
    total: int
    kinds: dict[str, int]
    facets: dict[str, dict[int, int]] = field(default_factory=dict)
    bounded: bool = False
    looked_at: int = 0

    def is_more(self, number: int) -> bool:
        """Whether one of the counts says only that there are so many or more."""
        return self.bounded and number >= COUNTED


class Engine(Protocol):
    """Finds entries of the index."""

    def find(self, search: Search) -> Found:
        """Results, counts and extracts."""

    def count(self, search: Search) -> int:
        """How many results there are; of the database, ``COUNTED`` where there are as many or more."""


class EngineError(Exception):
    """A search server did not answer in time, or with an error."""


def recency(slot: int) -> float:
    """What the weight of something that was published at a moment is multiplied by."""
    age = max(0.0, time.time() - (slot >> SLOT_BITS)) / DAY
    return 1 + RECENT * math.pow(0.5, age / HALVES_AFTER_DAYS)


def weighed(score: float, slot: int, kind: str) -> float:
    """The weight of a hit; a person does not age as news does."""
    return score * (recency(slot) if kind != Kind.REPRESENTATIVE else 1 + RECENT)


def marks(filters: Filters) -> Iterator[str]:
    """The labels that a result must have."""
    if filters.kind:
        yield kind_label(filters.kind)
    for facet, number in filters.groups.items():
        yield label(facet, number)


def moments(filters: Filters) -> tuple[int, int]:
    """The first slot that counts and the first that does not; days are those of the site's zone."""
    low = _midnight(filters.since) if filters.since else -(2**40)
    until = filters.until
    high = _midnight(until + timedelta(days=1)) if until and until < date.max else 2**40
    return low << SLOT_BITS, high << SLOT_BITS


def _midnight(day: date) -> int:
    # The first and the last days there are have no timestamp in every zone.
    if not 1 < day.year < 9999:
        return -(2**40) if day.year <= 1 else 2**40
    return int(timezone.make_aware(datetime.combine(day, time_of_day.min)).timestamp())


def count_kinds(counted: dict[int, int]) -> dict[str, int]:
    """Counts by kind from those by its number."""
    return {kind: counted.get(number, 0) for kind, number in KIND_NUMBERS.items()}


def choose_extract(introduction: str, body: str) -> str:
    """The text that shows best why something was found."""
    if OPEN not in introduction and OPEN in body:
        return body
    return introduction or body


def in_order(slots: Iterable[int], hits: dict[int, Hit]) -> list[Hit]:
    """The hits of slots, in their order."""
    return [hits[slot] for slot in slots if slot in hits]

"""What the index of either database has in common; how it asks differs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from cms.core import replica
from search import labels
from search.engine import COUNTED, REACHABLE, Found, Hit, count_kinds, in_order, weighed
from search.models import Entry, Kind
from search.queries import Search

Row = tuple[int, str, str, str, str, str]


class Tables(ABC):
    """An index in tables, with the statements that one kind of database understands."""

    # The statements that read texts, in the order of the columns of ``write``: after a slot, so
    # many; and those of some slots.
    all_texts: str
    texts_of: str
    # The slots of texts that belong to no entry.
    strays: str

    def find(self, search: Search) -> Found:
        """Results, counts and extracts."""
        newest, cut = self._newest(search)
        total = len(newest)
        slots = self._slots(search, total, [slot for slot, _ in newest], cut=cut)
        found = labels.count(marks for _, marks in newest)
        return Found(
            hits=in_order(slots, self._hits(search, slots)),
            total=total,
            kinds=self._kinds(search, total, found),
            facets=found,
            bounded=total == COUNTED,
            looked_at=COUNTED if cut else 0,
        )

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """What a statement answers."""
        with replica.connection().cursor() as cursor:
            cursor.execute(statement, parameters)
            found: list[Any] = cursor.fetchall()
        return found

    def every_text(self) -> Iterator[tuple[str, ...]]:
        """Title, introduction, body and names of each entry."""
        for _, *texts in self.every_row():
            yield tuple(texts[:4])

    def every_row(self, *, at_once: int = 500) -> Iterator[Row]:
        """Each entry's slot, texts and labels, the oldest first; a few at a time."""
        after = -(2**62)
        while rows := self.rows(self.all_texts, [after, at_once]):
            yield from rows
            after = rows[-1][0]

    def texts(self, slots: Sequence[int]) -> list[Row]:
        """The rows of some slots."""
        holes = ", ".join(["%s"] * len(slots))
        return self.rows(f"{self.texts_of} ({holes})", slots) if slots else []

    def slots_with_text(self, slots: Sequence[int]) -> set[int]:
        """Those of the slots that have their texts."""
        return {row[0] for row in self.texts(slots)}

    def erase_strays(self) -> None:
        """Take out texts that belong to no entry: somebody deleted entries without them."""
        self.erase([row[0] for row in self.rows(self.strays)])

    def _slots(self, search: Search, total: int, newest: Sequence[int], *, cut: bool) -> list[int]:
        """The slots of one page of results."""
        stop = min(search.start + search.size, REACHABLE, total)
        if search.start >= stop:
            return []
        if search.sort == "oldest" and (cut or total < COUNTED):
            return list(newest[::-1][search.start : stop])
        if search.sort == "oldest":
            return self._oldest(search, search.start, stop - search.start)
        if search.sort == "newest" or not search.query.terms:
            return list(newest[search.start : stop])
        best = self._best(search, newest)
        if stop > len(best):
            weighed_already = set(best)
            best += [slot for slot in newest[:REACHABLE] if slot not in weighed_already]
        return best[search.start : stop]

    def _best(self, search: Search, newest: Sequence[int]) -> list[int]:
        """The best of the newest hits and of those that have the words in their title."""
        scores: dict[int, float] = {}
        for slot, kind, score in self._scored(search, newest):
            scores[slot] = max(scores.get(slot, 0.0), weighed(score, slot, kind))
        return sorted(scores, key=lambda slot: (-scores[slot], -slot))

    def _kinds(
        self, search: Search, total: int, found: dict[str, dict[int, int]]
    ) -> dict[str, int]:
        if not search.filters.kind and total < COUNTED:
            return count_kinds(found["kind"])
        return {
            kind: total
            if kind == search.filters.kind
            else self._count(replace(search, filters=replace(search.filters, kind=kind)))
            for kind in Kind.values
        }

    def _hits(self, search: Search, slots: Sequence[int]) -> dict[int, Hit]:
        extracts = self._extracts(search, slots) if slots else {}
        return {
            entry.slot: Hit(entry.kind, entry.object_id, *extracts.get(entry.slot, ("", "")))
            for entry in Entry.objects.filter(slot__in=slots)
        }

    def count(self, search: Search) -> int:
        """How many results there are, ``COUNTED`` at most."""
        return self._count(search)

    @abstractmethod
    def _count(self, search: Search) -> int:
        """The same, within one answer."""

    @abstractmethod
    def suggest(self, words: Sequence[str], kind: str, most: int) -> list[int]:
        """Numbers of the newest things of a kind whose title has words that begin so."""

    @abstractmethod
    def write(self, rows: Iterable[Row]) -> None:
        """Put texts and labels into their slots."""

    @abstractmethod
    def erase(self, slots: Sequence[int]) -> None:
        """Take out the texts of slots."""

    @abstractmethod
    def _newest(self, search: Search) -> tuple[list[tuple[int, str]], bool]:
        """Slot and labels of the newest hits, ``COUNTED`` at most.

        Also whether older texts that may be hits were not looked at.
        """

    @abstractmethod
    def _scored(self, search: Search, newest: Sequence[int]) -> list[tuple[int, str, float]]:
        """Slot, kind and score of the hits among which the best are looked for."""

    @abstractmethod
    def _oldest(self, search: Search, start: int, size: int) -> list[int]:
        """Slots of hits, the oldest first."""

    @abstractmethod
    def _extracts(self, search: Search, slots: Sequence[int]) -> dict[int, tuple[str, str]]:
        """The title and an extract of each slot, with marks around the hits."""

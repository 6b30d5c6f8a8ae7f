"""How like one another headlines are: shared words, weighed by rarity and by hours between.

A headline is short, and others tell the same in other words. So the nearest are found twice: first
by the words that were asked for, then also by the words of those that were found. Shared words
alone put 82 of 100 in the right story, hours 92, the second look 94 (``benchmarks/related.py``).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from django.db import connection

from news.likeness.index import counts, minute
from news.models import LikenessEntry, LikenessPosting

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

# Half as like after a day, a third after two: news is about what else happens then.
DAY_MINUTES = 24 * 60
# Whose words are taken for the second look, how many of them, and what these count as a whole
# beside those that were asked for. The figures hardly change between 10 and 30, 12 and 40, 2 and 8.
NEIGHBOURS = 20
NEIGHBOURS_WORDS = 16
NEIGHBOURS_SHARE = 4.0
# Rows that one look may read. Rare words come first, so what is beyond tells least.
ROWS_AT_MOST = 40_000


@dataclass(frozen=True)
class Near:
    """A headline in the index, and how near it is: 1 would be the same at the same minute."""

    entry_id: int
    score: float


def nearest(
    asked: Sequence[str], *, at: datetime, limit: int, leave_out: Iterable[int] = ()
) -> list[Near]:
    """The ``limit`` headlines most like these words at this time, best first.

    ``leave_out`` are ids of entries that are not looked for, as the one that asks.
    """
    if not asked:
        return []
    left_out = set(leave_out)
    known = Rarity()
    query = dict.fromkeys(asked, len(asked) ** -0.5)
    first = _walk(query, known, at=at, limit=NEIGHBOURS + len(left_out))
    neighbours = [near for near in first if near.entry_id not in left_out][:NEIGHBOURS]
    for word, weight in _words_of(neighbours, known).items():
        query[word] = query.get(word, 0.0) + NEIGHBOURS_SHARE * weight
    found = _walk(query, known, at=at, limit=limit + len(left_out))
    best = _best_possible(query, known)
    return [
        Near(near.entry_id, min(1.0, near.score / best))
        for near in found
        if near.entry_id not in left_out
    ][:limit]


class Rarity:
    """What a shared word counts, by how many headlines it stands in; asks once for each word."""

    def __init__(self) -> None:
        self.headlines_of: dict[str, int] = {}
        self.headlines = max(1, counts([""]).get("", 1))

    def look_up(self, asked: Iterable[str]) -> None:
        """Ask the database once for words that are to be weighed."""
        if unknown := [word for word in asked if word not in self.headlines_of]:
            self.headlines_of |= dict.fromkeys(unknown, 1) | counts(unknown)

    def of(self, word: str) -> float:
        """The logarithm of how seldom it is."""
        return math.log(1 + self.headlines / self.headlines_of[word])


def similarity(words: Collection[str], others: Collection[str], known: Rarity) -> float:
    """What two headlines have in common, from 0 for nothing to 1 for every word.

    Of two real headlines at 0.3, nine in ten pairs are of one story, at 0.2 three in four.
    """
    known.look_up([*words, *others])
    of_both = sum(map(known.of, words)) * sum(map(known.of, others))
    shared = sum(known.of(word) for word in set(words) & set(others))
    return shared / math.sqrt(of_both) if of_both else 0.0


def _best_possible(query: Mapping[str, float], known: Rarity) -> float:
    """The score of a headline of just those words that would serve it best."""
    weights = sorted((x * known.of(word) for word, x in query.items()), reverse=True)
    total = accumulate(weights)
    return max(summed * length**-0.5 for length, summed in enumerate(total, start=1))


def _walk(query: Mapping[str, float], known: Rarity, *, at: datetime, limit: int) -> list[Near]:
    """The headlines that share most of these words, by one walk along the index for each word."""
    known.look_up(query)
    walked: list[float | str] = []
    rows = 0
    for word in sorted(query, key=lambda word: (known.headlines_of[word], word)):
        rows += known.headlines_of[word]
        if walked and rows > ROWS_AT_MOST:
            break
        walked += [word, query[word] * known.of(word)]
    values = ", ".join(["(%s, %s)"] * (len(walked) // 2))
    table = connection.ops.quote_name(LikenessPosting._meta.db_table)
    now = minute(at)
    # CROSS JOIN has SQLite begin with the few words.
    statement = (
        f"WITH asked (word, counts) AS (VALUES {values})"  # noqa: S608 - only placeholders
        " SELECT entry_id, SUM(counts * weight) / (1 + ABS(minute - %s) / %s) AS score"
        f" FROM asked CROSS JOIN {table} AS posting WHERE posting.word = asked.word"
        " GROUP BY entry_id, minute ORDER BY score DESC, entry_id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*walked, now, float(DAY_MINUTES), limit])
        return [Near(entry_id, score) for entry_id, score in cursor.fetchall()]


def _words_of(neighbours: Sequence[Near], known: Rarity) -> dict[str, float]:
    """The words that tell most of what these are about, and how much."""
    total = sum(near.score for near in neighbours)
    texts = dict(
        LikenessEntry.objects.filter(pk__in=[near.entry_id for near in neighbours]).values_list(
            "pk", "words"
        )
    )
    weights: defaultdict[str, float] = defaultdict(float)
    for near in neighbours:
        stored = texts.get(near.entry_id, "").split()
        for word in stored:
            weights[word] += near.score / total * len(stored) ** -0.5
    known.look_up(weights)
    telling = sorted(weights, key=lambda word: (-weights[word] * known.of(word), word))
    return {word: weights[word] for word in telling[:NEIGHBOURS_WORDS]}

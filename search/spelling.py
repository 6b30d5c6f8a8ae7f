"""What a misspelt word may have been meant to be, from the words that stand in the index."""

from __future__ import annotations

import string

from search import embedded
from search.indexing import bare
from search.models import Word
from search.queries import Query, Search

SHORTEST, LONGEST = 4, 24
MOST_CANDIDATES = 12
# Beyond the first letters, a word may differ in two places.
SAME_LETTERS = 3
# A word that so few texts hold may be a slip itself, where another is so many times as frequent.
RARE, MORE_FREQUENT = 2, 10


def corrected(query: Query) -> Query | None:
    """The query with its doubtful words replaced; None where there is nothing to replace.

    Only words that stand in a text that every reader may open are put in.
    """
    better = query
    for word in dict.fromkeys(part for term in query.terms for part in term):
        if meant := _meant(word):
            better = better.replacing(word, meant)
    return better if better != query else None


def _meant(word: str) -> str:
    plain = bare(word)
    if not (SHORTEST <= len(plain) <= LONGEST and plain.isalpha()):
        return ""
    frequency = _frequency(plain)
    if frequency > RARE:
        return ""
    found = [
        (distance, -times, candidate)
        for distance, candidate in _candidates(plain)
        if (times := _frequency(candidate)) > frequency * MORE_FREQUENT
    ]
    return min(found)[2] if found else ""


def _frequency(word: str) -> int:
    return embedded.index().count(Search(Query(((word,),))))


def _candidates(word: str) -> list[tuple[int, str]]:
    """Words of the index with their distance, the nearest first."""
    near = Word.objects.filter(word__in=_one_slip_away(word)).values_list("word", flat=True)
    found = [(1, candidate) for candidate in near if candidate != word]
    if not found:
        begun = Word.objects.filter(word__startswith=word[:SAME_LETTERS])
        distances = (
            (distance(word, candidate), candidate)
            for candidate in begun.values_list("word", flat=True)
            if abs(len(candidate) - len(word)) <= 2
        )
        found = sorted(pair for pair in distances if 0 < pair[0] <= 2)
    return found[:MOST_CANDIDATES]


def _one_slip_away(word: str) -> set[str]:
    """Every text that one letter more, less, other or swapped makes of a word."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    letters = sorted(set(string.ascii_lowercase) | set(word))
    return (
        {left + right[1:] for left, right in parts if right}
        | {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
        | {left + letter + right[1:] for left, right in parts if right for letter in letters}
        | {left + letter + right for left, right in parts for letter in letters}
    ) - {word}


def distance(one: str, other: str) -> int:
    """Letters to add, drop, change, or swap with their neighbour, to make one word of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]

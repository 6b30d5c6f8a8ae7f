"""How much of one text stands in another."""

from __future__ import annotations

from news.drafting.guard.words import words

SHINGLE = 3
# Sections about the same story share its names: measured on a published article whose three
# sections retell one another, whole sections share 2 to 6 in a hundred runs of three words, and the
# worst paragraph 15. A copy with every tenth word changed still shares 70, with every fifth 40.
REPEATS = 0.3
# A text of fewer words than this is a phrase, and phrases recur.
ENOUGH_WORDS = 8


def overlap(one: str, other: str) -> float:
    """Say what share of the shorter text's runs of three words stand in the other, 0 to 1.

    `REPEATS` separates a repeat from two texts about one thing.
    """
    first, second = words(one), words(other)
    length = min(SHINGLE, len(first), len(second))
    if not length:
        return 0.0
    own, others = _shingles(first, length), _shingles(second, length)
    return len(own & others) / min(len(own), len(others))


def repeated_share(text: str, earlier: str) -> float:
    """Say what share of a text's runs of three words an earlier, longer text has, 0 to 1."""
    own = _shingles(words(text), SHINGLE)
    return len(own & _shingles(words(earlier), SHINGLE)) / len(own) if own else 0.0


def repeats(text: str, earlier: str) -> bool:
    """Say whether a text says again what an earlier one has said; phrases do not count."""
    return len(words(text)) >= ENOUGH_WORDS and repeated_share(text, earlier) >= REPEATS


def _shingles(found: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}

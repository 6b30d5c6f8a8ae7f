"""How much of one text stands in another."""

from __future__ import annotations

from news.drafting.guard.words import words

SHINGLE = 3
# Sections about the same story share its names: measured on a published article whose three
# sections retell one another, whole sections share 2 to 6 in a hundred runs of three words, and the
# worst paragraph 15. A copy with every tenth word changed still shares 70, with every fifth 40.
REPEATS = 0.3
# A single sentence may share a turn of phrase; sharing this much, it is the same one, reworded.
SAME_SENTENCE = 0.6
# A text of fewer words than this is a phrase, and phrases recur; up to the second, a sentence.
ENOUGH_WORDS = 8
SENTENCE_WORDS = 25


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


class Said:
    """A text that was there before, prepared once to be compared with many."""

    def __init__(self, text: str = "") -> None:
        self._shingles = _shingles(words(text), SHINGLE)

    def add(self, text: str) -> None:
        """Count another piece of text among what was said."""
        self._shingles |= _shingles(words(text), SHINGLE)

    def share_of(self, text: str) -> float:
        """Say what share of a text's runs of three words was said before, 0 to 1."""
        own = _shingles(words(text), SHINGLE)
        return len(own & self._shingles) / len(own) if own else 0.0

    def is_repeated_by(self, text: str) -> bool:
        """Say whether a sentence or a longer text says again what was said before."""
        length = len(words(text))
        if length < ENOUGH_WORDS:
            return False
        return self.share_of(text) >= (SAME_SENTENCE if length < SENTENCE_WORDS else REPEATS)


def _shingles(found: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}

"""Headlines that are one text: a wire story stands under many addresses, each a little different."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Of all words that either has, how many both have.
SHARED_SHARE = 0.75
# A headline that was cut off, or got an addition, has all its words in the other.
CUT_FROM_WORDS = 5


def one_text(words: Collection[str], others: Collection[str]) -> bool:
    """Whether two headlines are the same but for a word or two, or for where one was cut off."""
    first, second = frozenset(words), frozenset(others)
    shared = len(first & second)
    shorter = min(len(first), len(second))
    return shared > 0 and (
        shared >= SHARED_SHARE * len(first | second)
        or (shared == shorter and shorter >= CUT_FROM_WORDS)
    )


def told_before(words: Collection[str], others: Iterable[Collection[str]]) -> int | None:
    """Which of the others, counted from 0, is the same text; ``None`` where none is."""
    return next((at for at, other in enumerate(others) if one_text(words, other)), None)

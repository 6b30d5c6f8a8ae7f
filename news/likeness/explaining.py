"""Why two texts were found to be alike, in words for whoever decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from news.likeness.words import stems

if TYPE_CHECKING:
    from datetime import timedelta

LONGEST = 300
NAMED_AT_MOST = 5
# From this share of capitals on, a headline capitalises everything, so a capital tells no name.
TITLE_CASE_FROM = 0.7
A_YEAR = 365.25
# Up to how many days, how many days one is, and its name.
UNITS = ((14, 1, "days"), (60, 7, "weeks"), (2 * A_YEAR, A_YEAR / 12, "months"))
_SENTENCE_END = re.compile(r"(?<=[.!?:|])\s+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def explanation(text: str, other: str, *, apart: timedelta) -> str:
    """As in "same names: Witkoff, Zelenskyy; 3 h apart"."""
    first, second = stems(text), stems(other)
    shared = [stem for stem in first if stem in second]
    known_names = _names(text) | _names(other)
    # Who writes it small knows no name in it.
    named = [
        stem
        for stem in shared
        if stem in known_names and not (first[stem].islower() or second[stem].islower())
    ]
    names = [second[stem] for stem in named]
    rest = [second[stem] for stem in shared if stem not in named]
    why = [f"same names: {', '.join(names[:NAMED_AT_MOST])}"] if names else []
    if rest and len(names) < 2:
        why.append(f"same words: {', '.join(rest[:NAMED_AT_MOST])}")
    if not why:
        why.append("no word in common, but the words of others like it")
    return "; ".join([*why, _distance(apart)])[:LONGEST]


def _names(text: str) -> set[str]:
    """Words whose capital tells a name.

    That is so in a sentence that does not capitalise everything, and not at its start, unless a
    capital stands inside the word, as in NATO and JetBlue.
    """
    names: set[str] = set()
    for sentence in _SENTENCE_END.split(text):
        written = _LETTERS.findall(sentence)
        long = [word for word in written[1:] if len(word) > 3]
        if sum(word[0].isupper() for word in long) >= TITLE_CASE_FROM * len(long):
            continue
        for at, word in enumerate(written):
            if (at and word[0].isupper()) or not word[1:].islower():
                names |= stems(word).keys()
    return names


def _distance(apart: timedelta) -> str:
    """In the unit that a person would choose."""
    hours = abs(apart.total_seconds()) / 3600
    if hours < 1:
        return "within the hour"
    if hours < 48:
        return f"{round(hours)} h apart"
    days = hours / 24
    for fewer_than, length, unit in UNITS:
        if days < fewer_than:
            return f"{round(days / length)} {unit} apart"
    return f"{round(days / A_YEAR)} years apart"

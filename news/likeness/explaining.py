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
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def explanation(text: str, other: str, *, apart: timedelta) -> str:
    """As in "same names: Witkoff, Zelenskyy; 3 h apart"."""
    first, second = stems(text), stems(other)
    shared = [stem for stem in first if stem in second]
    known_names = _names(text) | _names(other)
    names = [second[stem] for stem in shared if stem in known_names]
    rest = [second[stem] for stem in shared if stem not in known_names]
    why = []
    if names:
        why.append(f"same names: {', '.join(names[:NAMED_AT_MOST])}")
    elif rest:
        why.append(f"same words: {', '.join(word.lower() for word in rest[:NAMED_AT_MOST])}")
    else:
        why.append("no word in common, but the words of others like it")
    return "; ".join([*why, _distance(apart)])[:LONGEST]


def _names(text: str) -> set[str]:
    """Words whose capital tells a name: in a text that does not capitalise all, not at its start."""
    names: set[str] = set()
    for sentence in re.split(r"(?<=[.!?:|])\s+", text):
        written = _LETTERS.findall(sentence)
        capitals = sum(word[0].isupper() for word in written[1:] if len(word) > 3)
        long = sum(len(word) > 3 for word in written[1:])
        if capitals >= TITLE_CASE_FROM * long:
            continue
        for word in written[1:]:
            if word[0].isupper():
                names |= stems(word).keys()
    return names


def _distance(apart: timedelta) -> str:
    minutes = abs(apart.total_seconds()) / 60
    if minutes < 60:
        return "within the hour"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h apart"
    return f"{round(minutes / (24 * 60))} days apart"

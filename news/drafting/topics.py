"""Whether an entry of the registry belongs to a story: the same subject, or the same person.

A draft points readers at what it is offered, so an entry about something else is worse than none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from advocacy.models.representatives import Office
from news.drafting.guard import plain_text
from news.drafting.guard.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

# Two words in common are a subject; one ("security", "water") is a coincidence.
SHARED_AT_LEAST = 2
SHORTEST = 5
# Words that say nothing of a subject: English ones, and those of every petition and every report
# from a parliament.
_COMMON = frozenset(Path(__file__).with_name("common_words.txt").read_text("utf-8").split())
_TITLES = {
    Office.SENATOR.value: r"Sen(?:ator|\.)?",
    Office.REPRESENTATIVE.value: r"(?:Rep(?:resentative|\.)?|Congress(?:wo)?man)",
    Office.DELEGATE.value: r"Del(?:egate|\.)?",
}
# A name or an initial that may stand between two others.
_BETWEEN = r"(?:[A-Z][\w.'-]*\s+)?"


def significant_words(text: str) -> set[str]:
    """The words of a plain text that tell what it is about."""
    return {_stem(word) for word in words(text) if len(word) >= SHORTEST and word not in _COMMON}


def _stem(word: str) -> str:
    """A word without the ending of its plural or possessive: guarantee, guarantees, Ukraine's."""
    word = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


class Story:
    """An article's title, introduction and body, asked what it is about and whom it names."""

    def __init__(self, html: Iterable[str]) -> None:
        self.text = "\n".join(plain_text(part) for part in html)

    @cached_property
    def _words(self) -> set[str]:
        return significant_words(self.text)

    @cached_property
    def _spelled(self) -> str:
        return _spelled(self.text)

    @cached_property
    def _names(self) -> set[str]:
        return set(words(self._spelled))

    def shares(self, text: str) -> int:
        """How many significant words a text has in common with the story; 0 for a coincidence."""
        shared = len(self._words & significant_words(plain_text(text)))
        return shared if shared >= SHARED_AT_LEAST else 0

    def names(self, *, first_name: str, last_name: str, name: str) -> bool:
        """Whether a person is named in full."""
        first, last = _spelled(first_name), _spelled(last_name)
        if not first or not self._holds(last):
            return False
        full = r"\s+".join(map(re.escape, _spelled(name).split()))
        short = rf"{re.escape(first)}\s+{_BETWEEN}{re.escape(last)}"
        return bool(re.search(rf"\b(?:{short}|{full})\b", self._spelled))

    def names_with_title(self, *, last_name: str, office: str) -> bool:
        """Whether somebody is named by an office and a last name, as in Sen. Baldwin."""
        last = _spelled(last_name)
        if office not in _TITLES or not self._holds(last):
            return False
        return bool(
            re.search(rf"\b{_TITLES[office]}\s+{_BETWEEN}{re.escape(last)}\b", self._spelled)
        )

    def _holds(self, last_name: str) -> bool:
        """A quick look, so that hundreds of names cost little."""
        parts = words(last_name)
        return bool(parts) and parts[-1] in self._names


def _spelled(text: str) -> str:
    """A text without accents and with plain apostrophes: newspapers leave them out."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part)).strip()

"""What the stand-in thinks about the subjects of the news: prose in files, one for each theme."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

_FILES = Path(__file__).parent / "themes"
# Fewer hits than this, and an article is about nothing in particular.
_LEAST_HITS = 4


@dataclass(frozen=True)
class Theme:
    """Sentences for one subject, in alternatives. They state no facts, names or numbers."""

    keywords: frozenset[str]
    thesis: tuple[str, ...]
    test: tuple[str, ...]
    people: tuple[str, ...]
    demand: tuple[str, ...]
    why: tuple[str, ...]
    how: tuple[str, ...]
    asks: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    points: tuple[str, ...]
    letter: tuple[str, ...]
    attend: str
    give: str
    read: str
    talk: str


@cache
def themes() -> dict[str, Theme]:
    read = TypeAdapter(Theme).validate_python
    return {
        path.stem: read(tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(_FILES.glob("*.toml"))
    }


def theme_of(*, title: str, categories: list[str], text: str) -> Theme:
    """Choose by words; one in the title or in a category counts for four in the text."""
    words = re.findall(r"[a-z]+", text.lower())
    words += 4 * re.findall(r"[a-z]+", f"{title} {' '.join(categories)}".lower())
    hits = {name: sum(word in theme.keywords for word in words) for name, theme in themes().items()}
    best = max(hits, key=lambda name: hits[name])
    return themes()[best if hits[best] >= _LEAST_HITS else "general"]

"""One section of commentary on one article, composed from the article itself; the offline model."""

from __future__ import annotations

from typing import Any

from cms.llm.standin.action import action
from cms.llm.standin.material import material_of
from cms.llm.standin.opinion import opinion
from cms.llm.standin.pen import Pen
from cms.llm.standin.registry import entries
from cms.llm.standin.to_do import to_do

SECTIONS = frozenset({"opinion", "action", "to_do"})
USUAL_WORDS = 350
# Words are counted in more ways than one; this leaves room for the difference.
_MARGIN = 0.95


def compose(brief: dict[str, Any], *, turn: int = 0) -> dict[str, Any]:
    """Write the section that a brief asks for; another `turn` words the same thing otherwise."""
    section = brief["section"]
    before = brief.get("already_written")
    pen = Pen(
        material=material_of(_mapping(brief.get("article"))),
        section=section,
        turn=turn,
        written=[str(text) for text in before.values()] if isinstance(before, dict) else [],
    )
    limit = int(_MARGIN * _limit(brief))
    registry = entries(brief.get("registry"))
    if section == "opinion":
        return opinion(pen, limit)
    if section == "action":
        return action(pen, limit, registry)
    return to_do(pen, limit, registry)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _limit(brief: dict[str, Any]) -> int:
    words = _mapping(brief.get("limits")).get("max_words")
    return words if isinstance(words, int) and words > 0 else USUAL_WORDS

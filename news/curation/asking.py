"""What a button of the queue asks for, read from what it posts.

A button is called ``do``. Its value is a verb, then a row as the page showed it (``12.suggested``), or
``*`` for the ticked rows; then, for a rejection, the number of a common reason, and for a move, the
place counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cms.core.row_ids import row_id
from news.curation.decisions import AT_ONCE, LONGEST_REASON, REASONS
from news.models import RelatedLink

if TYPE_CHECKING:
    from django.http import QueryDict

VERBS = {"approve", "reject", "put_back", "keep", "check", "remove", "move", "up", "down", "undo"}


@dataclass
class Asked:
    """One verb, the links as they were seen, and what the verb needs."""

    verb: str
    seen: dict[int, str] = field(default_factory=dict)
    because: str = ""
    to: int = 0
    order: list[int] = field(default_factory=list)


def ask(posted: QueryDict) -> Asked | None:
    """What was asked for; None where nobody could have pressed such a button."""
    verb, row, detail = [*posted.get("do", "").split(" "), "", ""][:3]
    if verb not in VERBS:
        return None
    asked = Asked(verb)
    if verb == "undo":
        return asked
    rows = posted.getlist("link")[:AT_ONCE] if row == "*" else [row]
    for text in rows:
        number, _, state = text.partition(".")
        if not row_id(number) or state not in RelatedLink.Status.values:
            return None
        asked.seen[row_id(number)] = state
    if verb == "reject":
        typed = posted.get("because" if row == "*" else f"because-{row_id(row.split('.')[0])}", "")
        asked.because = _reason(detail, typed)
    if verb in {"move", "up", "down"}:
        return _movement(asked, detail, posted)
    return asked


def _reason(number: str, typed: str) -> str:
    """One of the common reasons, else what was typed."""
    if number.isdecimal() and 1 <= row_id(number) <= len(REASONS):
        return REASONS[row_id(number) - 1]
    return typed.replace("\0", "").strip()[:LONGEST_REASON]


def _movement(asked: Asked, place: str, posted: QueryDict) -> Asked | None:
    """Where to, counted in the order that the page showed."""
    link = next(iter(asked.seen), 0)
    for order in posted.getlist("order"):
        ids = [row_id(number) for number in order.split(",")[:AT_ONCE]]
        if link in ids:
            at = ids.index(link)
            steps = {"up": at - 1, "down": at + 1, "move": row_id(place)}
            asked.order, asked.to, asked.verb = ids, max(0, steps[asked.verb]), "move"
            return asked
    return None

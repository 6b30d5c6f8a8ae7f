"""Entries of the registry that a text names: found together, in one query for each kind."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from advocacy.models import Letter, Petition, Representative

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Entry = Petition | Representative | Letter
    Found = dict[tuple[type[Entry], int], Entry]

# What a link to an entry needs: where it is, what it is called, whether readers may open it.
LINKED: dict[str, tuple[type[Entry], tuple[str, ...]]] = {
    "petition": (Petition, ("title",)),
    "representative": (Representative, ("name", "office", "state", "district", "other_title")),
    "letter": (Letter, ("title",)),
}
_at_hand: ContextVar[Found | None] = ContextVar("registry_at_hand", default=None)


def find(wanted: Mapping[str, Collection[int]]) -> Found:
    """Entries by kind and id, each with what a link to it needs. One query for each kind."""
    return {
        (model, entry.pk): entry
        for kind, (model, names) in LINKED.items()
        if wanted.get(kind)
        for entry in model.objects.filter(pk__in=wanted[kind]).only("slug", "live", *names)
    }


def at_hand() -> Found | None:
    """What was found for the text that is read just now; None outside of ``gathered``."""
    return _at_hand.get()


@contextmanager
def gathered(wanted: Mapping[str, Collection[int]]) -> Iterator[None]:
    """While it lasts, blocks take the entries that they name from what is found here."""
    token = _at_hand.set(find(wanted))
    try:
        yield
    finally:
        _at_hand.reset(token)


def named_in(raw: Any) -> dict[str, set[int]]:
    """The ids of all entries that stored blocks name, by kind."""
    named: dict[str, set[int]] = {kind: set() for kind in LINKED}
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key, item in value.items():
                if key in named and isinstance(item, int):
                    named[key].add(item)
                else:
                    waiting.append(item)
        elif isinstance(value, list):
            waiting.extend(value)
    return named

"""Entries of the registry that a text names: found together, in one query for all three kinds."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Value

from advocacy.models import Letter, Petition, Representative

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Entry = Petition | Representative | Letter
    Found = dict[tuple[type[Entry], int], Entry]

# What a link to an entry needs: where it is, what it is called, whether readers may open it. Each
# kind has five columns for its name, because the parts of a union must be alike.
NAME_COLUMNS = 5
LINKED: dict[str, tuple[type[Entry], tuple[str, ...]]] = {
    "petition": (Petition, ("title",)),
    "representative": (Representative, ("name", "office", "state", "district", "other_title")),
    "letter": (Letter, ("title",)),
}
_at_hand: ContextVar[Found | None] = ContextVar("registry_at_hand", default=None)


def find(wanted: Mapping[str, Collection[int]]) -> Found:
    """Entries by kind and id, each with what a link to it needs and no more. One query."""
    parts = []
    for kind, (model, names) in LINKED.items():
        if not wanted.get(kind):
            continue
        blanks = (Value("", output_field=CharField()) for _ in range(NAME_COLUMNS - len(names)))
        parts.append(
            model.objects.filter(pk__in=wanted[kind])
            .order_by()
            .annotate(kind=Value(kind, output_field=CharField()))
            .values_list("kind", "pk", "slug", "live", *names, *blanks)
        )
    if not parts:
        return {}
    found: Found = {}
    for kind, *row in parts[0].union(*parts[1:], all=True):
        model, names = LINKED[kind]
        fields = ("id", "slug", "live", *names)
        found[model, row[0]] = model.from_db(None, fields, row[: len(fields)])
    return found


def at_hand() -> Found | None:
    """What was found for the text that is read just now; None outside of ``gathered``."""
    return _at_hand.get()


@contextmanager
def gathered(wanted: Mapping[str, Collection[int]]) -> Iterator[None]:
    """While it lasts, blocks take the entries that they name from one query made here."""
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

"""Entries of the registry that a text names: found together, in one query for all three kinds."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, CharField, Value
from django.db.models.functions import Cast

from advocacy.channels import ChannelKind
from advocacy.models import Channel, Letter, Petition, Representative

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from django.db.models import QuerySet

    Entry = Petition | Representative | Letter
    Found = dict[tuple[type[Entry], int], Entry]

# What a link to an entry needs: where it is, what it is called, whether readers may open it. The
# parts of a union must be alike, so those with fewer names are filled up with blanks.
LINKED: dict[str, tuple[type[Entry], tuple[str, ...]]] = {
    "petition": (Petition, ("title",)),
    "representative": (Representative, ("name", "office", "state", "district", "other_title")),
    "letter": (Letter, ("title",)),
}
PHONE = str(ChannelKind.PHONE)
_at_hand: ContextVar[Found | None] = ContextVar("registry_at_hand", default=None)


def find(wanted: Mapping[str, Collection[int]]) -> Found:
    """Entries by kind and id, each with what a link to it needs and no more. One query.

    Representatives have the numbers that readers may call as well.
    """
    most = max(len(names) for _, names in LINKED.values())
    parts: list[QuerySet[Any, Any]] = []
    for kind, (model, names) in LINKED.items():
        if wanted.get(kind):
            blanks = [Value("", output_field=CharField())] * (most - len(names))
            rows = model.objects.filter(pk__in=wanted[kind]).order_by()
            rows = rows.annotate(kind=Value(kind, output_field=CharField()))
            parts.append(rows.values_list("kind", "id", "slug", "live", *names, *blanks))
    if wanted.get("representative"):
        parts.append(_phones(wanted["representative"], blanks=most - 2))
    found: Found = {}
    phones: dict[int, list[Channel]] = defaultdict(list)
    for kind, *row in parts[0].union(*parts[1:], all=True) if parts else ():
        if kind == PHONE:
            representative_id, value, _, label, order, *_ = row
            number = Channel(kind=PHONE, value=value, label=label, sort_order=int(order or 0))
            phones[representative_id].append(number)
            continue
        model, names = LINKED[kind]
        values = dict(zip(("id", "slug", "live", *names), row, strict=False))
        # In the model's own order: from_db does not look at the names beside the values.
        fields = [f.attname for f in model._meta.concrete_fields if f.attname in values]
        found[model, values["id"]] = model.from_db(
            DEFAULT_DB_ALIAS, fields, [values[name] for name in fields]
        )
    for entry in found.values():
        if isinstance(entry, Representative):
            entry.phones_at_hand = sorted(phones[entry.pk], key=lambda phone: phone.sort_order or 0)
    return found


def _phones(representatives: Collection[int], *, blanks: int) -> QuerySet[Any, Any]:
    """A part of the union: the numbers of those in office, in the campaigners' order."""
    in_office = Representative.objects.public().in_office().filter(pk__in=representatives)
    text: CharField[str, str] = CharField()
    return (
        Channel.objects.usable()
        .filter(kind=PHONE, representative__in=in_office)
        .order_by()
        .values_list(
            Value(PHONE, output_field=text),
            "representative_id",
            "value",
            Value(True, output_field=BooleanField()),
            "label",
            Cast("sort_order", text),
            *[Value("", output_field=text)] * blanks,
        )
    )


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

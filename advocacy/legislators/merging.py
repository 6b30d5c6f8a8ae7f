"""What an import may change of an entry: all that nobody else has, and nothing that a person wrote.

Three versions are compared: what the file says, what the entry says, and what the last import wrote
(``Representative.imported``). Where entry and last import agree, nobody has touched it, and the file
wins. Where they differ, a person wrote it, and it stays; what the file says is a difference to be
decided on.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from advocacy.channels import WrittenBy
from advocacy.models import Channel, Representative

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from advocacy.legislators.facts import ChannelFacts, Facts

# What an import writes of a channel; the day on which it was checked comes besides.
WRITTEN = ("kind", "place", "label", "value", "hours", "source_address")
# Set by an import for those whom its file names no more.
LEFT = "left_office_on"
_APART = re.compile(r"[\s,]+")
_WEB = re.compile(r"^https?://(?:www\.)?")


@dataclass(frozen=True)
class Found:
    """Something that a file says otherwise than a person; ``offered`` is what accepting writes."""

    key: str
    label: str
    ours: str
    theirs: str
    offered: dict[str, Any] | None


@dataclass
class Plan:
    """What to write."""

    fields: dict[str, Any] = field(default_factory=dict)
    new: list[Channel] = field(default_factory=list)
    changed: list[Channel] = field(default_factory=list)
    gone: list[Channel] = field(default_factory=list)
    # Channels of people that the file has, too: they get the key, and the office where they lack one.
    known: list[Channel] = field(default_factory=list)
    # Channels that are as they were, and were seen on a later day.
    confirmed: list[Channel] = field(default_factory=list)
    differences: list[Found] = field(default_factory=list)
    imported: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether readers would see nothing new."""
        return not (self.fields or self.new or self.changed or self.gone)

    @property
    def words(self) -> list[str]:
        """What changes, for the history."""
        names = [Representative._meta.get_field(name).verbose_name for name in self.fields]
        return [
            *(str(name).lower() for name in names),
            *(f"new: {channel}" for channel in self.new),
            *(f"changed: {channel}" for channel in self.changed),
            *(f"gone: {channel}" for channel in self.gone),
        ]


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime.date) else value


def written(facts: ChannelFacts) -> dict[str, str]:
    """What an import writes of a channel."""
    return {name: str(getattr(facts, name)) for name in WRITTEN}


def plan(
    entry: Representative,
    channels: Iterable[Channel],
    facts: Facts,
    *,
    today: datetime.date,
    whole: Collection[str],
) -> Plan:
    """What an import has to do with one entry.

    Args:
        entry: As it is stored; a new one has no ``imported``.
        channels: All of its channels, in their order.
        facts: What the files say.
        today: The day on which the files were read.
        whole: Beginnings of the import keys that were looked for: of these, what the files do not
            name is gone from them.
    """
    made = Plan()
    _merge_fields(made, entry, facts)
    _merge_channels(made, entry, list(channels), facts, today, whole)
    return made


def _merge_fields(made: Plan, entry: Representative, facts: Facts) -> None:
    base: dict[str, Any] = entry.imported.get("fields", {})
    made.imported["fields"] = {name: plain(value) for name, value in facts.fields.items()}
    for name, value in facts.fields.items():
        ours = getattr(entry, name)
        untouched = base[name] == plain(ours) if name in base else ours in {"", None}
        if plain(ours) == plain(value):
            continue
        if untouched:
            made.fields[name] = value
            continue
        made.differences.append(
            Found(
                key=name,
                label=str(Representative._meta.get_field(name).verbose_name).capitalize(),
                ours=_shown(entry, name, ours),
                theirs=_shown(entry, name, value),
                offered={"value": plain(value)},
            )
        )
    # What a person wrote does not become the import's by being different.
    for found in made.differences:
        made.imported["fields"][found.key] = base.get(found.key)
    _merge_leaving(made, entry, base)


def _merge_leaving(made: Plan, entry: Representative, base: dict[str, Any]) -> None:
    """The files name those in office: whoever an import let leave is back."""
    left = plain(entry.left_office_on)
    if left is not None and left == base.get(LEFT):
        made.fields[LEFT] = None
    elif not entry.is_in_office:
        made.differences.append(
            Found(LEFT, "Left office on", left, "in office", offered={"value": None})
        )


def _shown(entry: Representative, name: str, value: Any) -> str:
    """A value as people read it."""
    choices = dict(Representative._meta.get_field(name).flatchoices)
    return str(choices.get(value, "" if value is None else plain(value)))[:500]


def _merge_channels(
    made: Plan,
    entry: Representative,
    channels: list[Channel],
    facts: Facts,
    today: datetime.date,
    whole: Collection[str],
) -> None:
    base: dict[str, Any] = dict(entry.imported.get("channels", {}))
    by_key = {channel.import_key: channel for channel in channels if channel.import_key}
    for key, known in _recognized(facts, channels).items():
        # A person knew it before: it stays theirs, and is known to be the same from now on.
        known.import_key = key
        by_key[key] = known
        made.known.append(known)
    for one in facts.channels:
        key, wanted = one.key, written(one)
        ours = by_key.pop(key, None)
        before = base.get(key)
        base[key] = wanted["value"]
        if ours is not None:
            _merge_channel(made, ours, key, wanted, today)
        elif before is None:
            made.new.append(_new(entry, key, wanted, today))
        elif before != wanted["value"]:
            # Somebody took it out, and the file says something new.
            made.differences.append(_found(key, None, wanted))
            base[key] = before
    for key, ours in by_key.items():
        if not key.startswith(tuple(whole)):
            continue
        if ours.written_by == WrittenBy.IMPORT:
            made.gone.append(ours)
        else:
            made.differences.append(_found(key, ours, None))
    # A key whose channel a person took out is remembered for as long as the file names it.
    named = {one.key for one in facts.channels}
    made.imported["channels"] = {
        key: value
        for key, value in base.items()
        if key in named or not key.startswith(tuple(whole)) or key in by_key
    }


def _recognized(facts: Facts, channels: list[Channel]) -> dict[str, Channel]:
    """Channels that people wrote without an import, by the key of what the file has of them.

    First those with the same value. Then, of one kind, the only one with the same label: another
    number for the Washington office is a difference and not a second number.
    """
    taken = {channel.import_key for channel in channels}
    free = [channel for channel in channels if not channel.import_key]
    found: dict[str, Channel] = {}
    for alike in (_by_value, _by_label):
        for one in facts.channels:
            if one.key in taken or one.key in found:
                continue
            same = [channel for channel in free if alike(channel) == alike(one)]
            if len(same) == 1 or (same and alike is _by_value):
                found[one.key] = same[0]
                free.remove(same[0])
                same[0].place = same[0].place or one.place
                same[0].hours = same[0].hours or one.hours
    return found


def _by_value(channel: Channel | ChannelFacts) -> tuple[str, str]:
    return _same(channel.kind, channel.value)


def _by_label(channel: Channel | ChannelFacts) -> tuple[str, str]:
    return channel.kind, channel.label.strip().casefold()


def _merge_channel(
    made: Plan, ours: Channel, key: str, wanted: dict[str, str], today: datetime.date
) -> None:
    if ours.written_by == WrittenBy.PERSON:
        if _same(ours.kind, ours.value) != _same(wanted["kind"], wanted["value"]):
            made.differences.append(_found(key, ours, wanted))
    elif any(getattr(ours, name) != text for name, text in wanted.items()):
        for name, text in wanted.items():
            setattr(ours, name, text)
        ours.checked_on, ours.checked_by = today, None
        made.changed.append(ours)
    elif ours.checked_on is None or ours.checked_on < today:
        made.confirmed.append(ours)


def _same(kind: str, value: str) -> tuple[str, str]:
    """The same for what people would take for the same."""
    words = _APART.sub(" ", value).strip().casefold()
    return kind, _WEB.sub("", words).rstrip("/")


def _new(entry: Representative, key: str, wanted: dict[str, str], today: datetime.date) -> Channel:
    return Channel(
        representative=entry,
        import_key=key,
        written_by=WrittenBy.IMPORT,
        checked_on=today,
        **wanted,
    )


def _found(key: str, ours: Channel | None, wanted: dict[str, str] | None) -> Found:
    kind = Channel.Kind(wanted["kind"] if wanted else ours.kind if ours else "").label
    label = wanted["label"] if wanted else ours.label if ours else ""
    return Found(
        key=f"channel:{key}",
        label=kind if label in {"", kind} else f"{kind}, {label}",
        ours=ours.value if ours else "",
        theirs=wanted["value"] if wanted else "",
        offered=wanted,
    )

"""What the page of a representative shows, gathered in as few queries as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from advocacy import structured_data
from advocacy.channels import ChannelKind
from advocacy.mentions import Mentions, pages_naming
from advocacy.models import Letter, Office, Petition, Representative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advocacy.models import Channel

# What readers can do, the most direct first, and the kinds of channel that do it.
WAYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Write", (ChannelKind.FORM, ChannelKind.EMAIL)),
    ("Call", (ChannelKind.PHONE,)),
    ("By post", (ChannelKind.POST,)),
    ("By fax", (ChannelKind.FAX,)),
    ("Elsewhere", (ChannelKind.SOCIAL,)),
)


@dataclass(frozen=True)
class ChannelGroup:
    """Channels for one purpose, in the campaigners' order."""

    label: str
    channels: list[Channel]


def context(representative: Representative, *, number: int = 1) -> dict[str, Any]:
    """Context of ``advocacy/representative.html``; ``number`` counts the pages of articles."""
    is_new = representative._state.adding
    channels = representative.usable_channels if representative.is_in_office else []
    line = f"{representative.office_line}: how to reach them."
    return {
        "representative": representative,
        "channel_groups": grouped(channels),
        "petitions": [] if is_new else _petitions(representative),
        "letters": [] if is_new or not representative.is_in_office else _letters(representative),
        "holders_now": [] if representative.is_in_office else _holders_now(representative),
        "mentions": Mentions([]) if is_new else pages_naming(representative, number=number),
        "json_ld": structured_data.person(representative, channels),
        "head": representative.head(representative.titled_name, line),
    }


def grouped(channels: Sequence[Channel]) -> list[ChannelGroup]:
    """Channels by what readers can do with them; no group is empty."""
    groups = (
        ChannelGroup(label, [channel for channel in channels if channel.kind in kinds])
        for label, kinds in WAYS
    )
    return [group for group in groups if group.channels]


def _petitions(representative: Representative) -> list[Petition]:
    """Open petitions with this target, the most urgent first."""
    aimed = Petition.objects.open_now().filter(target_rows__representative=representative)
    return list(aimed.most_urgent())


def _letters(representative: Representative) -> list[dict[str, str]]:
    """Letters to them, each filled in; also those that readers send to their own in Congress."""
    aimed = Q(target_rows__representative=representative)
    if representative.office != Office.OTHER:
        aimed |= Q(target_rows__isnull=True)
    return [
        {"title": letter.title, "url": letter.address_to([representative])}
        for letter in Letter.objects.public().filter(aimed).distinct().order_by("title", "pk")
    ]


def _holders_now(representative: Representative) -> list[Representative]:
    """Who holds the office that this one has left; senators share it."""
    if representative.office == Office.OTHER:
        return []
    return list(
        Representative.objects.public()
        .in_office()
        .filter(
            office=representative.office,
            state=representative.state,
            district=representative.district,
        )
        .exclude(pk=representative.pk)
        .order_by("last_name", "pk")
    )

"""What the page of a representative shows, gathered in as few queries as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from advocacy import page_tags, structured_data
from advocacy.channels import ChannelKind, Place
from advocacy.mentions import Mentions, pages_naming
from advocacy.models import Letter, Office, Petition, Representative
from cms.core.page_cache import tags

if TYPE_CHECKING:
    from advocacy.models import Channel

# What readers can do, the most direct first, and the kinds of channel that do it.
DIRECT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Write", (ChannelKind.FORM, ChannelKind.EMAIL)),
    ("Call", (ChannelKind.PHONE,)),
    ("By post", (ChannelKind.POST,)),
    ("By fax", (ChannelKind.FAX,)),
)
ELSEWHERE: tuple[str, tuple[str, ...]] = ("Elsewhere", (ChannelKind.SOCIAL,))
# What an office is reached by, as it stands on a letterhead.
AT_AN_OFFICE = (ChannelKind.POST, ChannelKind.PHONE, ChannelKind.FAX)


@dataclass(frozen=True)
class ChannelGroup:
    """Channels for one purpose, or of one office, which may have hours."""

    label: str
    channels: list[Channel]
    is_office: bool = False
    hours: str = ""

    @property
    def source(self) -> Channel | None:
        """One that says for all of an office where they come from and when that was checked."""
        said = {(channel.source_address, channel.checked_on) for channel in self.channels}
        return self.channels[0] if self.is_office and len(said) == 1 else None


def context(representative: Representative, *, number: int = 1) -> dict[str, Any]:
    """Context of ``advocacy/representative.html``; ``number`` counts the pages of articles."""
    tags.show(page_tags.PETITIONS, page_tags.LETTERS, page_tags.REPRESENTATIVES)
    is_new = representative._state.adding
    channels = representative.usable_channels if representative.is_in_office else []
    line = f"{representative.office_line}: how to reach them."
    return {
        "representative": representative,
        "channel_groups": grouped(representative) if representative.is_in_office else [],
        "petitions": [] if is_new else _petitions(representative),
        "letters": [] if is_new or not representative.is_in_office else _letters(representative),
        "holders_now": [] if representative.is_in_office else _holders_now(representative),
        "mentions": Mentions([]) if is_new else pages_naming(representative, number=number),
        "json_ld": structured_data.person(representative, channels),
        "head": representative.head(representative.titled_name, line),
    }


def grouped(representative: Representative) -> list[ChannelGroup]:
    """How they are reached: by what readers can do, then office by office; no group is empty."""
    at_offices = [
        ChannelGroup(
            label=office.name or Place(office.place).label,
            channels=[
                channel
                for kind in AT_AN_OFFICE
                for channel in office.channels
                if channel.kind == kind
            ],
            is_office=True,
            hours=office.hours,
        )
        for office in representative.offices
    ]
    standing = {id(channel) for group in at_offices for channel in group.channels}
    others = [one for one in representative.usable_channels if id(one) not in standing]
    direct, elsewhere = (
        [
            ChannelGroup(label, [channel for channel in others if channel.kind in kinds])
            for label, kinds in ways
        ]
        for ways in (DIRECT, (ELSEWHERE,))
    )
    return [group for group in (*direct, *at_offices, *elsewhere) if group.channels]


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

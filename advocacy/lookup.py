"""Who represents a place: everybody who may, where a ZIP code cannot tell.

A ZIP code is a route of the post, and a district's border takes no notice of it. Nobody is picked
for the reader: each district that the ZIP code touches is answered with its member.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from advocacy.channels import ChannelKind
from advocacy.models import District, Office, Representative
from advocacy.places import WITHOUT_SENATORS, State

if TYPE_CHECKING:
    from advocacy.models import Channel

IN_THE_HOUSE = (Office.REPRESENTATIVE, Office.DELEGATE)
# How soon a message arrives. Letters on paper to Congress are held back for weeks to be inspected.
QUICKEST = (ChannelKind.FORM, ChannelKind.PHONE, ChannelKind.EMAIL, ChannelKind.POST)


@dataclass(frozen=True)
class Contact:
    """Somebody who represents the reader, with the quickest way to reach them."""

    representative: Representative

    @cached_property
    def channel(self) -> Channel | None:
        """The quickest that has a source and a date; None where there is none."""
        usable = self.representative.usable_channels
        ranked = [channel for kind in QUICKEST for channel in usable if channel.kind == kind]
        return ranked[0] if ranked else None


@dataclass(frozen=True)
class Seat:
    """A district of the House and who holds it: nobody, where the seat is vacant or not known."""

    district: District
    contacts: list[Contact]
    is_vacant: bool


@dataclass(frozen=True)
class Delegation:
    """Those whom a state sends to the Senate."""

    state: State
    contacts: list[Contact]

    @property
    def elects_none(self) -> bool:
        """Whether the place has no seats in the Senate."""
        return self.state in WITHOUT_SENATORS

    @property
    def is_short(self) -> bool:
        """Whether the registry lacks one of the two."""
        return not self.elects_none and len(self.contacts) < 2


@dataclass(frozen=True)
class Answer:
    """Everybody who may represent somebody with this ZIP code."""

    seats: list[Seat]
    delegations: list[Delegation]

    @property
    def is_split(self) -> bool:
        """Whether the ZIP code touches more than one district."""
        return len(self.seats) > 1

    @property
    def crosses_states(self) -> bool:
        """Whether it touches more than one state."""
        return len(self.delegations) > 1

    @property
    def is_certain(self) -> bool:
        """Whether all who are named represent the reader, so that one letter may go to all."""
        return not self.is_split and len(self.contacts) > 1

    @property
    def has_delegates(self) -> bool:
        """Whether a member has no vote when the House passes a bill."""
        return any(not seat.district.has_senators for seat in self.seats)

    @property
    def people(self) -> list[Representative]:
        """All of them without their channels, senators last."""
        return [contact.representative for contact in self.contacts]

    @property
    def contacts(self) -> list[Contact]:
        """All of them, senators last."""
        groups: list[Seat | Delegation] = [*self.seats, *self.delegations]
        return [contact for group in groups for contact in group.contacts]


def look_up(zip_code: str) -> Answer | None:
    """Who represents a ZIP code of five digits; None where the map does not know it.

    Four queries, one more where a district has nobody in office.
    """
    districts = list(District.objects.for_zip(zip_code).by_number())
    if not districts:
        return None
    here = Q(pk__in=())
    for district in districts:
        here |= Q(office=Office.SENATOR, state=district.state)
        here |= Q(office__in=IN_THE_HOUSE, state=district.state, district=district.number)
    senators: defaultdict[str, list[Contact]] = defaultdict(list)
    members: defaultdict[tuple[str, str], list[Contact]] = defaultdict(list)
    unpublished: set[tuple[str, str]] = set()
    for person in Representative.objects.in_office().filter(here).with_channels().by_seat():
        if not person.live:
            unpublished.add((person.state, person.district))
        elif person.office == Office.SENATOR:
            senators[person.state].append(Contact(person))
        else:
            members[person.state, person.district].append(Contact(person))
    keys = [(district.state, district.number) for district in districts]
    empty = {key for key in keys if key not in members and key not in unpublished}
    vacant = empty if empty and knows_the_house() else set()
    return Answer(
        seats=[
            Seat(district, members[key], is_vacant=key in vacant)
            for key, district in zip(keys, districts, strict=True)
        ],
        delegations=[
            Delegation(State(state), senators[state])
            for state in dict.fromkeys(district.state for district in districts)
        ],
    )


def vacant_seats() -> list[District]:
    """Districts of the map whose seat nobody holds; none while the registry hardly knows the House."""
    empty, known = _empty_and_known()
    return empty if known else []


def knows_the_house() -> bool:
    """Whether the registry has members for most of the map's districts.

    Only then does a district without one mean that its seat is vacant. A newsroom that keeps a
    dozen officials by hand must not declare the rest of Congress gone.
    """
    return _empty_and_known()[1]


def _empty_and_known() -> tuple[list[District], bool]:
    districts = list(District.objects.by_number())
    held = set(
        Representative.objects.in_office()
        .filter(office__in=IN_THE_HOUSE)
        .values_list("state", "district")
    )
    empty = [district for district in districts if (district.state, district.number) not in held]
    return empty, len(empty) * 2 < len(districts)

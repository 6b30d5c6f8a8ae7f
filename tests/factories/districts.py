"""Maps of ZIP codes, and a Congress that fills their seats."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping

from advocacy import districts
from advocacy.districts import Change, Seat, ZipMap
from advocacy.models import Office, Representative
from advocacy.places import AT_LARGE, HOUSE_SEATS, WITHOUT_SENATORS

VACANT = {("CA", "14"), ("FL", "20"), ("GA", "13"), ("TX", "23")}
EVERY_SEAT = [
    (state, str(number))
    for state, most in HOUSE_SEATS.items()
    for number in ([0] if most == 1 else range(1, most + 1))
]


def load_map(
    zip_codes: Mapping[str, str],
    *,
    congress: int = 119,
    published_on: datetime.date | None = datetime.date(2024, 11, 12),
) -> Change:
    """A map of a few ZIP codes: ``load_map({"90210": "CA-30 CA-32", "99501": "AK-0"})``."""
    found = {
        zip_code: frozenset(_seat(seat) for seat in seats.split())
        for zip_code, seats in zip_codes.items()
    }
    return districts.replace_map(
        ZipMap(found),
        congress=congress,
        published_on=published_on,
        source_address=districts.PROJECT,
    )


def _seat(written: str) -> Seat:
    state, _, number = written.partition("-")
    return state, number


def elect(seats: Iterable[Seat] = EVERY_SEAT, *, but: Collection[Seat] = ()) -> None:
    """A member for each seat, two senators for each state, written at once; nobody for ``but``."""
    seats = [seat for seat in seats if seat not in but]
    states = sorted({state for state, _ in seats} - WITHOUT_SENATORS)
    senators = [_member(Office.SENATOR, state, "", rank) for state in states for rank in (1, 2)]
    members = [
        _member(
            Office.DELEGATE if state in WITHOUT_SENATORS else Office.REPRESENTATIVE, state, number
        )
        for state, number in seats
    ]
    Representative.objects.bulk_create([*senators, *members])


def _member(office: Office, state: str, district: str, rank: int = 0) -> Representative:
    """Named for the seat, so that a page can be asked whom it shows: Member of CA-30."""
    if office == Office.SENATOR:
        seat = f"{state}, class {rank}"
    else:
        seat = f"{state}-{'AL' if district == AT_LARGE else district}"
    return Representative(
        slug=f"member-{state}-{district or f'senate-{rank}'}".lower(),
        first_name="Member",
        last_name=f"of {seat}",
        name=f"Member of {seat}",
        office=office,
        state=state,
        district=district,
        party="Independent",
        live=True,
    )

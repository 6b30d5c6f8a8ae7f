"""Who is in the files no more, and which seats nobody holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.formats import date_format

from advocacy import page_tags, staleness
from advocacy.legislators.merging import LEFT
from advocacy.legislators.recording import record_in_history
from advocacy.models import Office, Reason, Representative
from advocacy.places import AT_LARGE, HOUSE_SEATS, WITHOUT_SENATORS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Mapping

    from advocacy.legislators.runs import Report

    Seat = tuple[str, str, str]
    Seats = list[Seat]

# After no election has a third of Congress been new; a file that lacks more is cut off.
MOST_LEAVING = 3
FEW = 5
# Of all seats, so many are filled at any time; a file that fills fewer is not about all of Congress.
FILLED = 0.9


def notice(
    *,
    known: Mapping[str, Representative],
    named: Collection[str],
    doubtful: Collection[str],
    seats: Seats,
    today: datetime.date,
    report: Report,
    dry_run: bool,
) -> None:
    """Let those leave whom the file names no more, and say which seats are vacant.

    Neither is done on a doubt: not for members whose entry was refused, not at all where an entry
    could not even be told apart, or where the file lacks so much that it is probably cut off.
    """
    if "" in doubtful:
        report.passed_over.append(
            "An entry has no identifier that can be read, so nobody was taken to have left."
        )
        return
    sitting = {key for key, entry in known.items() if entry.left_office_on is None}
    missing = sitting - set(named) - set(doubtful)
    if len(missing) > FEW and len(missing) * MOST_LEAVING > len(sitting):
        report.refused.append(
            f"The file does not name {len(missing)} of the {len(sitting)} members who sit, so it "
            "is probably cut off. Nobody was taken to have left."
        )
        return
    vacant: set[Seat] = set()
    if doubtful:
        report.passed_over.append("Vacant seats were not looked for, as members were refused.")
    elif len(seats) < FILLED * _all_seats().total():
        report.passed_over.append(
            f"The file fills {len(seats)} of {_all_seats().total()} seats. Vacant ones were not "
            "looked for."
        )
    else:
        vacant = set(_all_seats() - Counter(seats))
    for bioguide in sorted(missing):
        _leave(known[bioguide], vacant, today, report, dry_run=dry_run)
    report.vacant += [_in_words(seat) for seat in sorted(vacant)]


def _leave(
    entry: Representative,
    vacant: Collection[Seat],
    today: datetime.date,
    report: Report,
    *,
    dry_run: bool,
) -> None:
    if entry.imported.get("fields", {}).get(LEFT):
        # An import let them leave before, and a person said that they have not.
        report.conflicting.append(f"{entry}: the file does not name them; we have them in office")
        return
    report.left.append(str(entry))
    if dry_run:
        return
    with transaction.atomic():
        with staleness.noticing(entry):
            fields = {**entry.imported.get("fields", {}), LEFT: today.isoformat()}
            Representative.objects.filter(pk=entry.pk, left_office_on=None).update(
                left_office_on=today, imported={**entry.imported, "fields": fields}
            )
        page_tags.written_in_bulk([entry.pk])
        record_in_history(entry, ["left office: the file does not name them any more"])
        if (entry.office, entry.state, entry.district) in vacant:
            staleness.queue(
                entry=entry,
                reason=Reason.SEAT_VACANT,
                detail=f"Nobody holds the seat {entry.seat} since {entry.titled_name} left it.",
            )


def _all_seats() -> Counter[Seat]:
    """Every seat in Congress, and how many hold it."""
    seats: Counter[Seat] = Counter()
    for state, number in HOUSE_SEATS.items():
        delegate = state in WITHOUT_SENATORS
        office = str(Office.DELEGATE if delegate else Office.REPRESENTATIVE)
        districts = [AT_LARGE] if number == 1 else [str(n) for n in range(1, number + 1)]
        seats.update({(office, state, district): 1 for district in districts})
        if not delegate:
            seats[str(Office.SENATOR), state, ""] = 2
    return seats


def _in_words(seat: Seat) -> str:
    """A vacant seat in short, and who held it, where we know."""
    office, state, district = seat
    name = Representative(office=office, state=state, district=district).seat
    former = Representative.objects.who_held(office, state, district).first()
    if former is None:
        return name
    return f"{name} (held by {former.name} until {date_format(former.left_office_on)})"

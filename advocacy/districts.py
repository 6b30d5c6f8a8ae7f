"""The district map: read from a published file, and put in the place of the one before.

A file with one line that cannot be read is refused as a whole. Half a map would not look broken: it
would tell people that somebody represents them who does not.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from advocacy import page_tags
from advocacy.models.districts import District, DistrictMap, ZipDistrict, is_a_district
from advocacy.places import HOUSE_SEATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PROJECT = "https://github.com/OpenSourceActivismTech/us-zipcodes-congress"
PUBLISHED_FILE = (
    "https://raw.githubusercontent.com/OpenSourceActivismTech/us-zipcodes-congress/master/zccd.csv"
)
# The Congress whose districts the project's file has shown since July 2024.
CONGRESS = 119
# The day on which the project published a map, by the digest of what it says. A file holds no date.
PUBLISHED_ON = {
    "16e4fe13a91d5b2dcd323ebbd40b953aa6d5cd7229df1edd1f0c918d2fafc089": datetime.date(2024, 11, 12),
}
# Twenty times as long as the published file.
MOST_BYTES = 16 * 1024 * 1024
MOST_REASONS = 20
COLUMNS = ("state_abbr", "zcta", "cd")
BATCH = 500

_ZIP = re.compile(r"[0-9]{5}")
_NUMBER = re.compile(r"[0-9]{1,2}")

Seat = tuple[str, str]
"""A state's code and the number of a district."""


class MapRefusedError(Exception):
    """A file is not taken; ``reasons`` name the first lines that are wrong, ``count`` says how many."""

    def __init__(self, reasons: list[str], count: int) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons
        self.count = count


class ZipMap(dict[str, frozenset[Seat]]):
    """The districts that each ZIP code touches."""

    @property
    def digest(self) -> str:
        """Of what the map says, however the file was written."""
        lines = sorted(
            f"{zip_code},{state},{number}" for zip_code in self for state, number in self[zip_code]
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """What a map does to the one before, counted in ZIP codes."""

    created: int
    updated: int
    unchanged: int
    removed: int

    @property
    def is_none(self) -> bool:
        """Whether both say the same."""
        return not (self.created or self.updated or self.removed)


def read_map(content: bytes, *, progress: Callable[[int], object] = int) -> ZipMap:
    """What a file of comma-separated values says.

    Args:
        content: UTF-8 text, with the columns ``state_abbr``, ``zcta`` and ``cd`` in any order.
        progress: Is called with 1 for each line.

    Raises:
        MapRefusedError: any line is wrong.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    places: list[int] = []
    width = wrong = 0
    found: defaultdict[str, set[Seat]] = defaultdict(set)
    reasons: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
            if not places:
                places, width = _places(values), len(values)
            elif values:
                zip_code, seat = _checked(values, places, width)
                found[zip_code].add(seat)
        except StopIteration:
            break
        except (ValueError, csv.Error) as error:
            wrong += 1
            if wrong <= MOST_REASONS:
                reasons.append(f"Line {line}: {error}")
            if not places:
                break
        progress(1)
    if wrong:
        raise MapRefusedError(reasons, wrong)
    if not found:
        raise MapRefusedError(["The file names no ZIP code."], 1)
    return ZipMap({zip_code: frozenset(seats) for zip_code, seats in found.items()})


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise MapRefusedError([f"The file is longer than {MOST_BYTES:,} bytes."], 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MapRefusedError([f"Line {line}: this is not UTF-8 text."], 1) from error


def _places(header: list[str]) -> list[int]:
    """Where the columns stand that are read. Raises ValueError."""
    missing = [column for column in COLUMNS if header.count(column) != 1]
    if missing:
        raise ValueError(f"the columns are {_quoted(*header)}; needed once: {', '.join(missing)}.")
    return [header.index(column) for column in COLUMNS]


def _checked(values: list[str], places: list[int], width: int) -> tuple[str, Seat]:
    """A line's ZIP code and district. Raises ValueError with what is wrong."""
    if len(values) != width:
        raise ValueError(f"{len(values)} values where the first line has {width}.")
    state, zip_code, number = (values[place] for place in places)
    if state not in HOUSE_SEATS:
        raise ValueError(f"{_quoted(state)} is no state that we know.")
    if not _ZIP.fullmatch(zip_code):
        raise ValueError(
            f"{_quoted(zip_code)} is no ZIP code of five digits. Spreadsheets drop zeros in front."
        )
    if not _NUMBER.fullmatch(number) or not is_a_district(state, str(int(number))):
        most = HOUSE_SEATS[state]
        allowed = "only 0, at large" if most == 1 else f"1 to {most}"
        raise ValueError(f"{_quoted(number)} is no district of {state}, which has {allowed}.")
    return zip_code, (state, str(int(number)))


def _quoted(*values: str) -> str:
    """What a stranger's file says, short and without anything that a terminal would obey."""
    return ", ".join(repr(value[:20]) for value in values[:8])


def change_of(new: ZipMap, *, old: ZipMap) -> Change:
    """What a map would change."""
    both = new.keys() & old.keys()
    updated = sum(new[zip_code] != old[zip_code] for zip_code in both)
    return Change(
        created=len(new) - len(both),
        updated=updated,
        unchanged=len(both) - updated,
        removed=len(old) - len(both),
    )


def stored_map() -> ZipMap:
    """What the tables say now."""
    seats: dict[int, Seat] = {
        pk: (state, number)
        for pk, state, number in District.objects.values_list("pk", "state", "number")
    }
    found: defaultdict[str, set[Seat]] = defaultdict(set)
    for zip_code, district in ZipDistrict.objects.values_list("zip_code", "district_id"):
        found[zip_code].add(seats[district])
    return ZipMap({zip_code: frozenset(touched) for zip_code, touched in found.items()})


@transaction.atomic
def replace_map(
    new: ZipMap,
    *,
    congress: int,
    published_on: datetime.date | None,
    source_address: str,
    progress: Callable[[int], object] = int,
) -> Change:
    """Put a map in the place of the one that is there, at once for all readers.

    Only what differs is written. ``progress`` is called with numbers of ZIP codes that were looked
    at or written; they add up to the number in ``new``.
    """
    # The row comes first: whoever replaces the map at the same time waits here.
    about, _ = DistrictMap.objects.select_for_update().get_or_create(
        pk=1, defaults={"congress": congress, "loaded_at": timezone.now()}
    )
    old = stored_map()
    change = change_of(new, old=old)
    progress(change.unchanged)
    vintage = {
        "congress": congress,
        "published_on": published_on,
        "source_address": source_address,
        "zip_codes": len(new),
    }
    if not change.is_none or any(getattr(about, name) != vintage[name] for name in vintage):
        DistrictMap.objects.filter(pk=1).update(**vintage, loaded_at=timezone.now())
    _take_out([zip_code for zip_code in old if new.get(zip_code) != old[zip_code]])
    _put_in({z: new[z] for z in new if new[z] != old.get(z)}, progress)
    _forget_districts(new)
    page_tags.map_replaced()
    return change


def _batches(zip_codes: Iterable[str]) -> Iterable[list[str]]:
    waiting = sorted(zip_codes)
    return (waiting[start : start + BATCH] for start in range(0, len(waiting), BATCH))


def _take_out(zip_codes: Iterable[str]) -> None:
    for batch in _batches(zip_codes):
        ZipDistrict.objects.filter(zip_code__in=batch).delete()


def _put_in(changed: Mapping[str, frozenset[Seat]], progress: Callable[[int], object]) -> None:
    there = set(District.objects.values_list("state", "number"))
    wanted = {seat for seats in changed.values() for seat in seats}
    District.objects.bulk_create(
        District(state=state, number=number) for state, number in sorted(wanted - there)
    )
    ids = {
        (state, number): pk
        for pk, state, number in District.objects.values_list("pk", "state", "number")
    }
    for batch in _batches(changed):
        ZipDistrict.objects.bulk_create(
            ZipDistrict(zip_code=zip_code, district_id=ids[seat])
            for zip_code in batch
            for seat in sorted(changed[zip_code])
        )
        progress(len(batch))


def _forget_districts(new: ZipMap) -> None:
    """Take out districts that no ZIP code touches any more."""
    named = {seat for seats in new.values() for seat in seats}
    rows = District.objects.values_list("pk", "state", "number")
    unnamed = [pk for pk, state, number in rows if (state, number) not in named]
    if unnamed:
        District.objects.filter(pk__in=unnamed).delete()

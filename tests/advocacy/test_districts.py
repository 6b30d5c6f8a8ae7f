"""The district map: what is read, what is refused, and how one takes the place of another."""

from __future__ import annotations

import csv
import datetime
import io
import os
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from advocacy import districts
from advocacy.districts import MapRefusedError, read_map, stored_map
from advocacy.models import District, DistrictMap, ZipDistrict
from advocacy.models.districts import congress_on
from advocacy.places import HOUSE_SEATS
from cms.core import fetching
from cms.core.connections import Reach
from tests.factories.districts import VACANT, elect, load_map
from tests.fileserver import sending, serving, trust_loopback

HEADER = "state_fips,state_abbr,zcta,cd"
GOOD = ["06,CA,90210,30", "06,CA,90210,32", "06,CA,90210,36", "02,AK,99501,0"]


def lines(*rows: str, header: str = HEADER, end: str = "\r\n") -> bytes:
    return end.join([header, *rows, ""]).encode()


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_districts", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with four good lines."""
    path = tmp_path / "zccd.csv"
    path.write_bytes(lines(*GOOD))
    return path


# Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        lines(*GOOD),
        lines(*GOOD, end="\n"),
        lines(*GOOD, GOOD[0]),
        "\ufeff".encode() + lines(*GOOD),
        lines(*(f"{row}," for row in GOOD), "", header=f"{HEADER},note"),
        lines(*(f'"{row}"'.replace(",", '","') for row in GOOD)),
        lines("90210,30,CA", "90210,32,CA", "90210,36,CA", "99501,00,AK", header="zcta,cd,state_abbr"),
        lines(*GOOD)[:-2],
    ],
    ids=["crlf", "lf", "a line twice", "bom", "more columns", "quoted", "other order", "no end"],
)  # fmt: skip
def test_however_it_is_written_the_file_says_the_same(content: bytes) -> None:
    assert read_map(content) == {
        "90210": {("CA", "30"), ("CA", "32"), ("CA", "36")},
        "99501": {("AK", "0")},
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("06,CA,90210", "3 values where the first line has 4"),
        ("06,CA,90210,30,", "5 values where the first line has 4"),
        ("06,XX,90210,30", "'XX' is no state"),
        ("06,ca,90210,30", "'ca' is no state"),
        ("06,,90210,30", "'' is no state"),
        ("06,CA,9021,30", "'9021' is no ZIP code"),
        ("06,CA,9021O,30", "'9021O' is no ZIP code"),
        ("06,CA,\uff19\uff10\uff12\uff11\uff10,30", "is no ZIP code"),
        ("06,CA,90210\x00,30", r"'90210\\x00' is no ZIP code"),
        ("06,CA,90210,53", "'53' is no district of CA, which has 1 to 52"),
        ("06,CA,90210,0", "'0' is no district of CA"),
        ("06,CA,90210,-1", "'-1' is no district of CA"),
        ("06,CA,90210,\u0663", "is no district of CA"),
        ("06,CA,90210,ZZ", "'ZZ' is no district of CA"),
        ("06,CA,90210,", "'' is no district of CA"),
        ("02,AK,99501,1", "'1' is no district of AK, which has only 0, at large"),
        ("11,DC,20001,98", "'98' is no district of DC"),
        ('06,CA,"90210,30', "unexpected end of data"),
        ('06,CA,"90210"x,30', "expected after"),
        ("06,CA," + "9" * 200_000 + ",30", "field larger than field limit"),
        ("06,CA,\x1b[2J90210,30", r"'\\x1b\[2J90210' is no ZIP code"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(row: str, reason: str) -> None:
    with pytest.raises(MapRefusedError, match=f"^Line 4: .*{reason}"):
        read_map(lines(*GOOD[:2], row))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "names no ZIP code"),
        (lines(), "names no ZIP code"),
        (b"\x00" * 100, "Line 1: the columns are"),
        (b"<!doctype html><title>Not found</title>", "needed once: state_abbr, zcta, cd"),
        (lines(*GOOD, header="state_abbr,zcta,cd,cd"), "needed once: cd"),
        (lines(*GOOD).decode().encode("utf-16"), "Line 1: this is not UTF-8"),
        (lines(*GOOD[:2]) + "06,CA,9021\u00d8,30\r\n".encode("latin-1"), "Line 4: this is not"),
        (b"x" * (districts.MOST_BYTES + 1), "longer than 16,777,216 bytes"),
    ],
    ids=["empty", "no lines", "NUL", "a web page", "a column twice", "UTF-16", "Latin-1", "long"],
)
def test_a_file_that_is_no_map_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(MapRefusedError, match=reason):
        read_map(content)


def test_all_wrong_lines_are_counted_and_the_first_are_named() -> None:
    with pytest.raises(MapRefusedError) as refused:
        read_map(lines(*["06,XX,90210,30"] * 50))
    assert refused.value.count == 50
    assert len(refused.value.reasons) == districts.MOST_REASONS
    assert refused.value.reasons[0].startswith("Line 2: ")


# Replacing ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_map_takes_the_place_of_the_one_before() -> None:
    load_map({"90210": "CA-30 CA-32", "53703": "WI-2", "99501": "AK-0"})
    change = load_map({"90210": "CA-30 CA-36", "53703": "WI-2", "82001": "WY-0"})
    assert (change.created, change.updated, change.unchanged, change.removed) == (1, 1, 1, 1)
    assert stored_map() == {
        "90210": {("CA", "30"), ("CA", "36")},
        "53703": {("WI", "2")},
        "82001": {("WY", "0")},
    }
    # No district is left that no ZIP code touches: nobody would be told that it is vacant.
    assert {str(district) for district in District.objects.all()} == {
        "CA-30", "CA-36", "WI-2", "WY-AL",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_failure_half_way_leaves_the_map_that_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    load_map({"90210": "CA-30", "99501": "AK-0"})
    before, about = stored_map(), DistrictMap.objects.values().get()

    def fail(number: int) -> None:
        if ZipDistrict.objects.filter(zip_code="53703").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        districts.replace_map(
            read_map(lines("55,WI,53703,2")),
            congress=120,
            published_on=None,
            source_address="https://elsewhere.example/",
            progress=fail,
        )
    assert stored_map() == before
    assert DistrictMap.objects.values().get() == about


@pytest.mark.django_db
def test_the_second_time_nothing_is_changed(file: Path) -> None:
    assert "2 created, 0 updated, 0 unchanged, 0 removed, 0 refused" in run("--file", file)
    before = list(ZipDistrict.objects.values_list()), DistrictMap.objects.values().get()
    assert "0 created, 0 updated, 2 unchanged, 0 removed, 0 refused" in run("--file", file)
    assert (list(ZipDistrict.objects.values_list()), DistrictMap.objects.values().get()) == before


@pytest.mark.django_db
def test_a_dry_run_reports_and_changes_nothing(file: Path) -> None:
    load_map({"99501": "AK-0"})
    report = run("--file", file, "--dry-run")
    assert "dry run" in report
    assert "1 created, 0 updated, 1 unchanged, 0 removed" in report
    assert stored_map() == {"99501": {("AK", "0")}}


@pytest.mark.django_db
def test_one_wrong_line_refuses_the_file_as_was_said_before(file: Path) -> None:
    load_map({"99501": "AK-0"})
    file.write_bytes(lines(*GOOD, "06,CA,90211,99", "x"))
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_districts", "--file", str(file), stdout=out)
    assert "A line that cannot be read refuses the whole file" in out.getvalue()
    assert "nothing was changed: 2 line(s)" in str(refused.value)
    assert "Line 6: '99' is no district of CA" in str(refused.value)
    assert "Line 7: 1 values" in str(refused.value)
    assert refused.value.returncode == 1
    assert stored_map() == {"99501": {("AK", "0")}}


@pytest.mark.django_db
def test_a_file_of_a_hundred_megabytes_is_refused_without_being_read_whole(file: Path) -> None:
    file.write_bytes(lines(*GOOD))
    os.truncate(file, 100 * 1024 * 1024)
    with pytest.raises(CommandError, match="longer than"):
        run("--file", file)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "reason"), [("nowhere.csv", "No such file"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(CommandError, match=f"cannot be read: {reason}"):
        run("--file", tmp_path / path)


@pytest.mark.django_db
def test_by_default_the_published_file_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert districts.PUBLISHED_FILE.startswith("https://")
    trust_loopback(monkeypatch)
    with serving(sending(lines(*GOOD))) as address:
        monkeypatch.setattr(districts, "PUBLISHED_FILE", address)
        assert "2 created" in run()
    assert stored_map().keys() == {"90210", "99501"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sending(b"gone", status=404), "localhost answered 404"),
        (sending(b"x" * 2_000), "sent more than 1,000 bytes"),
        (sending(lines(*GOOD), headers={"Content-Length": "999"}), "did not send the whole file"),
    ],
)
def test_what_cannot_be_fetched_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: object, reason: str
) -> None:
    load_map({"99501": "AK-0"})
    trust_loopback(monkeypatch)
    monkeypatch.setattr(districts, "MOST_BYTES", 1_000)
    with serving(answer) as address:  # type: ignore[arg-type]
        monkeypatch.setattr(districts, "PUBLISHED_FILE", address)
        with pytest.raises(CommandError, match=f"{reason}.*Nothing was changed"):
            run()
    assert stored_map().keys() == {"99501"}


@pytest.mark.django_db
def test_a_host_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Reach() == fetching.REACH
    with serving(sending(lines(*GOOD))) as address:
        port = urlsplit(address).port
        assert port
        monkeypatch.setattr(fetching, "REACH", Reach(ports=[port]))
        monkeypatch.setattr(districts, "PUBLISHED_FILE", address)
        with pytest.raises(CommandError, match="stands at a private address"):
            run()


# The map's age ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_vintage_is_stored_once_and_can_be_given(file: Path) -> None:
    run("--file", file)
    about = DistrictMap.objects.get()
    assert (about.congress, about.published_on, about.zip_codes) == (119, None, 2)
    assert about.source_address == districts.PROJECT
    run(
        *("--file", file, "--congress", 120, "--published", "2026-11-01"),
        *("--source", "https://census.example/maps"),
    )
    about = DistrictMap.objects.get()
    assert (about.congress, about.published_on) == (120, datetime.date(2026, 11, 1))
    assert about.source_address == "https://census.example/maps"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "option",
    [
        ("--congress", "0"),
        ("--congress", "\u0661\u0661\u0669"),
        ("--published", "tomorrow"),
        ("--published", "2999-01-01"),
        ("--source", "javascript:alert(1)"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_read(
    file: Path, option: tuple[str, str]
) -> None:
    with pytest.raises(CommandError, match=option[0]):
        run("--file", file, *option)
    assert not DistrictMap.objects.exists()


@pytest.mark.parametrize(
    ("day", "number"),
    [("2025-01-02", 118), ("2025-01-03", 119), ("2026-12-31", 119), ("2027-01-03", 120),
     ("2027-01-02", 119), ("1789-03-04", 1)],
)  # fmt: skip
def test_congresses_change_on_the_third_of_january(day: str, number: int) -> None:
    assert congress_on(datetime.date.fromisoformat(day)) == number


# The operator is told which seats readers will see as vacant ----------------------------------------


@pytest.mark.django_db
def test_the_command_names_the_seats_that_nobody_holds(file: Path) -> None:
    elect([("CA", "30"), ("CA", "32"), ("AK", "0")])
    assert "vacant, as the registry has nobody there: CA-36." in run("--file", file)


@pytest.mark.django_db
def test_an_empty_registry_makes_no_seat_vacant(file: Path) -> None:
    report = run("--file", file)
    assert "vacant, as" not in report
    assert "import_legislators" in report


# The real file ------------------------------------------------------------------------------------


def test_the_house_has_as_many_seats_as_the_law_says() -> None:
    assert len(HOUSE_SEATS) == 56
    assert sum(HOUSE_SEATS.values()) == 435 + 6


@pytest.mark.django_db
def test_the_real_file_is_stored_as_it_stands(shared_data: Path) -> None:
    path = shared_data / "congress" / "zccd.csv"
    elect(but=VACANT)
    report = run("--file", path)
    assert "33,774 ZIP codes: 33,774 created" in report
    assert "119th Congress, published on November 12, 2024" in report
    assert (
        "437 districts; vacant, as the registry has nobody there: CA-14, FL-20, GA-13, TX-23."
        in report
    )
    written: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            written[row["zcta"]].add((row["state_abbr"], row["cd"]))
    stored = stored_map()
    assert stored == written
    assert ZipDistrict.objects.count() == 42_033
    sizes = [len(seats) for seats in stored.values()]
    assert sizes.count(1) == 26_475
    assert sum(2 <= size <= 6 for size in sizes) == 7_299
    assert sum(len({state for state, _ in seats}) > 1 for seats in stored.values()) == 109
    assert "33,774 unchanged" in run("--file", path)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_lookup_uses_the_index(shared_data: Path) -> None:
    run("--file", shared_data / "congress" / "zccd.csv", "--verbosity", 0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE advocacy_zipdistrict")
    assert "Index" in ZipDistrict.objects.filter(zip_code="90210").explain()

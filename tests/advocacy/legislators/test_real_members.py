"""The real files: 537 members, each peculiarity of theirs, and what an import of them costs."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from advocacy.channels import Place, dialled
from advocacy.legislators.facts import SENATE_FORMS, host_of
from advocacy.legislators.runs import Report, Sources, run
from advocacy.models import Channel, Difference, Office, Representative, SecondLook

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 8, 13)
MEMBERS = 537
# One entry, its channels, its history; and what the history asks about before it writes.
QUERIES_A_MEMBER = 7


def sources(shared_data: Path) -> Sources:
    folder = shared_data / "congress"
    return Sources(
        file=(folder / "legislators-current.yaml").read_bytes(),
        offices=(folder / "legislators-district-offices.yaml").read_bytes(),
        social=(folder / "legislators-social-media.yaml").read_bytes(),
        forms=(folder / "contact-forms.csv").read_bytes(),
    )


@pytest.fixture(scope="module")
def imported(
    shared_data: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Report, float, int]]:
    """The report, seconds and queries of one import, undone when this module ends."""
    with django_db_blocker.unblock(), transaction.atomic():
        started = time.monotonic()
        with CaptureQueriesContext(connection) as counted:
            report = run(sources=sources(shared_data), today=DAY)
        yield report, time.monotonic() - started, len(counted)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _imported(imported: tuple[Report, float, int]) -> None:
    """Each test of this module reads what was imported."""


def member(bioguide: str) -> Representative:
    return Representative.objects.with_channels().get(bioguide=bioguide)


def values(bioguide: str, kind: str) -> list[str]:
    return [channel.value for channel in member(bioguide).usable_channels if channel.kind == kind]


def test_all_members_are_published_and_nothing_is_refused(
    imported: tuple[Report, float, int],
) -> None:
    report = imported[0]
    assert report.refused == []
    assert len(report.created) == MEMBERS
    assert Representative.objects.public().in_office().count() == MEMBERS
    assert Counter(Representative.objects.values_list("office", flat=True)) == {
        Office.SENATOR: 100,
        Office.REPRESENTATIVE: 431,
        Office.DELEGATE: 6,
    }


def test_every_entry_keeps_the_rules_that_the_form_asks() -> None:
    for entry in Representative.objects.all():
        entry.clean_fields()
        entry.clean()
    for channel in Channel.objects.all():
        channel.full_clean(exclude=["representative", "checked_by"], validate_constraints=False)
        assert channel.is_usable


def test_it_costs_few_queries_a_member_and_less_than_a_minute(
    imported: tuple[Report, float, int],
) -> None:
    _, seconds, queries = imported
    assert queries <= MEMBERS * QUERIES_A_MEMBER + 60
    assert seconds < 60


def test_a_second_run_changes_nothing_and_asks_little(shared_data: Path) -> None:
    before = list(Representative.objects.order_by("pk").values())
    channels = list(Channel.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as counted:
        report = run(sources=sources(shared_data), today=DAY)
    assert (report.created, report.updated, report.unchanged) == ([], [], MEMBERS)
    assert (report.conflicting, report.left, report.refused) == ([], [], [])
    assert list(Representative.objects.order_by("pk").values()) == before
    assert list(Channel.objects.order_by("pk").values()) == channels
    # Those who are there, their channels and differences, the addresses; four vacant seats.
    assert len(counted) <= 20


def test_a_later_run_notes_that_the_channels_were_there_still(shared_data: Path) -> None:
    report = run(sources=sources(shared_data), today=DAY + datetime.timedelta(days=1))
    assert report.updated == []
    assert set(Channel.objects.values_list("checked_on", flat=True)) == {
        DAY + datetime.timedelta(days=1)
    }


def test_nobody_has_an_e_mail_address() -> None:
    assert not Channel.objects.filter(kind="email").exists()
    assert not Channel.objects.filter(
        kind__in=["form", "social"], value__contains="mailto"
    ).exists()


def test_forms_are_on_the_members_own_host_or_the_senates() -> None:
    forms = Channel.objects.filter(kind="form").select_related("representative")
    assert forms.count() == 240
    for form in forms:
        own = host_of(form.representative.website)
        host = host_of(form.value)
        assert host in {SENATE_FORMS, own} or host.endswith(f".{own}"), form
    assert forms.filter(source_address__endswith="contact-congress").count() > 100


@pytest.mark.parametrize(
    ("bioguide", "dirt"),
    [("A000148", "stubforcwc"), ("B001298", "https://google.com"), ("F000484", "hhttps://fine")],
)
def test_dirty_addresses_are_named_and_not_taken(
    imported: tuple[Report, float, int], bioguide: str, dirt: str
) -> None:
    assert values(bioguide, "form") == []
    assert any(
        line.startswith(f"{bioguide}: ") and dirt in line for line in imported[0].passed_over
    )
    # Site, phone and post are left.
    assert member(bioguide).website
    assert values(bioguide, "phone")
    assert values(bioguide, "post")


def test_district_zero_is_at_large() -> None:
    at_large = Representative.objects.filter(district="0")
    states = at_large.filter(office=Office.REPRESENTATIVE).values_list("state", flat=True)
    assert sorted(states) == ["AK", "DE", "ND", "SD", "VT", "WY"]
    delegates = at_large.filter(office=Office.DELEGATE).values_list("state", flat=True)
    assert sorted(delegates) == ["AS", "DC", "GU", "MP", "PR", "VI"]
    assert not Representative.objects.filter(office=Office.REPRESENTATIVE, district="").exists()
    puerto_rico = Representative.objects.get(state="PR")
    assert puerto_rico.titled_name.startswith("Resident Commissioner ")


def test_two_members_without_a_full_name_have_one() -> None:
    assert member("M001246").name == "Analilia Mejia"
    assert member("G000607").name == "James Gallagher"


def test_a_member_without_phone_address_or_site_is_there_all_the_same() -> None:
    newest = member("G000607")
    assert newest.seat == "CA-1"
    assert newest.is_in_office
    assert newest.website == ""
    assert [channel.kind for channel in newest.usable_channels] == []


def test_vacant_seats_are_named(imported: tuple[Report, float, int]) -> None:
    assert imported[0].vacant == ["CA-14", "FL-20", "GA-13", "TX-23"]


def test_a_term_that_has_ended_on_paper_hides_nobody() -> None:
    for bioguide in ("H001104", "M001244"):
        entry = member(bioguide)
        assert entry.term_ends == datetime.date(2026, 11, 3)
        assert entry.is_in_office
    ended = Representative.objects.filter(term_ends=datetime.date(2026, 11, 3))
    assert ended.in_office().count() == 2


@pytest.mark.parametrize(
    ("bioguide", "name", "state", "room"),
    [
        ("S001150", "Adam B. Schiff", "CA", "112 Hart Senate Office Building"),
        ("B001230", "Tammy Baldwin", "WI", "141 Hart Senate Office Building"),
        ("S000148", "Charles E. Schumer", "NY", "322 Hart Senate Office Building"),
    ],
)
def test_the_three_whom_the_reference_page_got_wrong_are_right(
    bioguide: str, name: str, state: str, room: str
) -> None:
    entry = member(bioguide)
    assert (entry.name, entry.office, entry.state) == (name, Office.SENATOR, state)
    washington = entry.offices[0]
    assert washington.place == Place.WASHINGTON
    assert washington.lines == [room, "Washington, DC 20510"]
    assert [dialled(phone.value)[:5] for phone in washington.phones] == ["+1202"]
    assert len(entry.offices) > 1


def test_offices_hours_leadership_class_rank_and_caucus_are_kept() -> None:
    schumer = member("S000148")
    assert schumer.leadership == "Senate Minority Leader"
    assert (schumer.senate_class, schumer.state_rank) == (3, "senior")
    assert schumer.in_office_since == datetime.date(1999, 1, 6)
    assert schumer.term_begins == datetime.date(2023, 1, 3)
    assert member("S000033").party_line == "Independent, caucuses with the Democrats"
    offices = [office for entry in _with_offices() for office in entry.offices]
    district = [office for office in offices if office.place == Place.DISTRICT]
    assert len(district) == 1312
    assert sum(bool(office.phones) for office in district) == 1280
    assert sum(bool(office.hours) for office in district) == 253


def _with_offices() -> list[Representative]:
    return list(Representative.objects.with_channels())


def test_each_has_an_address_of_its_own_by_name() -> None:
    slugs = list(Representative.objects.values_list("slug", flat=True))
    assert len(set(slugs)) == MEMBERS
    assert member("B001230").slug == "tammy-baldwin"


def test_nothing_waits_for_anybody_after_the_first_import() -> None:
    assert not Difference.objects.exists()
    assert not SecondLook.objects.exists()

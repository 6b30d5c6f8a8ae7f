"""Find your representatives: who is named, what is said where nobody can be, and what is kept."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from advocacy import districts
from advocacy.lookup import look_up
from advocacy.models import Office, Representative
from advocacy.places import AT_LARGE
from tests.advocacy.lookups import MAP, PAGE, html_of, members_on, text_of
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory
from tests.factories.districts import VACANT, elect, load_map


@pytest.fixture
def congress(db: None) -> None:
    """A map of seven ZIP codes, and everybody in office."""
    load_map(MAP)
    elect(but=VACANT)


# Who is named -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize(
    ("zip_code", "named"),
    [
        ("53703", ["WI-2", "WI, class 1", "WI, class 2"]),
        ("90210", ["CA-30", "CA-32", "CA-36", "CA, class 1", "CA, class 2"]),
        ("82063", ["CO-2", "WY-AL", "CO, class 1", "CO, class 2", "WY, class 1", "WY, class 2"]),
        ("99501", ["AK-AL", "AK, class 1", "AK, class 2"]),
        ("20001", ["DC-AL"]),
        ("00601", ["PR-AL"]),
        ("94541", ["CA, class 1", "CA, class 2"]),
    ],
)
def test_everybody_who_may_represent_a_zip_code_is_named(
    client: Client, zip_code: str, named: list[str]
) -> None:
    assert members_on(client, zip_code) == named


@pytest.mark.usefixtures("congress")
def test_a_split_zip_code_is_said_to_be_split_and_why_and_what_to_do(client: Client) -> None:
    text = text_of(client, "90210")
    assert (
        "90210 lies in 3 districts: California’s 30th district, California’s 32nd district and "
        "California’s 36th district."
    ) in text
    assert "ZIP codes follow the routes of the post" in text
    assert "One of the seats below is yours" in text
    assert "Your street address decides" in text
    assert "state line" not in text
    assert "lies in" not in text_of(client, "53703")


@pytest.mark.usefixtures("congress")
def test_a_zip_code_that_crosses_a_state_line_says_so(client: Client) -> None:
    text = text_of(client, "82063")
    assert "crosses a state line: Colorado’s 2nd district and Wyoming (at large)" in text
    assert "So are the senators of your state, not those of the other" in text


@pytest.mark.usefixtures("congress")
def test_a_seat_that_nobody_holds_is_shown_as_vacant(client: Client) -> None:
    text = text_of(client, "94541")
    assert "California’s 14th district Vacant Nobody holds this seat now" in text
    assert "the senators of California speak for it" in text
    listed = client.get(PAGE).content.decode()
    assert listed.count("<b>Vacant</b>") == 1
    assert "14th district" in listed


@pytest.mark.usefixtures("congress")
def test_somebody_who_left_makes_a_seat_vacant_from_that_day(client: Client) -> None:
    member = Representative.objects.filter(state="WI", district="2")
    member.update(left_office_on=timezone.localdate() + datetime.timedelta(days=1))
    assert "Vacant" not in text_of(client, "53703")
    member.update(left_office_on=timezone.localdate())
    assert "Vacant" in text_of(client, "53703")


@pytest.mark.django_db
def test_the_end_of_a_term_alone_makes_no_seat_vacant(client: Client) -> None:
    load_map({"53703": "WI-2"})
    elect([("WI", "2")])
    Representative.objects.update(term_ends=timezone.localdate() - datetime.timedelta(days=30))
    assert members_on(client, "53703") == ["WI-2", "WI, class 1", "WI, class 2"]


@pytest.mark.django_db
def test_a_small_registry_declares_nobody_gone(client: Client) -> None:
    load_map({"53703": "WI-2", "90210": "CA-30 CA-32"})
    RepresentativeFactory(state="WI", name="Tammy Baldwin")
    text = text_of(client, "53703")
    assert "Vacant" not in text
    assert "Wisconsin’s 2nd district Not in our registry" in text
    assert "Our registry has one of the two senators of Wisconsin." in text
    assert "Our registry has none of the two senators of California." in text_of(client, "90210")
    assert "Vacant" not in client.get(PAGE).content.decode()


@pytest.mark.django_db
def test_a_member_whose_page_is_a_draft_is_neither_shown_nor_called_gone(client: Client) -> None:
    load_map({"53703": "WI-2", "90210": "CA-30", "99501": "AK-0"})
    elect([("WI", "2"), ("CA", "30"), ("AK", "0")])
    Representative.objects.filter(district="2").update(live=False)
    text = text_of(client, "53703")
    assert "Member of WI-2" not in text
    assert "Not in our registry" in text


@pytest.mark.usefixtures("congress")
def test_delegates_have_no_senators_beside_them(client: Client) -> None:
    for zip_code, title in (("20001", "Delegate"), ("00601", "Resident Commissioner")):
        text = text_of(client, zip_code)
        assert f"{title} Member of" in text
        assert "not on the passage of bills" in text
        assert "People here elect nobody to the Senate." in text
    assert "not on the passage" not in text_of(client, "99501")


@pytest.mark.usefixtures("congress")
def test_mayors_and_governors_are_no_members_of_congress(client: Client) -> None:
    RepresentativeFactory(
        office=Office.OTHER, other_title="Mayor", state="WI", district="2", name="Member of Madison"
    )
    assert "Madison" not in text_of(client, "53703")


@pytest.mark.django_db
def test_every_kind_of_answer_that_the_real_map_gives_is_well_formed(shared_data: Path) -> None:
    found = districts.read_map((shared_data / "congress" / "zccd.csv").read_bytes())
    districts.replace_map(found, congress=119, published_on=None, source_address=districts.PROJECT)
    elect(but=VACANT)
    # ZIP codes that touch the same districts have the same answer, so one for each is asked for:
    # where a state is one district, where nobody is in office, across state lines, in four or more.
    kinds = {
        seats: zip_code
        for zip_code, seats in found.items()
        if len(seats) > 3
        or len({state for state, _ in seats}) > 1
        or any(number == AT_LARGE or (state, number) in VACANT for state, number in seats)
    }
    assert len(kinds) > 100
    for seats, zip_code in kinds.items():
        answer = look_up(zip_code)
        assert answer
        assert {(seat.district.state, seat.district.number) for seat in answer.seats} == seats
        for seat in answer.seats:
            is_vacant = (seat.district.state, seat.district.number) in VACANT
            assert seat.is_vacant == is_vacant
            assert len(seat.contacts) == (0 if is_vacant else 1)
        assert {d.state.value for d in answer.delegations} == {state for state, _ in seats}
        for delegation in answer.delegations:
            assert len(delegation.contacts) == (0 if delegation.elects_none else 2)


# How they are reached -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        (["post", "phone", "form"], "Open the contact form"),
        (["fax", "post", "phone"], "Call 202-224-5653"),
        (["social", "post", "email"], "Write an e-mail"),
        (["fax", "social", "post"], "By post:"),
        (["fax", "social"], "Open the official site"),
        ([], "Open the official site"),
    ],
)
def test_the_quickest_way_is_offered_first(client: Client, kinds: list[str], shown: str) -> None:
    load_map({"53703": "WI-2"})
    senator = RepresentativeFactory(website="https://www.baldwin.senate.gov")
    values = {
        "form": "https://www.baldwin.senate.gov/feedback",
        "social": "https://social.example/baldwin",
        "email": "office@example.gov",
        "post": "141 Hart Senate Office Building, Washington, DC 20510",
    }
    for order, kind in enumerate(kinds):
        ChannelFactory(
            representative=senator,
            kind=kind,
            value=values.get(kind, "202-224-5653"),
            sort_order=order,
        )
    # A form that nobody checked is no way at all.
    ChannelFactory(representative=senator, kind="form", value=values["form"], unchecked=True)
    assert shown in text_of(client, "53703")


@pytest.mark.django_db
def test_without_any_way_that_is_said(client: Client) -> None:
    load_map({"53703": "WI-2"})
    RepresentativeFactory()
    assert "We have no way to reach them that we could check." in text_of(client, "53703")


@pytest.mark.usefixtures("congress")
def test_letters_for_ones_own_representatives_lead_to_each_of_them(client: Client) -> None:
    LetterFactory(slug="ours", title="A letter of ours")
    LetterFactory(title="A draft", live=False)
    LetterFactory(title="For others", targets=[RepresentativeFactory(state="VT")])
    html = html_of(client, "53703")
    for slug in ("member-wi-2", "member-wi-senate-1", "member-wi-senate-2"):
        assert f'href="/letters/ours/?to={slug}"' in html
    everybody = "to=member-wi-2&amp;to=member-wi-senate-1&amp;to=member-wi-senate-2"
    assert f'href="/letters/ours/?{everybody}"' in html
    assert "A draft" not in html
    assert "For others" not in html
    # Not where some of those who are named may be somebody else's.
    assert "To all" not in html_of(client, "90210")


@pytest.mark.usefixtures("congress")
def test_the_letter_that_a_reader_comes_from_goes_along(client: Client) -> None:
    LetterFactory(slug="ours", title="A letter of ours")
    LetterFactory(slug="another", title="Another letter")
    form = client.get(PAGE, {"letter": "ours"}).content.decode()
    assert '<input type="hidden" name="letter" value="ours">' in form
    html = html_of(client, "53703", letter="ours")
    assert html.count('class="button" href="/letters/ours/?to=') == 4
    assert "Send it to all 3" in html
    assert "Send it to all" not in html_of(client, "90210", letter="ours")
    assert "Another letter" not in html
    # It goes along to the next question too, also after a slip.
    assert 'name="letter" value="ours"' in html
    assert 'name="letter" value="ours"' in html_of(client, "9021O", letter="ours")


@pytest.mark.usefixtures("congress")
@pytest.mark.parametrize("slug", ["nowhere", "", "\x00", "<script>", "x" * 10_000, "for-others"])
def test_a_letter_that_is_none_of_these_is_left_out(client: Client, slug: str) -> None:
    LetterFactory(slug="for-others", targets=[RepresentativeFactory(state="VT")])
    html = html_of(client, "53703", letter=slug)
    assert 'name="letter"' not in html
    assert "?to=" not in html


# The map's age ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{}, {"zip": "53703"}, {"zip": "20500"}, {"zip": "x"}])
def test_the_maps_age_is_shown_wherever_it_is_used(client: Client, query: dict[str, str]) -> None:
    load_map(MAP)
    RepresentativeFactory()
    html = " ".join(client.get(PAGE, query).content.decode().split())
    assert "a map of the 119th Congress&rsquo;s districts with 7 ZIP code areas" in html
    assert f'<a href="{districts.PROJECT}">published</a> on' in html
    assert "November 12, 2024" in html


@pytest.mark.django_db
def test_a_map_without_a_date_says_when_it_was_taken_over(client: Client) -> None:
    load_map({"53703": "WI-2"}, published_on=None)
    html = client.get(PAGE).content.decode()
    assert "taken over" in html
    assert f"{timezone.localdate():%Y-%m-%d}" in html


@pytest.mark.django_db
def test_a_map_of_an_earlier_congress_is_owned_up_to(client: Client) -> None:
    load_map({"53703": "WI-2"}, congress=118)
    assert "A later Congress sits now" in html_of(client, "53703")


# What it costs ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("congress")
def test_an_answer_costs_the_same_for_one_district_and_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load_map({**MAP, "78701": " ".join(f"TX-{number}" for number in range(1, 20))})
    LetterFactory.create_batch(5)
    for representative in Representative.objects.filter(state__in=["TX", "WI"]):
        ChannelFactory.create_batch(4, representative=representative)
    client.get(PAGE, {"zip": "53703"})
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE, {"zip": "53703"})
    with django_assert_num_queries(len(one)):
        client.get(PAGE, {"zip": "78701"})
    with django_assert_num_queries(len(one)):
        client.get(PAGE, {"zip": "82063"})
    # Site, settings, footer; map, districts, people, channels, letters.
    assert len(one) <= 9


@pytest.mark.usefixtures("congress")
def test_the_pages_are_valid_html(client: Client, html_valid: Callable[[bytes], None]) -> None:
    LetterFactory(slug="ours")
    ChannelFactory(representative=Representative.objects.get(slug="member-wi-2"))
    for zip_code in ("53703", "90210", "82063", "94541", "20001", "20500", "9021O"):
        html_valid(client.get(PAGE, {"zip": zip_code}).content)
        html_valid(client.get(PAGE, {"zip": zip_code, "letter": "ours"}).content)
    html_valid(client.get(PAGE).content)

"""The registry and its pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from advocacy.models import Office, Petition, Representative
from advocacy.models.representatives import ordinal
from advocacy.views import representatives
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
)

TODAY = timezone.localdate()


def build(**kwargs: object) -> Representative:
    return RepresentativeFactory.build(**kwargs)


@pytest.mark.parametrize(
    ("kwargs", "line"),
    [
        ({"office": Office.SENATOR, "state": "WI"}, "U.S. Senator, Wisconsin"),
        (
            {"office": Office.REPRESENTATIVE, "state": "CA", "district": "30"},
            "U.S. Representative, California's 30th district",
        ),
        (
            {"office": Office.REPRESENTATIVE, "state": "AK", "district": "0"},
            "U.S. Representative, Alaska's at-large district",
        ),
        (
            {"office": Office.DELEGATE, "state": "DC", "district": "0"},
            "Delegate to the U.S. House, District of Columbia",
        ),
        (
            {"office": Office.DELEGATE, "state": "PR", "district": "0"},
            "Resident Commissioner to the U.S. House, Puerto Rico",
        ),
        (
            {
                "office": Office.OTHER,
                "other_title": "Mayor",
                "other_office": "Mayor of Madison",
                "state": "WI",
            },
            "Mayor of Madison",
        ),
        (
            {"office": Office.OTHER, "other_title": "Governor", "state": "WI"},
            "Governor, Wisconsin",
        ),
    ],
)
def test_the_office_is_said_in_full(kwargs: dict[str, str], line: str) -> None:
    assert build(**kwargs).office_line == line


@pytest.mark.parametrize(
    ("kwargs", "seat"),
    [
        ({"office": Office.SENATOR, "state": "WI"}, "WI"),
        ({"office": Office.REPRESENTATIVE, "state": "CA", "district": "30"}, "CA-30"),
        ({"office": Office.REPRESENTATIVE, "state": "AK", "district": "0"}, "AK-AL"),
        ({"office": Office.OTHER, "state": ""}, ""),
    ],
)
def test_the_seat_is_said_in_short(kwargs: dict[str, str], seat: str) -> None:
    assert build(**kwargs).seat == seat


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (52, "52nd")],
)  # fmt: skip
def test_districts_are_numbered_as_people_say_it(number: int, text: str) -> None:
    assert ordinal(number) == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kwargs", "field"),
    [
        ({"office": Office.SENATOR, "district": "1"}, "district"),
        ({"office": Office.SENATOR, "district": "0"}, "district"),
        ({"office": Office.SENATOR, "state": ""}, "state"),
        ({"office": Office.REPRESENTATIVE, "district": ""}, "district"),
        ({"office": Office.DELEGATE, "state": "DC", "district": ""}, "district"),
        ({"office": Office.REPRESENTATIVE, "district": "x"}, "district"),
        ({"office": Office.OTHER}, "other_title"),
        ({"bioguide": "b001230"}, "bioguide"),
        (
            {
                "in_office_since": datetime.date(2020, 1, 3),
                "left_office_on": datetime.date(2019, 1, 3),
            },
            "left_office_on",
        ),
    ],
)
def test_what_does_not_fit_the_office_names_its_field(
    kwargs: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        build(**kwargs).full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "kept"), [("0", "0"), ("00", "0"), ("07", "7"), ("12", "12")])
def test_district_zero_is_a_district(typed: str, kept: str) -> None:
    representative = build(office=Office.REPRESENTATIVE, state="AK", district=typed)
    representative.full_clean()
    assert representative.district == kept


@pytest.mark.django_db
def test_two_members_cannot_have_one_bioguide_and_others_need_none() -> None:
    RepresentativeFactory.create(bioguide="B001230")
    RepresentativeFactory.create(bioguide="")
    build(slug="third", bioguide="").full_clean()
    with pytest.raises(ValidationError, match="Another representative has this"):
        build(slug="fourth", bioguide="B001230").full_clean()


@pytest.mark.django_db
def test_the_end_of_a_term_alone_hides_nobody() -> None:
    past = RepresentativeFactory.create(term_ends=TODAY - datetime.timedelta(days=1))
    gone = RepresentativeFactory.create(left_office_on=TODAY)
    going = RepresentativeFactory.create(left_office_on=TODAY + datetime.timedelta(days=1))
    assert set(Representative.objects.in_office()) == {past, going}
    assert [past.is_in_office, gone.is_in_office, going.is_in_office] == [True, False, True]


# Pages --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_goes_by_state_and_seat_and_leaves_out_who_left(client: Client) -> None:
    for kwargs in (
        {"name": "Tenth", "office": Office.REPRESENTATIVE, "state": "CA", "district": "10"},
        {"name": "Second", "office": Office.REPRESENTATIVE, "state": "CA", "district": "2"},
        {"name": "Upper", "office": Office.SENATOR, "state": "CA"},
        {"name": "Alaskan", "office": Office.REPRESENTATIVE, "state": "AK", "district": "0"},
        {"name": "Mayoral", "office": Office.OTHER, "other_title": "Mayor", "state": ""},
        {"name": "Gone", "state": "CA", "left_office_on": TODAY},
        {"name": "Drafted", "state": "CA", "live": False},
    ):
        RepresentativeFactory.create(**kwargs)
    html = client.get(reverse("advocacy:representatives")).content.decode()
    html = html[html.index('class="state"') :]
    order = [
        "Alaska",
        "Alaskan",
        "California",
        "Upper",
        "Second",
        "Tenth",
        "Other offices",
        "Mayoral",
    ]
    places = [html.index(f">{word}" if " " in word else word) for word in order]
    assert places == sorted(places)
    assert "Gone" not in html
    assert "Drafted" not in html


@pytest.mark.django_db
def test_a_long_list_is_folded_state_by_state_and_a_short_one_is_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, html_valid: Callable[[bytes], None]
) -> None:
    for state in ("AK", "CA", "WI"):
        RepresentativeFactory.create(state=state, office=Office.SENATOR)
    address = reverse("advocacy:representatives")
    assert '<details class="state">' not in client.get(address).content.decode()
    monkeypatch.setattr(representatives, "UNFOLDED_AT_MOST", 2)
    folded = client.get(address)
    assert folded.content.decode().count('<details class="state">') == 3
    assert "Choose a state" not in folded.content.decode()
    html_valid(folded.content)


@pytest.mark.django_db
def test_a_page_shows_checked_channels_with_their_source_and_no_others(client: Client) -> None:
    representative = RepresentativeFactory.create()
    ChannelFactory.create(representative=representative, value="202-224-0001")
    ChannelFactory.create(representative=representative, value="202-224-0002", unchecked=True)
    html = client.get(representative.get_absolute_url()).content.decode()
    assert "tel:+12022240001" in html
    assert 'href="https://www.baldwin.senate.gov/contact"' in html
    assert "June 15, 2026" in html
    assert "202-224-0002" not in html


@pytest.mark.django_db
def test_a_page_lists_what_asks_something_of_them_now(client: Client) -> None:
    representative = RepresentativeFactory.create()
    PetitionFactory.create(title="Open one", targets=[representative])
    PetitionFactory.create(
        title="Closed one", status=Petition.Status.CLOSED, targets=[representative]
    )
    PetitionFactory.create(title="For others", targets=[RepresentativeFactory.create()])
    LetterFactory.create(title="A letter to them", targets=[representative])
    html = client.get(representative.get_absolute_url()).content.decode()
    assert "Open one" in html
    assert "A letter to them" in html
    assert "Closed one" not in html
    assert "For others" not in html


@pytest.mark.django_db
def test_who_left_is_said_to_have_left_and_is_not_to_be_called(client: Client) -> None:
    representative = RepresentativeFactory.create(left_office_on=TODAY)
    ChannelFactory.create(representative=representative)
    html = client.get(representative.get_absolute_url()).content.decode()
    assert "left this office" in html
    assert "tel:" not in html


@pytest.mark.django_db
def test_a_draft_has_no_page(client: Client) -> None:
    representative = RepresentativeFactory.create(live=False)
    assert client.get(representative.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_the_list_costs_the_same_for_three_and_for_sixty(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = reverse("advocacy:representatives")
    RepresentativeFactory.create_batch(3)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    RepresentativeFactory.create_batch(57)
    with django_assert_num_queries(len(few)):
        client.get(address)


@pytest.mark.django_db
def test_the_pages_are_valid_html(client: Client, html_valid: Callable[[bytes], None]) -> None:
    representative = RepresentativeFactory.create(
        website="https://www.baldwin.senate.gov", caucus="Democrat", party="Independent"
    )
    for kind, value in (
        ("form", "https://www.baldwin.senate.gov/contact"),
        ("email", "office@example.gov"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
    ):
        ChannelFactory.create(representative=representative, kind=kind, value=value)
    PetitionFactory.create(targets=[representative])
    html_valid(client.get(reverse("advocacy:representatives")).content)
    html_valid(client.get(representative.get_absolute_url()).content)

"""The page of a representative: all that is aimed at them, and what machines read."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from advocacy.mentions import SHOWN_AT_ONCE
from advocacy.models import Office, Representative
from news.models import ArticlePage
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
)
from tests.factories.news import article, block
from tests.factories.people import editor
from tests.news.long_articles import NOTHING

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def senator() -> Representative:
    made: Representative = RepresentativeFactory.create(slug="tammy-baldwin", last_name="Baldwin")
    return made


def naming(senator: Representative, **fields: Any) -> ArticlePage:
    """An article that calls on somebody."""
    value = {"kind": "representative", "text": "Ask.", **NOTHING, "representative": senator.pk}
    return article(action=[block("call_to_action", value)], **fields)


def html_of(client: Client, senator: Representative, query: str = "") -> str:
    answer = client.get(f"{senator.get_absolute_url()}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


# Articles -----------------------------------------------------------------------------------------


def test_articles_that_name_them_are_listed_newest_first(
    client: Client, senator: Representative
) -> None:
    for days, title in ((3, "The third"), (1, "The first"), (2, "The second")):
        page = naming(senator, title=title, live=True)
        when = timezone.now() - datetime.timedelta(days=days)
        ArticlePage.objects.filter(pk=page.pk).update(first_published_at=when)
    article(title="About others", live=True)
    html = html_of(client, senator)
    places = [html.index(title) for title in ("The first", "The second", "The third")]
    assert places == sorted(places)
    assert "About others" not in html


def test_drafts_and_what_not_everybody_may_read_are_not_listed(
    client: Client, senator: Representative
) -> None:
    naming(senator, title="Still a draft", live=False)
    hidden = naming(senator, title="For subscribers", live=True)
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    published = article(title="Only its draft names them", live=True)
    published.action = naming(senator, live=False).action
    published.save_revision(user=editor())
    html = html_of(client, senator)
    for title in ("Still a draft", "For subscribers", "Only its draft names them"):
        assert title not in html
    assert 'id="articles"' not in html


def test_a_long_list_goes_on_and_ends(client: Client, senator: Representative) -> None:
    for number in range(SHOWN_AT_ONCE + 2):
        naming(senator, title=f"Article no. {number};", live=True)
    first, second = html_of(client, senator), html_of(client, senator, "?page=2")
    assert (first.count("Article no."), second.count("Article no.")) == (SHOWN_AT_ONCE, 2)
    assert 'href="?page=2#articles"' in first
    assert 'href="?page=1#articles"' in second
    assert "Older" not in second
    assert "There are no more." in html_of(client, senator, "?page=3")


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999999999", "\x00", "1e9"])
def test_any_page_number_is_answered(client: Client, senator: Representative, page: str) -> None:
    assert client.get(senator.get_absolute_url(), {"page": page}).status_code == 200


def test_the_page_costs_the_same_however_much_is_aimed_at_them(
    client: Client, senator: Representative, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def aim(number: int) -> None:
        for _ in range(number):
            ChannelFactory.create(representative=senator)
            PetitionFactory.create(targets=[senator])
            LetterFactory.create(targets=[senator])
            naming(senator, live=True)

    aim(1)
    html_of(client, senator)
    with CaptureQueriesContext(connection) as few:
        html_of(client, senator)
    aim(SHOWN_AT_ONCE)
    with django_assert_num_queries(len(few)):
        html_of(client, senator)
    assert len(few) <= 9


# Letters, and who comes after ---------------------------------------------------------------------


def test_letters_are_filled_in_for_them_and_drafts_are_not_offered(
    client: Client, senator: Representative
) -> None:
    LetterFactory.create(slug="to-them", targets=[senator])
    LetterFactory.create(slug="to-ones-own")
    LetterFactory.create(slug="to-others", targets=[RepresentativeFactory.create()])
    LetterFactory.create(slug="drafted", targets=[senator], live=False)
    html = html_of(client, senator)
    assert 'href="/letters/to-them/?to=tammy-baldwin"' in html
    assert 'href="/letters/to-ones-own/?to=tammy-baldwin"' in html
    assert "to-others" not in html
    assert "drafted" not in html


def test_a_petition_that_is_not_public_is_shown_nowhere(
    client: Client, senator: Representative
) -> None:
    PetitionFactory.create(title="Being written", targets=[senator], live=False)
    PetitionFactory.create(title="Not begun", targets=[senator], status="draft")
    html = html_of(client, senator)
    assert "Being written" not in html
    assert "Not begun" not in html


def test_who_left_names_who_holds_the_office_now(client: Client) -> None:
    seat = {"office": Office.REPRESENTATIVE, "state": "CA", "district": "14"}
    gone = RepresentativeFactory.create(**seat, left_office_on=TODAY)
    LetterFactory.create(title="A letter to them", targets=[gone])
    assert "Our registry has nobody who holds this seat now." in html_of(client, gone)
    RepresentativeFactory.create(**seat, name="The Next One")
    html = html_of(client, gone)
    assert "Representative The Next One" in html
    assert "A letter to them" not in html
    assert "Term ends" not in html


def test_channels_stand_by_what_one_does_with_them(client: Client, senator: Representative) -> None:
    for kind, value in (
        ("phone", "202-224-5653"),
        ("email", "office@example.gov"),
        ("fax", "202-224-0001"),
        ("form", "https://www.baldwin.senate.gov/contact"),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value)
    groups = client.get(senator.get_absolute_url()).context["channel_groups"]
    assert [(group.label, [row.kind for row in group.channels]) for group in groups] == [
        ("Write", ["email", "form"]),
        ("Call", ["phone"]),
        ("By fax", ["fax"]),
    ]
    assert "/representatives/tammy-baldwin/report/" in html_of(client, senator)


def test_the_channels_of_one_office_stand_together_with_their_source_once(
    client: Client, senator: Representative, html_valid: Callable[[str], None]
) -> None:
    at_home = {"place": "district", "label": "Madison office", "hours": "9 to 5"}
    washington = {"place": "washington", "label": "Washington office"}
    for kind, value, where in (
        ("phone", "608-264-5338", at_home),
        ("post", "30 West Mifflin Street, Suite 700, Madison, WI 53703", at_home),
        ("fax", "202-224-0001", washington),
        ("phone", "202-224-5653", washington),
        ("form", "https://www.baldwin.senate.gov/contact", {}),
        ("phone", "800-247-5645", {"label": "Toll-free"}),
        ("social", "https://social.example/baldwin", {}),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value, **where)
    groups = client.get(senator.get_absolute_url()).context["channel_groups"]
    assert [(group.label, [row.kind for row in group.channels]) for group in groups] == [
        ("Write", ["form"]),
        ("Call", ["phone"]),
        ("Washington office", ["phone", "fax"]),
        ("Madison office", ["post", "phone"]),
        ("Elsewhere", ["social"]),
    ]
    html = html_of(client, senator)
    madison = html.split("<dt>Madison office</dt>")[1].split("</div>")[0]
    assert madison.count("Source") == madison.count("9 to 5") == 1
    html_valid(html)


def test_channels_of_an_office_that_were_checked_on_other_days_each_say_when(
    client: Client, senator: Representative
) -> None:
    for kind, value, days in (("phone", "608-264-5338", 1), ("fax", "608-264-5339", 2)):
        ChannelFactory.create(
            representative=senator,
            kind=kind,
            value=value,
            place="district",
            label="Madison office",
            checked_on=TODAY - datetime.timedelta(days=days),
        )
    madison = html_of(client, senator).split("<dt>Madison office</dt>")[1].split("</div>")[0]
    assert madison.count("Source") == 2


# What machines read -------------------------------------------------------------------------------


def json_ld(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def test_machines_read_a_person_who_works_for_the_government(
    client: Client, senator: Representative
) -> None:
    for kind, value in (
        ("phone", "202-224-5653"),
        ("email", "office@example.gov"),
        ("post", "141 Hart Senate Office Building, Washington, DC 20510"),
        ("social", "https://social.example/baldwin"),
    ):
        ChannelFactory.create(representative=senator, kind=kind, value=value, label="Main")
    ChannelFactory.create(representative=senator, value="202-224-9999", unchecked=True)
    data = json_ld(html_of(client, senator))
    assert data["@type"] == "Person"
    assert data["jobTitle"] == "U.S. Senator, Wisconsin"
    assert data["worksFor"] == {"@type": "GovernmentOrganization", "name": "United States Senate"}
    points = data["contactPoint"]
    assert [point["@type"] for point in points] == ["ContactPoint", "ContactPoint", "PostalAddress"]
    assert points[0]["telephone"] == "+12022245653"
    assert data["sameAs"] == ["https://social.example/baldwin"]
    assert "9999" not in str(data)


def test_a_name_cannot_leave_the_script(client: Client, senator: Representative) -> None:
    senator.name = '</script><script>alert("1")</script>'
    senator.save()
    html = html_of(client, senator)
    assert "<script>alert" not in html
    assert json_ld(html)["name"] == senator.name


def test_who_left_works_for_nobody_and_is_reached_by_nothing(client: Client) -> None:
    gone = RepresentativeFactory.create(left_office_on=TODAY)
    ChannelFactory.create(representative=gone)
    data = json_ld(html_of(client, gone))
    assert not {"worksFor", "jobTitle", "contactPoint"} & set(data)

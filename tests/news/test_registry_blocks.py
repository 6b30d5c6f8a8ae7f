"""Blocks that lead to the registry: straight to the act, with what the registry holds today."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.blocks.struct_block import StructBlockValidationError

from advocacy.models import Representative
from news.blocks import CallToActionBlock, ToDoItemBlock
from news.models import ArticlePage
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
)
from tests.factories.news import article, block
from tests.news.long_articles import NOTHING
from tests.news.test_articles import QUERIES_AT_MOST, queries

pytestmark = pytest.mark.django_db


def item(kind: str, **named: Any) -> Any:
    """A To Do item as the editor's form hands it over."""
    return ToDoItemBlock().to_python(
        {"kind": kind, "text": "Do it.", **NOTHING, **{key: row.pk for key, row in named.items()}}
    )


@pytest.fixture
def senator() -> Representative:
    """Somebody with two numbers that were checked and one that was not."""
    senator = RepresentativeFactory.create(slug="angus-king", name="Angus King")
    for order, (value, label) in enumerate(
        (("202-224-0000", ""), ("202-224-5344", "Washington office"), ("207-622-8292", "Augusta"))
    ):
        ChannelFactory.create(
            representative=senator, value=value, label=label, sort_order=order, unchecked=order == 0
        )
    return senator


def calling(senator: Representative, **fields: Any) -> ArticlePage:
    """An article that asks for a call, and says what to say."""
    value = {"kind": "call", "text": "Call once.", **NOTHING, "representative": senator.pk}
    items = [{"type": "item", "id": str(uuid.uuid4()), "value": value}]
    points = [{"type": "item", "id": str(uuid.uuid4()), "value": "Publish the map."}]
    return article(
        to_do=[
            block("group", {"heading": "Today", "items": items}),
            block("talking_points", {"heading": "What to say", "points": points}),
        ],
        live=True,
        **fields,
    )


# Where they lead ----------------------------------------------------------------------------------


def test_each_kind_leads_straight_to_its_act(senator: Representative) -> None:
    petition = PetitionFactory.create(slug="pipes")
    letter = LetterFactory.create(slug="deadline", title="The deadline")
    assert item("sign", petition=petition).url == "/petitions/pipes/"
    assert item("share", petition=petition).url == "/petitions/pipes/#share"
    assert item("write", letter=letter).url == "/letters/deadline/"
    to_him = item("write", letter=letter, representative=senator)
    assert to_him.url == "/letters/deadline/?to=angus-king"
    assert to_him.label == "The deadline, to Senator Angus King"
    assert item("call", representative=senator).url == "/representatives/angus-king/"
    assert (item("share").url, item("share").label) == ("#share", "Share this article")
    assert (item("talk").url, item("talk").label) == ("", "")


def test_a_letter_whose_addressee_is_a_draft_is_still_a_letter(senator: Representative) -> None:
    letter = LetterFactory.create(slug="deadline")
    senator.live = False
    senator.save()
    assert item("write", letter=letter, representative=senator).url == "/letters/deadline/"


def test_a_draft_is_no_place_to_lead_to(senator: Representative) -> None:
    for kind, named in (
        ("write", {"letter": LetterFactory.create(live=False)}),
        ("sign", {"petition": PetitionFactory.create(live=False)}),
    ):
        assert item(kind, **named).url == ""


@pytest.mark.parametrize("kind", ["write", "call"])
def test_a_letter_and_its_addressee_are_one_place_and_others_are_two(
    senator: Representative, kind: str
) -> None:
    value = item(kind, letter=LetterFactory.create(), representative=senator)
    if kind == "write":
        assert ToDoItemBlock().clean(value)
    else:
        with pytest.raises(StructBlockValidationError):
            ToDoItemBlock().clean(value)


def test_a_letter_is_not_sent_to_whom_it_is_not_meant_for(senator: Representative) -> None:
    letter = LetterFactory.create(targets=[RepresentativeFactory.create()])
    with pytest.raises(StructBlockValidationError) as refused:
        ToDoItemBlock().clean(item("write", letter=letter, representative=senator))
    assert list(refused.value.block_errors) == ["representative"]
    value = {"kind": "letter", "text": "Send it.", **NOTHING, "representative": senator.pk}
    card = CallToActionBlock().to_python(
        {**value, "letter": LetterFactory.create(targets=[senator]).pk}
    )
    assert CallToActionBlock().clean(card).url.endswith("?to=angus-king")


# On the telephone ---------------------------------------------------------------------------------


def test_a_call_shows_the_number_and_what_to_say_beside_it(
    client: Client, senator: Representative
) -> None:
    html = client.get(calling(senator).url).content.decode()
    assert '<a href="tel:+12022245344" data-print="plain">Call 202-224-5344 (Washington' in html
    assert "Call Senator Angus King, 202-224-5344" in html
    assert "My name is [your name]" in html
    script = html.split('href="#say-')[1].split('"')[0]
    assert f'id="say-{script}"' in html
    assert "202-224-0000" not in html
    assert "207-622-8292" not in html


def test_numbers_are_those_of_the_day_on_which_the_page_is_read(
    client: Client, senator: Representative
) -> None:
    page = calling(senator)
    senator.channels.filter(value="202-224-5344").update(value="202-224-7777")
    assert "tel:+12022247777" in client.get(page.url).content.decode()
    senator.channels.all().delete()
    assert "tel:" not in client.get(page.url).content.decode()


@pytest.mark.parametrize("fields", [{"live": False}, {"left_office_on": timezone.localdate()}])
def test_who_left_or_is_a_draft_is_not_to_be_called(
    client: Client, senator: Representative, fields: dict[str, Any]
) -> None:
    page = calling(senator)
    Representative.objects.filter(pk=senator.pk).update(**fields)
    html = client.get(page.url).content.decode()
    assert "tel:" not in html
    assert "My name is" not in html
    assert "Publish the map." in html


def test_without_a_call_what_to_say_is_a_list(client: Client, senator: Representative) -> None:
    page = calling(senator)
    page.to_do = [row for row in page.to_do.get_prep_value() if row["type"] == "talking_points"]
    page.save()
    html = client.get(page.url).content.decode()
    assert "Publish the map." in html
    assert "My name is" not in html


def test_numbers_cost_no_query_of_their_own(client: Client, senator: Representative) -> None:
    page = calling(senator)
    with_numbers = queries(client, page.url)
    assert "tel:" in client.get(page.url).content.decode()
    senator.channels.all().delete()
    assert queries(client, page.url) == with_numbers <= QUERIES_AT_MOST


def test_outside_of_a_page_the_numbers_are_the_same(senator: Representative) -> None:
    assert [phone.value for phone in item("call", representative=senator).phones] == [
        "202-224-5344",
        "207-622-8292",
    ]
    assert item("write", representative=senator).phones == []

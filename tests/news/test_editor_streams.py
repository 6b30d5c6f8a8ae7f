"""Streams in the editor: described once, chosen together, and nothing different comes of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.blocks.base import BlockWidget
from wagtail.test.utils.form_data import nested_form_data, streamfield

from cms.core.streams import KeptBlockWidget
from home.models import HomePage, StandardPage
from news.models import ArticlePage, Issue
from tests.factories.advocacy import RepresentativeFactory
from tests.factories.news import article
from tests.factories.people import UserFactory
from tests.news.editor import edit_form
from tests.news.long_articles import complete_article

pytestmark = pytest.mark.django_db

STREAMS = [
    (ArticlePage, "body"),
    (ArticlePage, "opinion"),
    (ArticlePage, "action"),
    (ArticlePage, "to_do"),
    (HomePage, "sections"),
    (StandardPage, "body"),
    (Issue, "content"),
]


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


# The key of an empty rich text, and the id of the first member of a new list.
BY_CHANCE = re.compile(r'\\"key\\": \\"\w{5}\\"|, "id": "[0-9a-f-]{36}"')


@pytest.mark.parametrize(("model", "name"), STREAMS)
def test_the_editor_is_told_what_wagtail_tells_in_each_language(model: Any, name: str) -> None:
    block = model._meta.get_field(name).stream_block
    told = {}
    for language in ("en", "de", "en"):
        with translation.override(language):
            ours, wagtails = KeptBlockWidget(block), BlockWidget(block)
            assert BY_CHANCE.sub("", ours.block_json) == BY_CHANCE.sub("", wagtails.block_json)
            assert '"id": "' not in ours.block_json
            assert str(ours.media) == str(wagtails.media)
            told[language] = ours.block_json
    assert told["en"] != told["de"]


@pytest.mark.parametrize(("model", "name"), STREAMS)
def test_a_form_has_the_widget_that_keeps(model: Any, name: str) -> None:
    assert isinstance(model._meta.get_field(name).formfield().widget, KeptBlockWidget)


def to_do(*chosen: object) -> dict[str, Any]:
    """A group with an item for each, as a browser sends it; blank is nothing chosen."""
    items = [
        {
            "kind": "talk",
            "text": f"Talk {number} times.",
            "petition": "",
            "representative": entry,
            "letter": "",
            "link_title": "",
            "link_address": "",
        }
        for number, entry in enumerate(chosen)
    ]
    # An items list is sent with the marks of each of its members.
    listed: dict[str, Any] = {"count": str(len(items))}
    for number, value in enumerate(items):
        listed[str(number)] = {"deleted": "", "order": str(number), "id": "", "value": value}
    return nested_form_data(
        {"to_do": streamfield([("group", {"heading": "Today", "items": listed})])}
    )


def saved(client: Client, page: ArticlePage, *chosen: object) -> tuple[list[Any], int]:
    """What the saved draft names, and with how many questions for representatives."""
    data = edit_form(page, **to_do(*chosen))
    with CaptureQueriesContext(connection) as asked:
        response = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)
    assert response.status_code == 302, response.context["form"].errors
    page.refresh_from_db()
    raw = json.loads(page.get_latest_revision().content["to_do"])
    named = [item["value"]["representative"] for item in raw[0]["value"]["items"]]
    return named, sum('FROM "advocacy_representative"' in each["sql"] for each in asked)


def test_what_is_chosen_comes_together_however_many_there_are(chief: Client) -> None:
    chosen = [RepresentativeFactory.create().pk for _ in range(10)]
    page = article()
    page.save_revision()
    named, few = saved(chief, page, *chosen[:2])
    assert named == chosen[:2]
    # Twice the same is two items.
    named, many = saved(chief, page, *chosen, chosen[0])
    assert named == [*chosen, chosen[0]]
    assert many == few <= 8


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "none",
        "-1",
        "1.5",
        "9" * 18,
        "9" * 40,
        "\N{ARABIC-INDIC DIGIT ONE}",
        "\x00",
        " 1",
        "1 OR 1=1",
    ],
)
def test_what_is_no_entry_is_left_out_of_a_draft(chief: Client, sent: str) -> None:
    page = article()
    page.save_revision()
    known = RepresentativeFactory.create().pk
    assert saved(chief, page, sent, known)[0] == [None, known]


def test_opening_asks_once_where_a_page_stands_in_its_workflow(chief: Client) -> None:
    page = complete_article(6)
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    chief.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert chief.get(address).status_code == 200
    # With the page itself, for what may be done with it, for the editor, and for its history.
    assert sum('FROM "wagtailcore_workflowstate"' in each["sql"] for each in asked) <= 6

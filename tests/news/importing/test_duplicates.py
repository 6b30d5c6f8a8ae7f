"""Work that is done already: the same address, the same headline, the same story."""

from __future__ import annotations

import datetime
import importlib
import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from wagtail.models import Revision

from news.feeds.stories import fingerprint
from news.importing import duplicates
from news.models import ArticlePage
from tests.factories.news import StoryFactory, article
from tests.factories.people import UserFactory, editor
from tests.news.desk import latest_of

pytestmark = pytest.mark.django_db

# When the factory's articles were told.
THEN = datetime.datetime(2025, 8, 17, 12, tzinfo=datetime.UTC)
ADDRESS = "https://gazette.example/bridge"


def titles(found: list[duplicates.Known]) -> list[str]:
    return [known.title for known in found]


def about(
    title: str = "", address: str = "https://other.example/1", **options: Any
) -> duplicates.Doubles:
    options.setdefault("user", editor())
    options.setdefault("published_at", THEN)
    return duplicates.doubles(address=address, title=title, **options)


@pytest.mark.parametrize(
    "written", [ADDRESS, f"{ADDRESS}?utm_source=x#top", "http://GAZETTE.example:80/bridge"]
)
def test_one_address_is_one_however_it_is_written(written: str) -> None:
    article(title="We have it", source_address=written)
    assert titles(about(address=ADDRESS).same_address) == ["We have it"]


def test_the_address_of_a_newer_version_counts_beside_the_one_that_readers_see() -> None:
    page = article(live=True, source_address=ADDRESS)
    latest = latest_of(page)
    latest.source_address = "https://gazette.example/moved"
    latest.save_revision()
    for address in (ADDRESS, "https://gazette.example/moved"):
        assert len(about(address=address).same_address) == 1
    latest_of(page).get_latest_revision().publish()
    page.refresh_from_db()
    assert (page.source_key, page.latest_source_key) == ("https://gazette.example/moved",) * 2
    assert not about(address=ADDRESS).same_address


def test_an_older_version_that_goes_live_leaves_the_newer_one_s_address_taken() -> None:
    page = article(source_address=ADDRESS)
    older = page.get_latest_revision()
    latest = latest_of(page)
    latest.source_address = "https://gazette.example/moved"
    latest.save_revision()
    older.publish()
    page.refresh_from_db()
    assert (page.source_key, page.latest_source_key) == (ADDRESS, "https://gazette.example/moved")


def test_what_is_no_address_is_nobody_s_double() -> None:
    page = article()
    ArticlePage.objects.filter(pk=page.pk).update(source_key="", latest_source_key="")
    assert not about(address="https://[broken").same_address


def test_the_migration_fills_in_the_keys_of_rows_and_versions() -> None:
    page = article(source_address=ADDRESS)
    latest = latest_of(page)
    latest.source_address = "https://gazette.example/moved"
    latest.save_revision()
    ArticlePage.objects.update(source_key="", latest_source_key="")
    importlib.import_module("news.migrations.0006_source_keys").fill(apps, None)
    page.refresh_from_db()
    assert (page.source_key, page.latest_source_key) == (ADDRESS, "https://gazette.example/moved")
    assert json.loads(json.dumps(Revision.objects.latest("pk").content))["source_address"].endswith(
        "moved"
    )


def test_the_same_headline_under_another_address_is_said() -> None:
    article(title="Council closes the old mill bridge | The Gazette")
    found = about("Council closes the old mill bridge")
    assert titles(found.same_headline) == ["Council closes the old mill bridge | The Gazette"]
    assert not found.same_story


def test_an_article_on_another_address_of_the_same_story_is_said_whatever_it_is_called() -> None:
    headline = "Council closes the old mill bridge to lorries"
    StoryFactory(address=ADDRESS, title=headline, fingerprint=fingerprint(headline))
    article(title="No more lorries", source_address=ADDRESS)
    assert titles(about(headline).same_headline) == ["No more lorries"]


def test_articles_about_the_same_story_are_counted() -> None:
    for title in (
        "Mill bridge closed to lorries by council",
        "Lorry ban: council shuts mill bridge to lorries",
        "Choir wins at last",
    ):
        article(title=title)
    found = about("Council closes old mill bridge to lorries")
    assert len(found.same_story) == 2
    assert "Choir wins at last" not in titles(found.same_story)


def test_nobody_learns_the_title_of_a_draft_that_they_may_not_open(client: Client) -> None:
    article(title="A secret draft", source_address=ADDRESS)
    found = about(address=ADDRESS, user=UserFactory(role="Moderators")).same_address
    assert found == [duplicates.Known("A draft that you may not open", "draft", "")]


def test_a_published_article_that_one_may_not_edit_is_opened_as_readers_see_it() -> None:
    page = article(live=True, title="In the open", source_address=ADDRESS)
    found = about(address=ADDRESS, user=UserFactory(role="Moderators")).same_address
    assert [(each.title, each.url) for each in found] == [("In the open", page.url)]


def test_looking_costs_the_same_for_one_article_and_for_many(
    django_assert_max_num_queries: Any,
) -> None:
    somebody = UserFactory(role="Moderators")
    for number in range(12):
        article(title=f"Mill bridge closed to lorries by council {number}")
    with django_assert_max_num_queries(14):
        about("Council closes mill bridge to lorries", user=somebody)


# In the editor ------------------------------------------------------------------------------------


def test_the_editor_says_that_another_article_has_the_address(client: Client) -> None:
    client.force_login(editor())
    first = article(title="The first one", source_address=ADDRESS)
    second = article(source_address="https://gazette.example/else")
    url = reverse("wagtailadmin_pages:edit", args=[second.pk])
    assert "already has this source address" not in client.get(url).content.decode()
    latest = latest_of(second)
    latest.source_address = f"{ADDRESS}?utm_campaign=x"
    latest.save_revision()
    said = client.get(url).content.decode()
    assert "Another article already has this source address" in said
    assert reverse("wagtailadmin_pages:edit", args=[first.pk]) in said
    assert "The first one" in said

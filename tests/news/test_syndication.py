"""Feeds that readers' programs fetch."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction, Site

from cms.core.models import Picture, SiteSettings
from news.models import ArticlePage, CategoryIndexPage
from news.syndication import ITEMS
from tests.factories.news import AuthorFactory, CategoryFactory, SourceFactory, article, written_by

pytestmark = pytest.mark.django_db

XML = ("/feed/", "/feed/atom/")
ALL = (*XML, "/feed.json")
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(client: Client, address: str) -> Any:
    """What a feed reader makes of it, which must be without a complaint."""
    response = client.get(address)
    assert response.status_code == 200
    found = feedparser.parse(
        response.content, response_headers={"content-type": response.headers["Content-Type"]}
    )
    assert not found.bozo, found.get("bozo_exception")
    return found


def as_json(client: Client, address: str = "/feed.json") -> Any:
    return json.loads(client.get(address).content)


def full_article(**fields: Any) -> ArticlePage:
    """One that has everything that a feed can tell."""
    picture = Picture.objects.create(
        title="Pipes", description="A lead pipe", file=get_test_image_file(size=(1200, 800))
    )
    page = article(
        **{
            "title": "Ten years & no more <for> lead pipes",
            "introduction": "The bill goes to the floor.",
            "byline": "Ana Ruiz",
            "source": SourceFactory(name="The Gazette"),
            "source_address": "https://gazette.example/pipes?a=1&b=2",
            "lead_image": picture,
            **fields,
        }
    )
    page.categories.set([CategoryFactory(name="Water", slug="water")])
    page.tags.add("lead")
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def test_every_dialect_tells_the_same_of_an_article(client: Client, settings: Settings) -> None:
    page = full_article()
    address = f"{settings.SITE_URL}{page.url}"
    for feed in XML:
        (entry,) = parsed(client, feed).entries
        assert entry.title == "Ten years &amp; no more &lt;for&gt; lead pipes" or (
            entry.title == "Ten years & no more <for> lead pipes"
        )
        assert entry.link == address
        assert entry.id == f"urn:uuid:{page.translation_key}"
        assert entry.author == "Ana Ruiz"
        assert [tag.term for tag in entry.tags] == ["Water", "lead"]
        assert entry.summary == "The bill goes to the floor."
        assert page.first_published_at is not None
        assert entry.published_parsed[:5] == page.first_published_at.astimezone(UTC).timetuple()[:5]
        (content,) = [c.value for c in entry.content if "Read the article" in c.value]
        assert 'href="https://gazette.example/pipes?a=1&amp;b=2"' in content
        assert f'href="{address}"' in content
        assert f'src="{settings.SITE_URL}/media/' in content
        assert 'alt="A lead pipe"' in content
    (item,) = as_json(client)["items"]
    assert item["title"] == "Ten years & no more <for> lead pipes"
    assert item["url"] == address
    assert item["id"] == f"urn:uuid:{page.translation_key}"
    assert item["authors"] == [{"name": "Ana Ruiz"}]
    assert item["tags"] == ["Water", "lead"]
    assert item["summary"] == "The bill goes to the floor."
    assert item["image"].startswith(f"{settings.SITE_URL}/media/")
    assert datetime.fromisoformat(item["date_published"]) == page.first_published_at


def test_each_says_what_its_standard_asks_for(client: Client, settings: Settings) -> None:
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(
        site=site, defaults={"site_name": "The Dove", "tagline": "News to act on"}
    )
    full_article(byline="")
    rss = ET.fromstring(client.get("/feed/").content)  # noqa: S314 - our own
    channel = rss.find("channel")
    assert channel is not None
    assert rss.get("version") == "2.0"
    required = {name: channel.findtext(name) for name in ("title", "link", "description")}
    assert required == {
        "title": "The Dove",
        "link": f"{settings.SITE_URL}/",
        "description": "News to act on",
    }
    itself = channel.find(f"{ATOM}link")
    assert itself is not None
    assert itself.attrib == {"rel": "self", "href": f"{settings.SITE_URL}/feed/"}
    guid = channel.find("item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"

    atom = ET.fromstring(client.get("/feed/atom/").content)  # noqa: S314 - our own
    for name in ("title", "id", "updated", "author/name", "entry/title", "entry/id"):
        path = "/".join(f"{ATOM}{part}" for part in name.split("/"))
        assert atom.findtext(path), name
    assert datetime.fromisoformat(atom.findtext(f"{ATOM}entry/{ATOM}updated") or "").tzinfo

    told = as_json(client)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert (told["title"], told["home_page_url"]) == ("The Dove", f"{settings.SITE_URL}/")
    assert told["feed_url"] == f"{settings.SITE_URL}/feed.json"
    assert "hubs" not in told
    assert "authors" not in told["items"][0]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/feed/", "application/rss+xml"),
        ("/feed/atom/", "application/atom+xml"),
        ("/feed.json", "application/feed+json"),
    ],
)
def test_each_names_its_kind_and_its_characters(client: Client, address: str, kind: str) -> None:
    assert client.get(address).headers["Content-Type"] == f"{kind}; charset=utf-8"


def test_a_category_has_feeds_of_its_own(client: Client, settings: Settings) -> None:
    page = full_article()
    article(title="Something else", live=True)
    for address in ALL:
        told = client.get(f"/categories/water{address}").content.decode()
        assert page.url in told
        assert "Something else" not in told
    feed = parsed(client, "/categories/water/feed/").feed
    assert feed.title == "Water | Dovetail"
    assert feed.link == f"{settings.SITE_URL}/categories/water/"
    for address in ALL:
        assert client.get(f"/categories/none{address}").status_code == 404


def test_categories_that_are_private_have_no_feeds(client: Client) -> None:
    full_article()
    PageViewRestriction.objects.create(
        page=CategoryIndexPage.objects.get(), restriction_type=PageViewRestriction.LOGIN
    )
    assert client.get("/categories/water/feed/").status_code == 404


def test_a_site_without_an_article_has_feeds_all_the_same(client: Client) -> None:
    for address in XML:
        assert parsed(client, address).entries == []
    assert as_json(client)["items"] == []


def test_the_newest_come_first_and_no_more_than_fit(client: Client) -> None:
    now = timezone.now()
    for number in range(ITEMS + 2):
        page = article(title=f"Story {number}", live=True)
        ArticlePage.objects.filter(pk=page.pk).update(
            first_published_at=now - timedelta(hours=number)
        )
    titles = [item["title"] for item in as_json(client)["items"]]
    assert titles == [f"Story {number}" for number in range(ITEMS)]


def test_an_article_keeps_its_name_when_its_address_changes(client: Client) -> None:
    page = article(live=True)
    before = as_json(client)["items"][0]
    page.slug = "another-address"
    page.save_revision().publish()
    after = as_json(client)["items"][0]
    assert before["url"] != after["url"]
    assert before["id"] == after["id"]


@pytest.mark.parametrize("address", ALL)
def test_what_has_not_changed_is_not_sent_again(client: Client, address: str) -> None:
    page = article(live=True)
    first = client.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300, s-maxage=2"
    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    page.introduction = "Something else happened."
    page.save_revision().publish()
    assert client.get(address, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "address", [*ALL, "/categories/water/feed/", "/news-sitemap.xml", "/sitemap-articles.xml"]
)
def test_whoever_has_what_was_taken_back_is_told(client: Client, address: str) -> None:
    stays, page = full_article(), article()
    page.categories.set(stays.categories.all())
    page.save_revision().publish()
    first = client.get(address)
    assert page.url in first.content.decode()
    # No date goes with it: that of the newest item that is left would be an earlier one.
    assert "Last-Modified" not in first.headers
    page.refresh_from_db()
    page.unpublish()
    since = http_date(time.time() + 60)
    for condition in ({"if-none-match": first.headers["ETag"]}, {"if-modified-since": since}):
        again = client.get(address, headers=condition)
        assert again.status_code == 200
        assert page.url not in again.content.decode()


@pytest.mark.parametrize("address", XML)
def test_an_empty_feed_does_not_change_with_the_clock(client: Client, address: str) -> None:
    first = client.get(address)
    assert parsed(client, address).feed.updated_parsed[:3] == (1970, 1, 1)
    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", ALL)
def test_a_feed_is_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", ALL)
def test_a_feed_says_nothing_of_a_visitor(client: Client, address: str) -> None:
    response = client.get(address)
    assert "Set-Cookie" not in response.headers
    assert not response.cookies


def test_a_picture_whose_file_is_gone_takes_no_feed_down(client: Client) -> None:
    page = full_article()
    assert page.lead_image is not None
    page.lead_image.renditions.all().delete()
    default_storage.delete(page.lead_image.file.name)
    assert "<img" not in as_json(client)["items"][0]["content_html"]
    assert len(parsed(client, "/feed/").entries) == 1


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
)
def test_whatever_an_editor_pasted_the_feeds_can_be_read(client: Client, text: str) -> None:
    page = ArticlePage.objects.first() or article(live=True)
    ArticlePage.objects.filter(pk=page.pk).update(title=text, introduction=text, byline=text)
    for address in XML:
        ET.fromstring(client.get(address).content)  # noqa: S314 - our own
    assert as_json(client)["items"]


def test_the_hub_is_named_where_there_is_one(client: Client, settings: Settings) -> None:
    settings.WEBSUB_HUB = "https://hub.example/"
    for address in XML:
        links = parsed(client, address).feed.links
        assert "https://hub.example/" in [link.href for link in links if link.rel == "hub"]
    assert as_json(client)["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    CategoryFactory(slug="water")
    for address in (*ALL, "/categories/water/feed.json"):
        assert client.get(address).headers["Link"] == (
            f'<https://hub.example/>; rel="hub", <{settings.SITE_URL}{address}>; rel="self"'
        )


@pytest.mark.parametrize("number", [1, 8])
@pytest.mark.parametrize("address", ALL)
def test_a_feed_costs_the_same_however_many_it_names(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    number: int,
) -> None:
    for _ in range(number):
        page = article(live=True)
        page.tags.add("lead")
        written_by(page, AuthorFactory()).save_revision().publish()
    client.get(address)
    with django_assert_num_queries(8):
        client.get(address)


@pytest.mark.parametrize("page", ["/", "/news/", "/search/"])
def test_pages_name_the_feeds_of_the_site(client: Client, page: str) -> None:
    html = client.get(page).content.decode()
    for address in ALL:
        assert f'href="{address}"' in html


def test_a_categorys_page_names_the_feeds_of_the_category(client: Client) -> None:
    full_article()
    html = client.get("/categories/water/").content.decode()
    for address in ALL:
        assert f'href="/categories/water{address}"' in html

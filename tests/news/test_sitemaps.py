"""What search engines are told."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import PageViewRestriction

from news import sitemaps
from news.models import ArticlePage
from tests import crawler
from tests.factories.news import article

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def root(client: Client, address: str) -> ET.Element:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml"
    assert response.headers["X-Robots-Tag"] == "noindex"
    return ET.fromstring(response.content)  # noqa: S314 - our own


def age(page: ArticlePage, hours: float) -> None:
    when = timezone.now() - timedelta(hours=hours)
    ArticlePage.objects.filter(pk=page.pk).update(first_published_at=when)


def test_the_index_names_the_parts_that_hold_something(client: Client) -> None:
    before = crawler.parts(client)
    assert "/sitemap-pages.xml" in before
    assert "/sitemap-articles.xml" not in before
    page = article(live=True)
    index = root(client, "/sitemap.xml")
    assert index.tag == f"{MAP}sitemapindex"
    assert "/sitemap-articles.xml" in crawler.parts(client)
    part = root(client, "/sitemap-articles.xml")
    assert part.tag == f"{MAP}urlset"
    assert [url.findtext(f"{MAP}loc") for url in part] == [page.full_url]


def test_articles_come_in_parts_that_stay_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps.ArticleSitemap, "limit", 2)
    pages = [article(live=True) for _ in range(5)]
    before = articles_by_part(client)
    found = [address for part in before.values() for address in part]
    assert found == [page.full_url for page in pages]
    assert all(1 <= len(part) <= 2 for part in before.values())
    # One that goes moves none of the others, and a part without any is not named.
    pages[0].unpublish()
    (gone, left), *rest = before.items()
    expected = dict(rest) if len(left) == 1 else {gone: left[1:], **dict(rest)}
    assert articles_by_part(client) == expected
    article(live=True)
    article(live=True)
    assert articles_by_part(client).items() >= dict(rest[:-1]).items()


def articles_by_part(client: Client) -> dict[str, list[str | None]]:
    parts = [part for part in crawler.parts(client) if "articles" in part]
    return {part: [e.findtext(f"{MAP}loc") for e in root(client, part)] for part in parts}


@pytest.mark.parametrize(
    "address",
    [
        "none.xml",
        "articles.xml?p=2",
        "articles.xml?p=x",
        "articles.xml?p=0",
        "articles.xml?p=-1",
        f"articles.xml?p={10**30}",
        "articles.xml?p=%00",
        "a.b.xml",
    ],
)
def test_no_other_part_is_there(client: Client, address: str) -> None:
    article(live=True)
    assert client.get(f"/sitemap-{address}").status_code == 404


def test_an_address_in_other_letters_is_written_as_one(client: Client) -> None:
    page = article(slug="größe", live=True)
    (loc,) = [e.findtext(f"{MAP}loc") for e in root(client, "/sitemap-articles.xml")]
    assert loc == page.full_url
    assert "gr%C3%B6%C3%9Fe" in str(loc)


def test_the_parts_cost_the_same_however_many_articles_there_are(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article(live=True)
    client.get("/sitemap-articles.xml")
    with django_assert_num_queries(7):
        client.get("/sitemap-articles.xml")
    for _ in range(4):
        article(live=True)
    with django_assert_num_queries(7):
        client.get("/sitemap-articles.xml")


# News ---------------------------------------------------------------------------------------------


def test_news_is_what_was_published_within_two_days(client: Client, settings: Settings) -> None:
    new, old = article(title="New & so on", live=True), article(title="Old", live=True)
    article(title="A draft")
    private = article(title="Private", live=True)
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    age(new, 47)
    age(old, 49)
    urlset = root(client, "/news-sitemap.xml")
    (url,) = urlset
    assert url.findtext(f"{MAP}loc") == f"{settings.SITE_URL}{new.url}"
    told = url.find(f"{NEWS}news")
    assert told is not None
    assert told.findtext(f"{NEWS}title") == "New & so on"
    assert told.findtext(f"{NEWS}publication/{NEWS}name") == "Dovetail"
    assert told.findtext(f"{NEWS}publication/{NEWS}language") == "en"
    new.refresh_from_db()
    assert new.first_published_at
    assert (
        told.findtext(f"{NEWS}publication_date")
        == timezone.localtime(new.first_published_at).isoformat()
    )


def test_without_news_the_list_is_empty_and_there(client: Client) -> None:
    assert list(root(client, "/news-sitemap.xml")) == []


def test_a_title_that_xml_cannot_hold_breaks_nothing(client: Client) -> None:
    page = article(live=True)
    ArticlePage.objects.filter(pk=page.pk).update(title="Pasted\x0b <b>text\x1f")
    (url,) = root(client, "/news-sitemap.xml")
    assert url.findtext(f"{NEWS}news/{NEWS}title") == "Pasted <b>text"


def test_robots_are_told_of_both(client: Client, settings: Settings) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in lines
    assert f"Sitemap: {settings.SITE_URL}/news-sitemap.xml" in lines

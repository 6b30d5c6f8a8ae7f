"""Feeds and sitemaps, held to what validators hold against them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings
from wagtail.images.tests.utils import get_test_image_file

from cms.core.models import Picture
from news.models import ArticlePage
from tests import crawler
from tests.factories.news import AuthorFactory, CategoryFactory, article, written_by
from tests.news import validators

pytestmark = pytest.mark.django_db

FEEDS: list[tuple[str, Callable[[bytes, str], list[str]]]] = [
    ("/feed/", validators.rss),
    ("/feed/atom/", validators.atom),
    ("/feed.json", validators.json_feed),
    ("/categories/health/feed/", validators.rss),
    ("/categories/health/feed/atom/", validators.atom),
    ("/categories/health/feed.json", validators.json_feed),
]


@pytest.fixture
def everything(settings: Settings) -> ArticlePage:
    """Articles that have all that can be told of one, in letters that hurt, and one with nothing."""
    settings.WEBSUB_HUB = "https://hub.example/"
    health = CategoryFactory(
        name="Health & <care>", slug="health", introduction="“Ünïcode” & so on"
    )
    picture = Picture.objects.create(title="A pipe", file=get_test_image_file(size=(900, 600)))
    ana = AuthorFactory(name="Ana “R.” <Ruiz>", slug="ana")
    for number in range(2):
        page = article(
            title=f"Pipes & <b>smoke</b> ]]> No. {number}",
            slug=f"größe-{number}",
            introduction="It's “quoted” & <marked>.",
            byline="Bo & Li",
            lead_image=picture,
            source_address="https://gazette.example/?a=1&b=<2>",
        )
        page.categories.set([health])
        page.tags.add("水道", "R&D")
        written_by(page, ana)
        page.save_revision().publish()
    bare = article(title="Bare", introduction="", live=True)
    bare.categories.set([health])
    bare.save_revision().publish()
    return ArticlePage.objects.get(pk=page.pk)


@pytest.mark.parametrize(("path", "faults_of"), FEEDS)
def test_a_validator_finds_nothing(
    client: Client,
    everything: ArticlePage,
    settings: Settings,
    path: str,
    faults_of: Callable[[bytes, str], list[str]],
) -> None:
    content = client.get(path).content
    assert faults_of(content, f"{settings.SITE_URL}{path}") == []
    assert everything.get_url().encode() in content


@pytest.mark.parametrize(("path", "faults_of"), FEEDS[:3])
def test_a_validator_finds_nothing_where_there_is_nothing(
    client: Client,
    settings: Settings,
    path: str,
    faults_of: Callable[[bytes, str], list[str]],
) -> None:
    assert faults_of(client.get(path).content, f"{settings.SITE_URL}{path}") == []


def test_sitemaps_are_as_their_schemas_say(client: Client, everything: ArticlePage) -> None:
    parts = crawler.parts(client)
    assert {"/sitemap-tags.xml", "/sitemap-authors.xml", "/sitemap-archive.xml"} <= set(parts)
    for address in ("/sitemap.xml", "/news-sitemap.xml", *parts):
        assert validators.sitemap(client.get(address).content) == [], address


@pytest.mark.parametrize(("path", "faults_of"), FEEDS[:3])
def test_the_validator_finds_what_is_wrong(
    client: Client,
    everything: ArticlePage,
    settings: Settings,
    path: str,
    faults_of: Callable[[bytes, str], list[str]],
) -> None:
    """So that the tests above can fail."""
    content = client.get(path).content
    address = f"{settings.SITE_URL}{path}"
    assert faults_of(content, f"{address}else")
    assert faults_of(content.replace(b"urn:uuid", b"").replace(b"http:", b""), address)
    without_a_moment = re.sub(rb"(:\d\d)(\.\d+)?(Z| GMT| ?[+-]\d\d:?\d\d)", rb"\1", content)
    assert without_a_moment != content
    assert faults_of(without_a_moment, address)

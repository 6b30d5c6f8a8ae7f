"""Pages that a process keeps: what they cost, and that they are never old."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction, Site

from advocacy import page_tags
from advocacy.models import Petition
from cms.core.models import SiteSettings
from cms.core.page_cache import versions
from home.models import HomePage
from news.curation import decisions
from news.models import ArticleIndexPage, ArticlePage
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import (
    AuthorFactory,
    CategoryFactory,
    SourceFactory,
    article,
    written_by,
)
from tests.factories.people import editor
from tests.news.long_articles import complete_article

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _versions(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A table of versions of its own: what other tests touch at the same time is not of here."""
    settings.DATA_DIR = tmp_path
    versions.close()
    yield
    versions.close()


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return str(response.content.decode())


def front_page() -> None:
    front = HomePage.objects.get()
    front.sections = [
        ("lead", {"heading": ""}),
        ("latest", {"heading": "", "count": 8}),
        ("petition", {"heading": ""}),
        ("categories", {"heading": ""}),
    ]
    front.save_revision().publish()


def test_a_warm_page_asks_only_where_it_is_and_who_may_read_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = complete_article(60)
    page.categories.set([CategoryFactory(slug="water")])
    page.save()
    front_page()
    # Of the walk down the tree, one query or two for each page on it.
    for address, count in ((page.url, 1), ("/", 4), ("/news/", 6), ("/categories/water/", 6)):
        # The first reader has the renditions made, which touches the pictures.
        read(client, address)
        first = read(client, address)
        with django_assert_num_queries(count):
            assert read(client, address) == first


def renamed(page: ArticlePage) -> str:
    page.title = "The heron comes back"
    page.save_revision().publish()
    return page.title


def linked(page: ArticlePage) -> str:
    decisions.add(
        article_id=page.pk,
        by=editor(),
        address="https://elsewhere.example/otters",
        title="Otters elsewhere",
        publisher="Elsewhere",
    )
    return "Otters elsewhere"


def filed(page: ArticlePage) -> str:
    category = page.categories.first()
    assert category is not None
    category.name = "Rivers and lakes"
    category.save()
    return "Rivers and lakes"


def site_named(page: ArticlePage) -> str:
    settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    settings.site_name = "The Daily Heron"
    settings.save()
    return "The Daily Heron"


def petition_titled(page: ArticlePage) -> str:
    assert page.petition is not None
    page.petition.title = "Let the river run"
    page.petition.save()
    return "Let the river run"


@pytest.mark.parametrize("change", [renamed, linked, filed, site_named, petition_titled])
def test_a_change_shows_at_once(client: Client, change: Callable[[ArticlePage], str]) -> None:
    page = article(live=True, petition=PetitionFactory())
    page.categories.set([CategoryFactory()])
    page.save()
    read(client, page.url)
    text = change(ArticlePage.objects.get(pk=page.pk))
    assert text in read(client, page.url)


def test_a_signature_shows_at_once_and_nothing_else_is_made_anew(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    petition = PetitionFactory(confirmed_count=41)
    page = article(live=True, petition=petition)
    assert "<strong>41</strong>" in read(client, page.url)
    read(client, page.url)
    Petition.objects.filter(pk=petition.pk).update(confirmed_count=1042)
    page_tags.counted(petition.pk)
    # Where the page is, and the number.
    with django_assert_num_queries(2):
        assert "<strong>1,042</strong>" in read(client, page.url)


def test_lists_show_what_is_published_and_taken_back(client: Client) -> None:
    category = CategoryFactory(slug="water")
    front_page()
    addresses = ("/", "/news/", "/news/?page=1", "/categories/water/", "/categories/")
    for address in addresses:
        read(client, address)
    page = article(title="Ten years to finish the lead pipes", live=True)
    page.categories.set([category])
    page.save()
    for address in addresses:
        assert page.title in read(client, address), address
    page.unpublish()
    for address in addresses:
        assert page.title not in read(client, address), address
    assert client.get(page.url).status_code == 404


def test_a_page_that_is_closed_to_readers_is_closed_although_it_was_kept(client: Client) -> None:
    page = article(title="The heron report", live=True)
    read(client, page.url)
    PageViewRestriction.objects.create(
        page=ArticleIndexPage.objects.get(), restriction_type="password", password="heron"
    )
    assert "The heron report" not in read(client, page.url)
    assert "The heron report" not in read(client, "/news/")


def test_what_an_address_asks_beyond_a_number_is_kept_for_nobody(client: Client) -> None:
    """Else whoever makes addresses up fills the memory, or puts words on others' pages."""
    for _ in range(21):
        article(live=True)
    read(client, "/news/")
    assert "utm_source=x" in read(client, "/news/?utm_source=x")
    assert "utm_source" not in read(client, "/news/")
    second = read(client, "/news/?page=2")
    assert second != read(client, "/news/?page=1")
    assert second == read(client, "/news/?page=2")
    assert client.get("/news/?page=1&page=2").status_code == 200


def test_lists_that_lead_on_are_kept_too_and_never_old(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source, author = SourceFactory(slug="post"), AuthorFactory(slug="ada")
    page = written_by(article(live=True, source=source), author)
    page.tags.add("water")
    page.save_revision().publish()
    addresses = ("/archive/", "/sources/post/", "/tags/water/", "/authors/ada/")
    for address in addresses:
        read(client, address)
        first = read(client, address)
        with django_assert_num_queries(0):
            assert read(client, address) == first
    source.name = "The Evening Post"
    source.save()
    assert source.name in read(client, "/sources/post/")
    renamed(ArticlePage.objects.get(pk=page.pk))
    for address in addresses[1:]:
        assert "The heron comes back" in read(client, address)
    ArticlePage.objects.get(pk=page.pk).unpublish()
    assert client.get("/tags/water/").status_code == 404
    assert "The heron comes back" not in read(client, "/authors/ada/")

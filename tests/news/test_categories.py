"""Categories and their pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from news.models import ArticlePage, Category, CategoryIndexPage
from tests import crawler
from tests.factories.news import CategoryFactory, article

pytestmark = pytest.mark.django_db


def filed(category: Category, *, live: bool = True, title: str = "A story") -> ArticlePage:
    """An article under a category."""
    page = article(title=title, live=live)
    page.categories.set([category])
    page.save()
    return page


def test_a_category_counts_what_readers_can_open() -> None:
    water, air = CategoryFactory(), CategoryFactory()
    filed(water)
    filed(water, live=False)
    hidden = filed(water)
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)
    counts = {row.pk: row.article_count for row in Category.objects.with_counts()}
    assert counts == {water.pk: 1, air.pk: 0}
    assert list(Category.objects.in_use()) == [water]


def test_an_article_in_two_categories_counts_once_in_each() -> None:
    water, air = CategoryFactory(), CategoryFactory()
    page = filed(water)
    page.categories.set([water, air])
    page.save()
    assert [c.article_count for c in Category.objects.with_counts()] == [1, 1]


def test_the_index_names_every_category_with_its_number(client: Client) -> None:
    CategoryFactory(name="Air & noise", slug="air", introduction="What we breathe.")
    water = CategoryFactory(name="Water", slug="water")
    for _ in range(2):
        filed(water)
    html = client.get("/categories/").content.decode()
    assert re.search(r'href="/categories/air/"><span>Air &amp; noise</span>\s*<span>0<', html)
    assert re.search(r'href="/categories/water/"><span>Water</span>\s*<span>2<', html)
    assert "What we breathe." in html


def test_a_categorys_page_lists_its_own_articles_only(client: Client) -> None:
    water, air = CategoryFactory(slug="water"), CategoryFactory(slug="air")
    filed(water, title="About pipes")
    filed(air, title="About smoke")
    html = client.get("/categories/water/").content.decode()
    assert "About pipes" in html
    assert "About smoke" not in html


def test_a_category_without_articles_says_so_kindly(client: Client) -> None:
    CategoryFactory(slug="water")
    assert (
        "Nothing has been published here yet." in client.get("/categories/water/").content.decode()
    )


def test_a_categorys_page_has_its_own_head_on_every_page(client: Client) -> None:
    water = CategoryFactory(name="Water", slug="water", introduction="From the tap to the sea.")
    for number in range(21):
        filed(water, title=f"Story {number}")
    first = client.get("/categories/water/").content.decode()
    second = client.get("/categories/water/?page=2").content.decode()
    assert "<title>Water | " in first
    assert "<title>Water, page 2 | " in second
    assert '<meta name="description" content="From the tap to the sea.">' in first
    assert re.search(r'rel="canonical" href="[^"]+/categories/water/"', first)
    assert re.search(r'rel="canonical" href="[^"]+/categories/water/\?page=2"', second)


@pytest.mark.parametrize("address", ["none", "Water", "water/more", "%00", "1;drop"])
def test_no_other_address_is_a_category(client: Client, address: str) -> None:
    CategoryFactory(slug="water")
    assert client.get(f"/categories/{address}/").status_code == 404


def test_the_sitemap_holds_categories_that_have_something_to_read(client: Client) -> None:
    filed(CategoryFactory(slug="water"))
    CategoryFactory(slug="empty")
    locations = crawler.locations(client)
    assert "/categories/water/" in locations
    assert "/categories/empty/" not in locations


def test_a_private_index_of_categories_gives_none_away(client: Client) -> None:
    filed(CategoryFactory(slug="water"))
    PageViewRestriction.objects.create(
        page=CategoryIndexPage.objects.get(),
        restriction_type=PageViewRestriction.PASSWORD,
        password="heron",
    )
    assert "water" not in crawler.xml(client)
    assert "This page has a password" in client.get("/categories/water/").content.decode()

"""Categories and their pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from news import counts
from news.merging import work
from news.merging.kinds import Kind
from news.models import ArticlePage, Category, CategoryIndexPage, Merge
from tests import crawler
from tests.factories.news import CategoryFactory, article
from tests.factories.people import editor

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
    told = {row.pk: row.article_count for row in counts.categories()}
    assert told == {water.pk: 1, air.pk: 0}
    assert counts.categories_in_use() == [water]


def test_an_article_in_two_categories_counts_once_in_each() -> None:
    water, air = CategoryFactory(), CategoryFactory()
    page = filed(water)
    page.categories.set([water, air])
    page.save()
    assert [c.article_count for c in counts.categories()] == [1, 1]


def test_what_is_taken_back_while_it_is_counted_breaks_no_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = filed(CategoryFactory())
    find_latest = counts._latest

    def late(*counted: Any) -> Any:
        page.unpublish()
        return find_latest(*counted)

    monkeypatch.setattr(counts, "_latest", late)
    assert client.get("/categories/").status_code == 200


def test_a_category_that_is_deleted_while_its_page_is_made_is_not_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    water = CategoryFactory(slug="water")
    count = counts.categories

    def late() -> Any:
        water.delete()
        return count()

    monkeypatch.setattr(counts, "categories", late)
    assert client.get("/categories/water/").status_code == 404


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


# One below another ---------------------------------------------------------------------------------


def family() -> tuple[Category, Category, Category]:
    """Health, with water and air below it."""
    health = CategoryFactory(name="Health", slug="health")
    water = CategoryFactory(name="Water", slug="water", parent=health)
    return health, water, CategoryFactory(name="Air", slug="air", parent=health)


def test_a_category_shows_what_is_under_those_below_it(client: Client) -> None:
    health, water, air = family()
    filed(water, title="About pipes")
    both = filed(air, title="About smoke and pipes")
    both.categories.set([water, air, health])
    both.save()
    filed(CategoryFactory(slug="sport"), title="About balls")
    html = client.get("/categories/health/").content.decode()
    assert "About pipes" in html
    assert "About smoke" in html
    assert "About balls" not in html
    assert re.search(r'href="/categories/water/"><span>Water</span>\s*<span>2<', html)
    assert 'href="/categories/health/">Health' in client.get("/categories/air/").content.decode()
    told = {row.slug: row.article_count for row in counts.categories()}
    assert told == {"health": 2, "water": 2, "air": 1, "sport": 1}


@pytest.mark.parametrize("feed", ["feed/", "feed/atom/", "feed.json"])
def test_its_feeds_bring_what_is_under_those_below_it(client: Client, feed: str) -> None:
    _, water, _ = family()
    page = filed(water)
    assert page.get_url() in client.get(f"/categories/health/{feed}").content.decode()
    assert page.get_url() not in client.get(f"/categories/air/{feed}").content.decode()


def test_there_is_one_level_and_no_circle() -> None:
    health, water, _ = family()
    refused: list[tuple[Category, Category, str]] = [
        (water, water, "itself|below|not a valid choice|instance"),
        (health, CategoryFactory(), "one level only"),
        (CategoryFactory(), water, "instance|belongs to another"),
    ]
    for child, parent, why in refused:
        child.parent = parent
        with pytest.raises(ValidationError, match=why):
            child.full_clean()


def test_the_editors_form_says_why(client: Client) -> None:
    health, water, _ = family()
    client.force_login(editor())
    address = f"/admin/snippets/news/category/edit/{health.pk}/"
    data = {"name": "Health", "slug": "health", "introduction": "", "parent": ""}
    assert client.post(address, data).status_code == 302
    other = CategoryFactory()
    html = client.post(address, {**data, "parent": other.pk}).content.decode()
    assert "there is one level only" in html
    html = client.post(
        f"/admin/snippets/news/category/edit/{water.pk}/",
        {"name": "Water", "slug": "water", "introduction": "", "parent": water.pk},
    ).content.decode()
    assert "Select a valid choice" in html
    health.refresh_from_db()
    assert health.parent is None


# Index, lead story, pages --------------------------------------------------------------------------


def test_the_index_shows_the_latest_of_each(client: Client) -> None:
    _, water, _ = family()
    old, new = filed(water, title="The older story"), filed(water, title="The newer story")
    ArticlePage.objects.filter(pk=old.pk).update(
        first_published_at=new.first_published_at - timedelta(days=1)
    )
    html = client.get("/categories/").content.decode()
    assert html.count("The newer story") == 1, "once, for the category above"
    assert "The older story" not in html


def test_the_index_costs_the_same_however_many_there_are(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(2):
        filed(CategoryFactory(), title=f"Story {number}")
    client.get("/categories/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/categories/")
    before = len(queries)
    health, water, _ = family()
    others: list[Category] = [CategoryFactory() for _ in range(3)]
    for category in (health, water, *others):
        filed(category)
    client.get("/categories/")
    with django_assert_num_queries(before):
        client.get("/categories/")


def test_the_newest_article_leads_the_first_page_only(client: Client) -> None:
    water = CategoryFactory(slug="water")
    now = timezone.now()
    for number in range(22):
        page = filed(water, title=f"Story no. {number}.")
        ArticlePage.objects.filter(pk=page.pk).update(
            first_published_at=now - timedelta(hours=number)
        )
    first = client.get("/categories/water/").content.decode()
    lead, rest = first.split("</section>", 1)
    assert "Story no. 0." in lead
    assert "Story no. 0." not in rest
    assert re.findall(r"Story no\. \d+\.", rest) == [f"Story no. {n}." for n in range(1, 20)]
    second = client.get("/categories/water/?page=2").content.decode()
    assert re.findall(r"Story no\. \d+\.", second) == ["Story no. 20.", "Story no. 21."]
    assert 'class="lead"' not in second


def test_a_category_of_one_article_is_that_article_and_no_empty_list(client: Client) -> None:
    filed(CategoryFactory(slug="water"), title="The only one")
    html = client.get("/categories/water/").content.decode()
    assert html.count("The only one") == 1
    assert "Nothing has been published" not in html


def test_a_category_leads_to_its_feeds_and_to_the_newsletter(client: Client) -> None:
    CategoryFactory(slug="water")
    html = client.get("/categories/water/").content.decode()
    for address in ("/categories/water/feed/", "/subscribe/?category=water"):
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "x", "%00", "1e3", ""])
def test_a_page_that_is_not_there_is_one_that_is(client: Client, page: str) -> None:
    filed(CategoryFactory(slug="water"), title="The only one")
    response = client.get(f"/categories/water/?page={page}")
    assert response.status_code == 200
    assert "The only one" in response.content.decode()


def test_counts_follow_what_is_published_at_once(client: Client) -> None:
    water = CategoryFactory(slug="water")
    page = filed(water)
    assert "<span>1<" in client.get("/categories/").content.decode()
    page.unpublish()
    assert "<span>0<" in client.get("/categories/").content.decode()
    page.save_revision().publish()
    assert "<span>1<" in client.get("/categories/").content.decode()


# Former addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", "feed/", "feed/atom/", "feed.json", "?page=2"])
def test_a_renamed_categorys_addresses_lead_on(client: Client, rest: str) -> None:
    water = CategoryFactory(slug="water")
    for slug in ("tap-water", "waters"):
        water.slug = slug
        water.save()
    for old in ("water", "tap-water"):
        response = client.get(f"/categories/{old}/{rest}")
        assert (response.status_code, response.headers["Location"]) == (
            301,
            f"/categories/waters/{rest}",
        )
    assert client.get(f"/categories/waters/{rest}").status_code == 200


@pytest.mark.parametrize("rest", ["", "feed/", "feed.json"])
def test_a_merged_categorys_addresses_lead_to_what_it_became(client: Client, rest: str) -> None:
    old, into, last = (CategoryFactory(slug=slug) for slug in ("waters", "water", "health"))
    merge(old, into)
    response = client.get(f"/categories/waters/{rest}")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        f"/categories/water/{rest}",
    )
    merge(into, last)
    assert client.get(f"/categories/waters/{rest}").headers["Location"] == (
        f"/categories/health/{rest}"
    )


def test_after_undoing_a_merge_each_has_its_address_again(client: Client) -> None:
    old, into = CategoryFactory(slug="waters"), CategoryFactory(slug="water")
    done = merge(old, into)
    work.undo(merge_id=done.pk, by=editor())
    for slug in ("waters", "water"):
        assert client.get(f"/categories/{slug}/").status_code == 200


def test_those_below_a_merged_category_go_with_it_and_come_back() -> None:
    health, water, _ = family()
    care = CategoryFactory(slug="care")
    done = merge(health, care)
    water.refresh_from_db()
    assert water.parent_id == care.pk
    work.undo(merge_id=done.pk, by=editor())
    water.refresh_from_db()
    assert water.parent_id == health.pk


def test_a_category_with_others_below_does_not_merge_into_one_that_is_below() -> None:
    health, water, _ = family()
    with pytest.raises(work.MergeRefusedError, match="below"):
        merge(health, water)
    assert Category.objects.filter(pk=health.pk).exists()


def test_undoing_a_merge_puts_no_category_two_levels_down() -> None:
    health, water, air = family()
    done = merge(water, CategoryFactory(name="Other", slug="other"))
    air.delete()
    health.parent = CategoryFactory(name="Life", slug="life")
    health.full_clean()
    health.save()
    with pytest.raises(work.MergeRefusedError, match=r"“Health” out of “Life”, then undo this"):
        work.undo(merge_id=done.pk, by=editor())
    assert not Category.objects.filter(slug="water").exists()
    Category.objects.filter(pk=health.pk).update(parent=None)
    work.undo(merge_id=done.pk, by=editor())
    assert Category.objects.get(slug="water").parent == health


def test_what_was_below_stays_where_it_is_when_the_one_above_comes_back_below_another() -> None:
    health, water, air = family()
    other, life = CategoryFactory(slug="other"), CategoryFactory(slug="life")
    done = merge(health, other)
    # As an editor's form wrote it while the merge was under way.
    done.kept[-1]["fields"]["parent_id"] = str(life.pk)
    done.save()
    work.undo(merge_id=done.pk, by=editor())
    assert Category.objects.get(slug="health").parent == life
    assert [Category.objects.get(pk=row.pk).parent for row in (water, air)] == [other, other]


def test_a_merge_stops_when_its_target_has_been_put_below_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    health, water, _ = family()
    other, life = CategoryFactory(slug="other"), CategoryFactory(slug="life")
    run = work.run

    def put_below_first(number: int) -> None:
        Category.objects.filter(pk=other.pk).update(parent=life)
        run(number)

    monkeypatch.setattr(work, "run", put_below_first)
    done = work.start(
        kind=Kind(Merge.Kind.CATEGORY), old_id=health.pk, into_id=other.pk, by=editor()
    )
    assert (done.status, "below another category" in done.problem) == (Merge.Status.FAILED, True)
    assert Category.objects.get(pk=water.pk).parent == health


def merge(old: Category, into: Category) -> Merge:
    """Merge one into the other, to the end."""
    done = work.start(kind=Kind(Merge.Kind.CATEGORY), old_id=old.pk, into_id=into.pk, by=editor())
    done.refresh_from_db()
    assert done.status == Merge.Status.MERGED
    return done

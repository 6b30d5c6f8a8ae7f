"""What readers' pages and the admin ask for does not grow with the number of pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from cms.core import counting, page_lists
from home.models import StandardPage
from news.curation import queue
from news.importing import starting
from news.models import ArticleIndexPage, ArticlePage, ArticleTag, RelatedLink
from tests.factories.news import AuthorFactory, article, written_by
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet[Any]) -> str:
    """How the database would find them, if no table were small enough to be read, or sorted, whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    return rows.explain()


def test_an_article_is_found_without_a_look_at_every_page() -> None:
    found = plan(ArticlePage.objects.for_reading().filter(slug="any"))
    # Of an Exists the database names the alias of the table.
    assert not re.search(r"\bSCAN (wagtailcore_page|U0)$|Seq Scan on wagtailcore_page", found, re.M)
    assert "alias_of" in found


def test_the_footer_is_found_without_a_look_at_every_page() -> None:
    found = plan(StandardPage.objects.footer_links())
    assert not re.search(r"\bSCAN wagtailcore_page\b|Seq Scan on wagtailcore_page", found)


# Of lists, in the order of an index; nothing is put in order afterwards.
LISTS: dict[str, tuple[Callable[[], QuerySet[Any]], str]] = {
    "the root of the tree": (lambda: Page.objects.filter(depth=1)[:1], "page_by_depth"),
    "the explorer": (
        lambda: Page.objects.filter(depth=4).order_by(
            F("latest_revision_created_at").desc(nulls_last=True)
        )[:50],
        "page_by_latest",
    ),
    "the explorer, oldest first": (
        lambda: Page.objects.filter(depth=4).order_by(
            F("latest_revision_created_at").asc(nulls_first=True)
        )[:50],
        "page_by_latest",
    ),
    "the explorer, by title": (
        lambda: Page.objects.filter(depth=4).order_by("title")[:50],
        "page_by_title",
    ),
    "forgotten drafts": (
        lambda: Page.objects.filter(has_unpublished_changes=True).order_by(
            "latest_revision_created_at"
        )[:10],
        "page_unpublished",
    ),
    "broken links": (
        lambda: queue.in_state(RelatedLink.objects.order_by(), queue.State.BROKEN)[:10],
        "broken_since",
    ),
    "whether an article carries a tag": (
        lambda: ArticleTag.objects.order_by().filter(tag=1, content_object=1)[:1],
        "article_tag_pair",
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_from_its_index(name: str) -> None:
    rows, index = LISTS[name]
    found = plan(rows())
    assert re.search(
        rf"(USING( COVERING)? INDEX|Index( Only)? Scan( Backward)? using|on) \w*{index}", found
    )
    assert not re.search(r"TEMP B-TREE FOR ORDER BY|^\s*Sort\b", found, re.M)


def test_the_index_of_sitemaps_is_made_without_a_look_at_every_article(client: Client) -> None:
    page = article(live=True)
    page.tags.add("lead")
    page.save_revision().publish()
    written_by(page, AuthorFactory())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as asked:
        assert "sitemap-articles.xml" in client.get("/sitemap.xml").content.decode()
    of_articles = [query["sql"] for query in asked if "news_articlepage" in query["sql"]]
    assert len(of_articles) > 3
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    for sql in of_articles:
        assert not re.search(r"SELECT (COUNT|MAX)\(|GROUP BY", sql), sql
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} {sql}")
            found = "\n".join(str(row[-1]) for row in cursor.fetchall())
        tables = "wagtailcore_page|news_articlepage"
        assert not re.search(rf"\bSCAN ({tables})$|Seq Scan on ({tables})", found, re.M), sql


def asked_by(client: Client, address: str, **given: str) -> tuple[str, list[str]]:
    """What an address of the admin shows, and what it asks of the database."""
    client.get(address, given)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address, given).content.decode()
    return page, [query["sql"] for query in asked]


@pytest.mark.parametrize("somebody", [editor, lambda: UserFactory(is_superuser=True)])
def test_the_explorer_counts_no_page_and_looks_through_none_for_people(
    client: Client, somebody: Callable[[], Any]
) -> None:
    owner = UserFactory(username="ada")
    article(save_as=owner)
    index = ArticleIndexPage.objects.get()
    Page.objects.child_of(index).update(owner=owner)
    client.force_login(somebody())
    page, asked = asked_by(client, f"/admin/pages/{index.pk}/")
    assert "ada" in page
    of_pages = [sql for sql in asked if "wagtailcore_page" in sql]
    assert not [sql for sql in of_pages if re.match(r"SELECT COUNT|.*SELECT DISTINCT", sql)]


def test_the_explorer_counts_what_a_filter_leaves_as_far_as_one_leafs(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 2)
    for _ in range(4):
        article()
    Page.objects.filter(depth__gt=2).update(latest_revision_created_at="2026-01-02T12:00Z")
    client.force_login(UserFactory(is_superuser=True))
    index = ArticleIndexPage.objects.get()
    given = {"latest_revision_created_at_from": "2026-01-01"}
    page, asked = asked_by(client, f"/admin/pages/{index.pk}/", **given)
    assert [sql for sql in asked if sql.startswith("SELECT COUNT") and "LIMIT 3" in sql]
    assert "More than 2 pages" in page


def test_many_pages_are_not_put_in_order_by_hand(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_lists, "PUT_IN_ORDER_BY_HAND", 1)
    article()
    article()
    client.force_login(UserFactory(is_superuser=True))
    index = ArticleIndexPage.objects.get()
    page, _ = asked_by(client, f"/admin/pages/{index.pk}/", ordering="ord")
    assert 'data-controller="w-orderable"' not in page
    monkeypatch.setattr(page_lists, "PUT_IN_ORDER_BY_HAND", 2)
    page, _ = asked_by(client, f"/admin/pages/{index.pk}/", ordering="ord")
    assert 'data-controller="w-orderable"' in page


def test_the_sites_history_looks_for_one_entry_of_each_kind(client: Client) -> None:
    article(save_as=UserFactory(username="ada"))
    client.force_login(UserFactory(is_superuser=True))
    page, asked = asked_by(client, "/admin/reports/site-history/")
    assert "ada" in page
    of_entries = [sql for sql in asked if "logentry" in sql]
    assert not [sql for sql in of_entries if "SELECT DISTINCT" in sql or 'page_id" IN' in sql]
    assert [sql for sql in of_entries if f"LIMIT {counting.COUNTED + 1}" in sql]


def test_where_an_article_may_start_is_asked_of_the_few_indexes_only() -> None:
    article()
    with CaptureQueriesContext(connection) as asked:
        assert starting.index_for(UserFactory(is_superuser=True)) == ArticleIndexPage.objects.get()
    indexes = [q["sql"] for q in asked if 'FROM "news_articleindexpage"' in q["sql"]]
    assert "ORDER BY" not in indexes[0]

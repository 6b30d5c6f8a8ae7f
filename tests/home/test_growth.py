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

from home.models import StandardPage
from news.curation import queue
from news.models import ArticlePage, ArticleTag, RelatedLink
from tests.factories.news import AuthorFactory, article, written_by

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

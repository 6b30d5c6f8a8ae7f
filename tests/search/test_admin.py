"""What editors search: Wagtail's search, whose index is asked once for all rows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.models import ArticlePage
from tests.factories.news import article

pytestmark = pytest.mark.django_db


def test_the_admins_search_finds_drafts_weighs_titles_and_counts() -> None:
    article(title="A walk", introduction="We saw a heron.", body=[])
    article(title="The heron", introduction="", body=[])
    article(title="Swans", introduction="", body=[])
    found = ArticlePage.objects.all().search("heron")
    assert [page.title for page in found] == ["The heron", "A walk"]
    assert found.count() == 2
    assert [page.title for page in found[1:]] == ["A walk"]
    assert [page.title for page in ArticlePage.objects.all().autocomplete("swa")] == ["Swans"]
    assert list(ArticlePage.objects.all().search("qqqqq")) == []
    assert found.facet("live") == {False: 2}


def test_the_index_is_asked_once_however_many_are_found() -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            list(ArticlePage.objects.all().search("heron"))
        return [query["sql"] for query in captured.captured_queries]

    article(title="A heron")
    few = asked()
    for number in range(5):
        article(title=f"Heron {number}")
    many = asked()
    assert len(many) == len(few)
    # Other databases know how to read their index once.
    scans = [sql for sql in many if " MATCH " in sql]
    assert len(scans) == (connection.vendor == "sqlite")
    for sql in scans:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
            plan = [row[3] for row in cursor.fetchall()]
        # A scan of the one table, and not (as "=" would say) one for each row of another.
        assert plan[0].startswith("SCAN")
        # What kind each hit is of, its number tells.
        others = [step for step in plan[1:] if step.startswith(("SCAN", "SEARCH"))]
        assert [step for step in others if "INTEGER PRIMARY KEY" not in step] == []
        assert "VIRTUAL TABLE INDEX 0:M" in plan[0]


@pytest.mark.any_database  # Other databases rank in their index.
def test_of_a_frequent_word_the_best_hits_are_read_and_of_few_pages_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("search.admin_sqlite.BEST", 4)
    pages = [article(title=f"Heron {number}") for number in range(7)]
    found = ArticlePage.objects.all().search("heron")
    with CaptureQueriesContext(connection) as captured:
        assert len(list(found)) == found.count() == 4
    # A slice and its count ask the index no further.
    assert sum(" MATCH " in query["sql"] for query in captured.captured_queries) == 1
    left = next(page for page in pages if page not in list(found))
    # The only page that is asked for is none of the best; it is found all the same.
    assert list(ArticlePage.objects.filter(pk=left.pk).search("heron")) == [left]

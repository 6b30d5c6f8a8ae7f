"""Long lists of articles: any page is found from a place near it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news import paging
from news.models import ArticlePage
from tests.factories.news import article

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def fifteen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Their numbers, newest first; three of each five were published in the same moment."""
    monkeypatch.setattr(paging, "STRIDE", 4)
    monkeypatch.setattr(paging, "ARTICLES_A_PAGE", 2)
    cache.clear()
    for number in range(15):
        page = article(live=True)
        at = BEGIN + timedelta(hours=number // 5 * 5 + max(number % 5 - 2, 0))
        ArticlePage.objects.filter(pk=page.pk).update(first_published_at=at)
    return list(ArticlePage.objects.newest().values_list("pk", flat=True))


def shown(number: int) -> list[int]:
    """What a page of all articles holds."""
    paginator = paging.NewestFirst(ArticlePage.objects.live(), what="all of them")
    return [found.pk for found in paginator.page(number)]


def test_each_page_follows_the_one_before(fifteen: list[int]) -> None:
    assert [pk for number in range(1, 9) for pk in shown(number)] == fifteen


def test_a_deep_page_skips_no_more_than_lies_between_two_places(fifteen: list[int]) -> None:
    shown(8)
    with CaptureQueriesContext(connection) as queries:
        assert shown(8) == fifteen[14:]
    skipped = [int(n) for q in queries for n in re.findall(r"OFFSET (\d+)", q["sql"])]
    assert skipped == [2]
    assert len(queries) <= 6


def test_an_article_without_a_time_is_on_one_page(fifteen: list[int]) -> None:
    ArticlePage.objects.filter(pk=fifteen[7]).update(first_published_at=None)
    found = [pk for number in range(1, 9) for pk in shown(number)]
    assert sorted(found) == sorted(fifteen)


def test_places_follow_what_is_published(fifteen: list[int]) -> None:
    assert shown(8) == fifteen[14:]
    newest = article(live=True)
    newest.save_revision().publish()
    assert shown(8) == fifteen[13:]

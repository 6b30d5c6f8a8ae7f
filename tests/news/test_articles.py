"""What an article's page holds, and what it costs."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.news.long_articles import complete_article

pytestmark = pytest.mark.django_db
QUERIES_AT_MOST = 12


@pytest.mark.parametrize("blocks", [6, 60])
def test_a_warm_article_costs_twelve_queries_at_most(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, blocks: int
) -> None:
    page = complete_article(blocks)
    assert client.get(page.url).status_code == 200
    with django_assert_max_num_queries(QUERIES_AT_MOST):
        client.get(page.url)

"""What every reader's page asks for does not grow with the number of pages."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.models import QuerySet

from home.models import StandardPage
from news.models import ArticlePage

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet[StandardPage] | QuerySet[ArticlePage]) -> str:
    """How the database would find them, if it had no table small enough to read as a whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_an_article_is_found_without_a_look_at_every_page() -> None:
    found = plan(ArticlePage.objects.for_reading().filter(slug="any"))
    # Of an Exists the database names the alias of the table.
    assert not re.search(r"\bSCAN (wagtailcore_page|U0)$|Seq Scan on wagtailcore_page", found, re.M)
    assert "alias_of" in found


def test_the_footer_is_found_without_a_look_at_every_page() -> None:
    found = plan(StandardPage.objects.footer_links())
    assert not re.search(r"\bSCAN wagtailcore_page\b|Seq Scan on wagtailcore_page", found)

"""Every kind of page that readers can open: which are kept, and that they are what Django sends."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.core.page_cache.reader import Reader
from tests.functional.newsstand import open_newsstand

pytestmark = pytest.mark.django_db

# With a form, a key from a mail, a search, or nothing to see.
NOT_KEPT = re.compile(
    r"/petitions/(?!.*/embed/$).+|/letters/.*|/subscribe/.*|/unsubscribe/.*|/my-signatures/.*"
    r"|/representatives/(\?zip=.*|.*/report/.*)|/search/\?.*|/no-such-page/|/news/a-plan-before-the-fires/"
)
ALSO = (
    "/feed/", "/feed/atom/", "/feed.json", "/sitemap.xml", "/sitemap-pages.xml",
    "/sitemap-articles.xml", "/sitemap-petitions.xml", "/news-sitemap.xml", "/robots.txt",
)  # fmt: skip
OURS = {"x-page-cache", "etag", "vary", "content-length", "cache-control"}


def test_pages_that_are_the_same_for_everybody_are_kept_as_django_sends_them() -> None:
    reader, client = Reader(), Client()
    addresses = (*open_newsstand().addresses, *ALSO)
    # The client sets right afterwards what it and the fixture have turned off for a request.
    answers = [(reader.ask(address), reader.ask(address)) for address in addresses]
    for address, (first, second) in zip(addresses, answers, strict=True):
        kept = not NOT_KEPT.fullmatch(address)
        assert (first.how, second.how) == (("miss", "hit") if kept else ("", "")), address
        made = client.get(address)
        assert second.status == made.status_code
        if not kept:
            continue
        assert second.body == made.content, address
        assert "set-cookie" not in second.headers
        headers = {name.lower(): value for name, value in made.headers.items()}
        assert {k: v for k, v in second.headers.items() if k not in OURS} == {
            k: v for k, v in headers.items() if k not in OURS
        }, address
        if "cache-control" in headers:
            assert second.headers["cache-control"] == headers["cache-control"]


def test_an_answer_from_the_cache_asks_the_database_nothing(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    reader = Reader()
    address = open_newsstand().article.url
    reader.ask(address)
    with django_assert_num_queries(0):  # type: ignore[operator]  # a context, as pytest-django has it
        assert reader.ask(address).how == "hit"
    assert len(reader.renderings) == 1

"""Every list that a reader or a program can ask for: what it never shows, and what never breaks it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from home.models import HomePage
from news.models import ArticleIndexPage, ArticlePage, Author, Category
from news.urls import urlpatterns as news_addresses
from search.urls import urlpatterns as search_addresses
from tests import crawler
from tests.factories.news import (
    AuthorFactory,
    CategoryFactory,
    SourceFactory,
    article,
    paragraph,
    written_by,
)

pytestmark = pytest.mark.django_db

SHOWN = "Shownhearing"
HIDDEN = ("Zebradraft", "Zebraback", "Zebrasecret", "Zebraindex", "Zebranext")
ON_THEM = {
    *("archive_year", "archive_month", "source", "tag", "author", "feed_rss", "feed_atom"),
    *("feed_json", "sitemap_section", "category_feed_rss", "category_feed_atom"),
    *("category_feed_json", "search of a word", "search of a tab", "suggestions", "/", "/news/"),
    *("/categories/", "/categories/water/"),
}
OF_CATEGORY = ("category_feed_rss", "category_feed_atom", "category_feed_json")


def lists() -> dict[str, str]:
    """Every list by its name; those that an article is on are asked of what it is filed under."""
    named = {
        "archive": [],
        "archive_year": ["2025"],
        "archive_month": ["2025", "08"],
        "source": ["the-gazette"],
        "tag": ["lead"],
        "author": ["ana"],
        **{name: [] for name in ("feed_rss", "feed_atom", "feed_json", "sitemap")},
        "sitemap_section": ["articles"],
        "sitemap_of_news": [],
        **{name: ["water"] for name in OF_CATEGORY},
        "search": [],
        "search_suggestions": [],
    }
    found = {name: reverse(name, args=args) for name, args in named.items()}
    found |= {"search of a word": f"{found['search']}?q=hearing"}
    found |= {"search of a tab": f"{found['search']}?q=hearing&kind=article&category=water"}
    found |= {"suggestions": f"{found['search_suggestions']}?q=shown"}
    for word in HIDDEN:
        found[f"suggestions of {word}"] = f"{found['search_suggestions']}?q={word[:8].lower()}"
    pages = ("/", "/news/", "/categories/", "/categories/water/", "/petitions/")
    return found | {page: page for page in (*pages, "/representatives/", "/robots.txt")}


def filed(word: str, *, live: bool = True) -> ArticlePage:
    """An article of the one category, tag and author, with a source and a tag of its own too."""
    page = article(
        title=f"{word} hearing",
        slug=f"{word.lower()}-hearing",
        introduction=f"The {word} hearing was long.",
        source=SourceFactory(name="The Gazette" if word == SHOWN else f"{word} Gazette"),
        body=[paragraph(f"Of the {word} hearing nobody heard.")],
        first_published_at=datetime(2025, 8, 18, 12, tzinfo=UTC),
    )
    written_by(page, Author.objects.get())
    page.categories.set([Category.objects.get()])
    page.tags.add("lead", f"{word} tag")
    revision = page.save_revision()
    if live:
        revision.publish()
    return ArticlePage.objects.get(pk=page.pk)


def restrict(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


@pytest.fixture
def one_shown() -> None:
    """An article that is on every list, and one of each kind that is on none."""
    CategoryFactory(name="Water", slug="water")
    AuthorFactory(name="Ana", slug="ana")
    draft, back, secret, below, later = HIDDEN
    filed(draft, live=False)
    filed(back).unpublish()
    restrict(filed(secret))
    hidden, shown = filed(below), filed(SHOWN)
    index = ArticleIndexPage(title="Elsewhere", slug="elsewhere")
    HomePage.objects.get().add_child(instance=index)
    restrict(index)
    hidden.move(index, pos="last-child")
    shown.title = f"{later} hearing"
    shown.introduction = f"The {later} hearing is yet to come."
    shown.tags.add(f"{later} tag")
    shown.save_revision()


def test_every_address_of_a_list_is_in_this_table() -> None:
    named = {one.name for one in (*news_addresses, *search_addresses) if one.name}
    assert named <= set(lists())


def test_lists_show_what_every_reader_may_open_and_nothing_else(
    client: Client, one_shown: None
) -> None:
    wrong = {}
    for name, address in lists().items():
        response = client.get(address)
        text = response.content.decode()
        found = [word for word in HIDDEN if word.lower() in text.lower()]
        counts = re.findall(r"\b([0-9]+)(?:<[^>]+>)* (?:articles?|results?)\b", text)
        if response.status_code != 200 or found or set(counts) - {"1"}:
            wrong[name] = (response.status_code, found, counts)
        elif name in ON_THEM and SHOWN.lower() not in text.lower():
            wrong[name] = (response.status_code, ["not what it should"], [])
    assert wrong == {}
    parts = crawler.xml(client)
    assert SHOWN.lower() in parts
    assert not [word for word in HIDDEN if word.lower() in parts]


@pytest.mark.parametrize("word", HIDDEN)
def test_what_is_hidden_is_not_found_by_its_own_words(
    client: Client, one_shown: None, word: str
) -> None:
    for address in ("/search/", "/search/suggest/"):
        text = client.get(address, {"q": word}).content.decode()
        assert f"{word} hearing" not in text
        assert f"{word.lower()}-hearing" not in text
        assert not re.search(r"\b[1-9][0-9]* result", text), address
    for address in (f"/tags/{word.lower()}-tag/", f"/sources/{word.lower()}-gazette/"):
        assert client.get(address).status_code == 404


JUNK = (
    "0", "-1", str(10**9), "x", "%00", "%FF%zz", "%D9%A2", "9" * 30, quote("heron " * 1700),
    quote("\u202e'\";--<script>"), "0001-01-01", "2026-02-30",
)  # fmt: skip
PARAMETERS = (
    "page", "p", "q", "kind", "category", "source", "tag", "year", "sort", "zip", "state", "to",
    "from",
)  # fmt: skip


def test_no_list_breaks_whatever_its_address_says(client: Client, one_shown: None) -> None:
    wrong = {}
    for path in {address.partition("?")[0] for address in lists().values()}:
        asked = {"&".join(f"{one}={junk}" for one in PARAMETERS) for junk in JUNK}
        # Each of them twice; and days in the wrong order.
        asked |= {"page=1&page=x&q=a&q=%00&p=1&p=-1", "from=2026-05-05&to=2001-01-01&q=hearing"}
        for query in asked:
            status = client.get(f"{path}?{query}").status_code
            if status != 200 and not (status == 404 and path.startswith("/sitemap-")):
                wrong[path, query[:60]] = status
    assert wrong == {}


@pytest.mark.parametrize(
    "rubbish", ["%00", "a%00b", "%FF", "%zz", "0", "-1", "9" * 400, "x" * 9000]
)
def test_no_list_breaks_on_an_address_that_was_never_one(client: Client, rubbish: str) -> None:
    for before in ("archive/", "archive/2025/", "sources/", "tags/", "authors/", "categories/"):
        for after in ("/", "/feed/", "/feed.json"):
            assert client.get(f"/{before}{rubbish}{after}").status_code == 404, (before, after)
    for address in (f"/sitemap-{rubbish}.xml", f"/search/{rubbish}/", f"/feed/{rubbish}/"):
        assert client.get(address).status_code == 404, address

"""The search page: finds what everybody may read, whatever is typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail.models import PageViewRestriction

from news.models import ArticlePage
from search.queries import LONGEST_QUERY, clean_query
from tests.factories.news import CategoryFactory, SourceFactory, article, paragraph

pytestmark = pytest.mark.django_db


def published(title: str, *, category: Any = None, **fields: Any) -> ArticlePage:
    """A live article, filed under a category where one is given."""
    page = article(title=title, live=True, **fields)
    if category:
        page.categories.set([category])
        page.save()
    return page


def search(**parameters: str) -> str:
    """The page as a reader gets it."""
    response = Client().get("/search/", parameters)
    assert response.status_code == 200
    return str(response.content.decode())


def found(**parameters: str) -> set[str]:
    """The titles found."""
    html = search(**parameters)
    return set(re.findall(r'<h2><a href="/news/[^"]+">([^<]+)</a>', html))


# What is found ------------------------------------------------------------------------------------


def test_every_word_must_stand_in_the_article_wherever_it_stands() -> None:
    published("Ten years for the pipes", body=[paragraph("The water is safe to drink.")])
    published("Pipes and organs", body=[paragraph("A concert.")])
    assert found(q="pipes") == {"Ten years for the pipes", "Pipes and organs"}
    assert found(q="pipes drink") == {"Ten years for the pipes"}
    assert found(q="pipes zebra") == set()


def test_commentary_sources_categories_and_tags_are_searched() -> None:
    page = article(
        title="A story",
        introduction="An introduction with heron.",
        source=SourceFactory(name="Kingfisher Times"),
        opinion=[paragraph("We think of the cormorant.")],
    )
    page.categories.set([CategoryFactory(name="Wetlands")])
    page.tags.add("bittern")
    page.save_revision().publish()
    for word in ("heron", "kingfisher", "cormorant", "wetlands", "bittern"):
        assert found(q=word) == {"A story"}, word


def test_a_changed_article_is_found_by_its_new_words_only() -> None:
    page = published("The first title")
    page.title = "Another name"
    page.save_revision().publish()
    assert found(q="another") == {"Another name"}
    assert found(q="first") == set()


def test_what_nobody_may_read_is_not_found() -> None:
    article(title="A draft about herons")
    taken_back = published("Taken back, about herons")
    taken_back.unpublish()
    private = published("Private, about herons")
    PageViewRestriction.objects.create(
        page=private, restriction_type=PageViewRestriction.PASSWORD, password="heron"
    )
    changed = published("Public")
    changed.title = "Public, and now about herons"
    changed.save_revision()
    assert found(q="herons") == set()


def test_a_category_narrows_what_is_found() -> None:
    water = CategoryFactory(name="Water", slug="water")
    published("Lead pipes", category=water)
    published("Organ pipes", category=CategoryFactory(slug="music"))
    assert found(q="pipes", category="water") == {"Lead pipes"}
    html = search(q="pipes", category="water")
    assert '<option value="water" selected>Water</option>' in html
    assert "1 article in Water" in html
    assert found(q="pipes", category="no-such-category") == {"Lead pipes", "Organ pipes"}


def test_nothing_found_says_what_to_try() -> None:
    water = CategoryFactory(name="Water", slug="water")
    published("Lead pipes", category=water)
    html = search(q="zebra", category="water")
    assert "No article in Water holds every word of &ldquo;zebra&rdquo;." in html
    assert 'href="?q=zebra"' in html


def test_an_empty_search_offers_the_categories() -> None:
    published("Lead pipes", category=CategoryFactory(name="Water"))
    html = search()
    assert "Or start from a category" in html
    assert "Water" in html
    assert "Nothing found" not in html


def test_results_come_ten_on_a_page_and_keep_what_was_asked() -> None:
    water = CategoryFactory(slug="water")
    for number in range(12):
        published(f"Pipe number {number:02}", category=water)
    first, second = found(q="pipe", category="water"), found(q="pipe", category="water", page="2")
    assert (len(first), len(second), len(first | second)) == (10, 2, 12)
    html = search(q="pipe", category="water")
    assert 'href="?q=pipe&amp;category=water&amp;page=2"' in html


# Whatever is typed --------------------------------------------------------------------------------

HOSTILE = {
    "quotes": "\"lead\" 'pipes' “water” `",
    "one quote": 'he said "tax',
    "NUL": "lead\0pipes",
    "operators": 'lead AND (pipes OR NOT water) NEAR(x, 2) title:* ^ - + ~ | & ! <-> :* "',
    "bare operators": "AND OR NOT",
    "spaces": " \t\n  ",
    "stop words": "the a of and",
    "ten kilobytes": "pipes " * 1_700,
    "a word of ten kilobytes": "x" * 10_000,
    "emoji": "🐦 👩‍👩‍👧 🏳️‍🌈",
    "marks of direction": "\u202epipes\u202c \u200f\u2066lead\u2069",
    "other scripts": "Ψωμί 水 вода ماء ไทย",
    "accents": "Zürich café naïve",
    "percent and underscore": "100% _lead_ \\",
    "SQL": "'; DROP TABLE news_articlepage; --",
    "markup": "<script>alert(1)</script><b>&amp;",
    "hyphens and points": "covid-19 U.S. don't e-mail -- ... '-'",
    "combining": "a\u0301\u0302\u0303" * 50,
    "control characters": "".join(map(chr, range(32))),
    "full width": "".join(chr(ord(letter) + 0xFEE0) for letter in "pipes"),
    "ligature and long s": "\ufb01\u017fh \u0149 \u01c6 \u0130 ß",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_answered(html_valid: Callable[[str], None], name: str) -> None:
    published("Lead pipes", category=CategoryFactory(slug="water"))
    html_valid(search(q=HOSTILE[name]))
    search(q=HOSTILE[name], category="water", page="2")
    search(q="pipes", category=HOSTILE[name])


@pytest.mark.parametrize(
    "raw", ["%ED%A0%80", "%FF%FE", "%00", "%E2%82", "a%C0%AFb", "q=1&q=2&q=%22", "%F4%90%80%80"]
)
def test_broken_encodings_are_answered(client: Client, raw: str) -> None:
    published("Lead pipes")
    assert client.get(f"/search/?q={raw}").status_code == 200


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_is_answered(client: Client, text: str) -> None:
    if not ArticlePage.objects.exists():
        published("Lead pipes")
    raw = quote(text.encode("utf-8", "surrogatepass"))
    assert client.get(f"/search/?q={raw}").status_code == 200


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(alphabet="ab \"'*():^-+~|&!<>\\%_.\u2019\u00ad\u200b@#$?[]{}=,;/`", max_size=30)
)
def test_any_punctuation_is_answered(client: Client, text: str) -> None:
    if not ArticlePage.objects.exists():
        published("Lead pipes")
    assert client.get(f"/search/?q={quote_plus(text)}").status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "1000000000", "x", "", "1.5", "\0", "9" * 5000])
def test_any_number_of_a_page_is_answered(page: str) -> None:
    published("Lead pipes")
    assert found(q="pipes", page=page) == {"Lead pipes"}


def test_what_was_typed_is_shown_as_text() -> None:
    html = search(q='<b onclick="x()">zebra</b>')
    assert "<b onclick" not in html
    assert 'value="b onclick' in html


def test_a_long_query_is_cut_and_says_so() -> None:
    published("Lead pipes")
    html = search(q="pipes " + "x" * 200)
    assert "Only the first 200 characters were searched for." in html


def test_searching_only_reads(client: Client) -> None:
    assert client.post("/search/", {"q": "x"}).status_code == 405
    assert client.get("/search/").headers["X-Robots-Tag"] == "noindex"


# The words that are passed on ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lead pipes", "lead pipes"),
        ('"lead  pipes"', "lead pipes"),
        ("covid-19, U.S. and don't", "covid-19 U.S and don't"),
        ("-- '' ...", ""),
        ("__init__", "__init__"),
        ("a\0b", "a b"),
        ("\ud800x", "x"),
        ("“quoted”", "quoted"),
    ],
)
def test_only_words_are_passed_on(typed: str, words: str) -> None:
    assert clean_query(typed) == words


@given(st.text(alphabet=st.characters(), max_size=400))
def test_what_is_passed_on_is_short_clean_and_stays_as_it_is(typed: str) -> None:
    words = clean_query(typed)
    assert len(words) <= LONGEST_QUERY
    assert not set('"()*:^~|&!<>\\\0') & set(words)
    words.encode()
    assert clean_query(words) == words

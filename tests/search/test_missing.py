"""An address without a page, and what may have been meant."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from search import finding, missing
from tests.factories.news import article

pytestmark = pytest.mark.django_db


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words that were searched for, each time."""
    asked: list[list[str]] = []
    search = missing._search

    def counted(words: list[str]) -> list[int]:
        asked.append(words)
        return search(words)

    monkeypatch.setattr(missing, "_search", counted)
    return asked


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 404
    return response.content.decode()


def test_what_the_words_of_the_address_may_have_meant_is_shown(client: Client) -> None:
    page = article(title="Zebras cross the river", slug="ten-years", live=True)
    article(title="Something about smoke", live=True)
    html = html_of(client, "/news/2026/11/zebras-river.html")
    assert "Did you mean one of these?" in html
    assert f'href="{page.get_url()}"' in html
    assert "Something about smoke" not in html
    assert 'value="zebras river"' in html


@pytest.mark.parametrize("address", ["/news/lead-pipez/", "/news/leed-pipes/"])
def test_a_slip_in_one_word_does_not_hide_the_others(client: Client, address: str) -> None:
    page = article(title="Ten years to replace lead pipes", live=True)
    assert f'href="{page.get_url()}"' in html_of(client, address)


def test_drafts_and_private_pages_are_not_suggested(client: Client) -> None:
    article(title="Zebras in draft")
    private = article(title="Zebras in private", live=True)
    PageViewRestriction.objects.create(page=private, restriction_type=PageViewRestriction.LOGIN)
    for _ in range(2):
        html = html_of(client, "/zebras/")
        assert "in draft" not in html
        assert "in private" not in html


def test_what_became_private_is_not_suggested_from_the_cache(client: Client) -> None:
    page = article(title="Zebras at large", live=True)
    assert "Zebras at large" in html_of(client, "/zebras/")
    page.unpublish()
    assert "Zebras at large" not in html_of(client, "/zebras/")


def test_without_a_guess_there_is_still_a_way_on(client: Client) -> None:
    html = html_of(client, "/no-such-thing-anywhere/")
    assert "Did you mean" not in html
    assert 'action="/search/"' in html
    assert 'href="/archive/"' in html


def test_what_was_searched_for_once_is_not_searched_for_again(
    client: Client, searches: list[list[str]]
) -> None:
    for _ in range(3):
        html_of(client, "/nothing/here-to-see/")
    assert searches == [["nothing", "here", "see"]]


@pytest.mark.parametrize(
    "address",
    [
        "/wp-login.php",
        "/.env",
        "/.git/config",
        "/static/css/none.css",
        "/media/none",
        "/favicon.ico",
        "/a/b/c.json",
        "/12345/6789/",
        f"/{'long-' * 60}/",
        "/news/",
    ],
)
def test_scanners_and_nonsense_cost_no_search(
    client: Client, searches: list[list[str]], address: str
) -> None:
    client.get(address)
    assert searches == []


def test_a_flood_of_nonsense_is_bounded(client: Client, searches: list[list[str]]) -> None:
    letters = "abcdefghijklmnopqrst"
    for first in letters:
        for second in letters[:4]:
            assert client.get(f"/nonsense-{first}{second}{first}x/").status_code == 404
    most = int(missing.RATE.split("/")[0])
    # The window may turn once while the flood lasts.
    assert most <= len(searches) <= 2 * most


def test_an_address_that_leads_elsewhere_costs_no_search(
    client: Client, searches: list[list[str]]
) -> None:
    Redirect.add_redirect("/old-thing", "https://elsewhere.example/")
    assert client.get("/old-thing/").status_code == 301
    assert searches == []


def test_a_search_that_fails_is_a_page_that_is_not_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(asked: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(finding, "search", broken)
    assert "Did you mean" not in html_of(client, "/lead-pipes/")


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=250))
def test_any_address_is_answered(client: Client, path: str) -> None:
    cache.clear()
    assert client.get(f"/n/{quote(path)}").status_code in {200, 301, 302, 404}


def test_other_methods_get_the_same_page_without_a_search(
    client: Client, searches: list[list[str]]
) -> None:
    assert client.post("/lead-pipes/").status_code == 404
    assert client.head("/lead-pipes/").status_code == 404
    assert searches == []


def test_the_words_of_an_address_are_few_and_say_something() -> None:
    assert missing.words_of("/news/2026/the-lead-pipes-of-the-city.html") == [
        "lead",
        "pipes",
        "city",
    ]
    assert missing.words_of("/größe/水道管/") == ["größe", "水道管"]
    many = "/" + "-".join(f"word{chr(97 + n)}" for n in range(12))
    assert len(missing.words_of(many)) == missing.MOST_WORDS
    assert not re.search(r"[<>]", " ".join(missing.words_of("/<script>alert</script>/")))

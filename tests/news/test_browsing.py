"""Pages that lead readers on: archive, sources, tags, authors."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from taggit.models import Tag
from wagtail.models import PageViewRestriction

from news.models import ArticlePage, FormerSlug
from news.paging import ARTICLES_A_PAGE
from tests import crawler
from tests.factories.news import AuthorFactory, SourceFactory, article, written_by

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")


def published(when: datetime, **fields: Any) -> ArticlePage:
    """An article that readers have seen since then."""
    page = article(live=True, **fields)
    ArticlePage.objects.filter(pk=page.pk).update(first_published_at=when)
    page.refresh_from_db()
    return page


def tagged(name: str, **fields: Any) -> ArticlePage:
    page = article(live=True, **fields)
    page.tags.add(name)
    page.save_revision().publish()
    return page


def restrict(page: ArticlePage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


# Archive ------------------------------------------------------------------------------------------


def test_the_archive_counts_years_and_months(client: Client) -> None:
    for when in ((2025, 3, 2), (2025, 3, 9), (2025, 11, 1), (2026, 2, 1)):
        published(datetime(*when, 12, tzinfo=NEW_YORK))
    html = html_of(client, "/archive/")
    found = re.findall(r'href="/archive/(\d{4}/\d{2})/"><span>(\w+)</span> <span>(\d+)<', html)
    assert found == [
        ("2026/02", "February", "1"),
        ("2025/11", "November", "1"),
        ("2025/03", "March", "2"),
    ]
    assert "3 articles" in html
    assert html.index("/archive/2026/") < html.index("/archive/2025/")


def test_a_month_begins_at_midnight_of_the_sites_zone(client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    # Half past midnight in London, and still October in New York.
    published(datetime(2026, 11, 1, 0, 30, tzinfo=UTC), title="Late in October")
    published(datetime(2026, 11, 1, 4, 0, tzinfo=UTC), title="The first of November")
    october, november = html_of(client, "/archive/2026/10/"), html_of(client, "/archive/2026/11/")
    assert "Late in October" in october
    assert "Late in October" not in november
    assert "The first of November" in november
    assert "1 article" in october


def test_a_year_lists_its_articles_and_months(client: Client) -> None:
    published(datetime(2025, 12, 31, 12, tzinfo=NEW_YORK), title="Of the year before")
    published(datetime(2026, 1, 2, 12, tzinfo=NEW_YORK), title="A story of January")
    html = html_of(client, "/archive/2026/")
    assert "A story of January" in html
    assert "Of the year before" not in html
    assert 'href="/archive/2026/01/"' in html
    # The source's date may be another; what stands here is the day that the year goes by.
    assert re.search(r"Published here\s+<time[^>]*>January 2, 2026</time>", html)
    assert re.search(r'rel="canonical" href="[^"]+/archive/2026/"', html)


def test_a_month_leads_to_the_next_ones_that_have_something(client: Client) -> None:
    for when in ((2025, 3, 2), (2026, 1, 9), (2026, 4, 1)):
        published(datetime(*when, 12, tzinfo=NEW_YORK))
    html = html_of(client, "/archive/2026/01/")
    assert 'href="/archive/2025/03/"' in html
    assert 'href="/archive/2026/04/"' in html


def test_a_month_without_an_article_says_so_and_is_not_to_be_found(client: Client) -> None:
    for month in (1, 3):
        published(datetime(2026, month, 9, 12, tzinfo=NEW_YORK))
    html = html_of(client, "/archive/2026/02/")
    assert "Nothing has been published here yet." in html
    assert '<meta name="robots" content="noindex">' in html


def test_an_archive_without_an_article_is_a_page(client: Client) -> None:
    assert "Nothing has been published here yet." in html_of(client, "/archive/")


@pytest.mark.parametrize(
    "rest",
    [
        "0/", "0000/", "2026/00/", "2026/13/", "2026/1/", "1000000000/", "2026/1000000000/", "-1/",
        "2026/-1/", "x/", "2026/x/", "\uff12026/", "2026/\uff10\uff11/", "9999/", "9999/12/", "1000/01/",
        "2024/12/", "2027/01/", "2026/01/01/", "%00/",
    ],
)  # fmt: skip
def test_no_other_address_is_in_the_archive(client: Client, rest: str) -> None:
    published(datetime(2026, 1, 9, 12, tzinfo=NEW_YORK))
    assert client.get(f"/archive/{rest}").status_code == 404


# Sources, tags, authors ---------------------------------------------------------------------------


def test_a_sources_page_lists_what_came_from_it(client: Client, settings: Settings) -> None:
    gazette = SourceFactory(name="The Gazette", home_page="https://gazette.example/")
    article(title="From the Gazette", live=True, source=gazette)
    article(title="From elsewhere", live=True)
    html = html_of(client, "/sources/the-gazette/")
    assert "From the Gazette" in html
    assert "From elsewhere" not in html
    assert "<title>The Gazette | " in html
    assert f'rel="canonical" href="{settings.SITE_URL}/sources/the-gazette/"' in html
    assert 'href="https://gazette.example/"' in html


def test_sources_of_one_name_in_other_letters_have_two_addresses() -> None:
    slugs = [SourceFactory(name=name).slug for name in ("Le Monde", "Le  monde", "新聞", "新华")]
    assert slugs == ["le-monde", "le-monde-2", "source", "source-2"]


def test_a_tags_page_lists_what_carries_it(client: Client) -> None:
    tagged("Lead pipes", title="About pipes")
    article(title="About smoke", live=True)
    html = html_of(client, "/tags/lead-pipes/")
    assert "About pipes" in html
    assert "About smoke" not in html
    assert "<h1>Lead pipes</h1>" in html


@pytest.mark.parametrize("name", ["Größe", "水道", "Ünïcode & more"])
def test_a_tag_in_any_letters_has_a_page_that_its_article_leads_to(
    client: Client, name: str
) -> None:
    page = tagged(name)
    (address,) = re.findall(r'rel="tag" href="([^"]+)"', html_of(client, page.url))
    assert page.title in html_of(client, address)


def test_an_authors_page_says_who_they_are_and_what_they_wrote(client: Client) -> None:
    ana = AuthorFactory(name="Ana Ruiz", slug="ana-ruiz", introduction="Writes about water.")
    written_by(article(title="By Ana"), ana).save_revision().publish()
    article(title="By nobody", live=True)
    html = html_of(client, "/authors/ana-ruiz/")
    assert "By Ana" in html
    assert "By nobody" not in html
    assert "Writes about water." in html
    assert '<meta name="description" content="Writes about water.">' in html


def test_an_author_who_has_written_nothing_yet_has_a_page(client: Client) -> None:
    AuthorFactory(slug="new-here")
    html = html_of(client, "/authors/new-here/")
    assert "Nothing has been published here yet." in html
    assert '<meta name="robots" content="noindex">' in html


def test_drafts_and_private_pages_show_on_none_and_in_no_count(client: Client) -> None:
    source, ana = SourceFactory(name="The Gazette"), AuthorFactory(slug="ana")
    places = ("/sources/the-gazette/", "/tags/lead/", "/authors/ana/", "/archive/")
    shown = written_by(article(title="Shown", live=True, source=source), ana)
    secret = written_by(article(title="Secret", live=True, source=source), ana)
    draft = written_by(article(title="Draft", source=source), ana)
    for page in (shown, secret, draft):
        page.tags.add("lead")
        revision = page.save_revision()
        if page is not draft:
            revision.publish()
    restrict(secret)
    for place in places:
        html = html_of(client, place)
        assert "Secret" not in html
        assert "Draft" not in html
        assert re.search(r"\b1(<[^>]+>)? article\b", html), place
    shown.unpublish()
    for place in places[:2]:
        assert client.get(place).status_code == 404, place


def test_a_tag_of_pictures_only_has_no_page(client: Client) -> None:
    Tag.objects.create(name="only-pictures", slug="only-pictures")
    assert client.get("/tags/only-pictures/").status_code == 404


@pytest.mark.parametrize("folder", ["sources", "tags", "authors"])
@pytest.mark.parametrize("slug", ["none", "%00", "a%00b", "%F0%9F%90%A6", "x" * 3000, "..", "1;--"])
def test_an_unknown_address_is_told_as_such(client: Client, folder: str, slug: str) -> None:
    assert client.get(f"/{folder}/{slug}/").status_code == 404


@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_slug_and_any_page_number_is_answered(client: Client, text: str) -> None:
    for address in ("/tags/{}/", "/sources/{}/", "/authors/{}/", "/archive/{}/", "/n{}/"):
        path = address.format(text)
        assert client.get(quote(path)).status_code in {200, 301, 302, 404}
    assert client.get("/archive/", {"page": text}).status_code == 200


# Pages of a list ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "shown"), [
    ("0", 2), ("-1", 2), ("1000000000", 2), ("x", 1), ("", 1), ("2", 2), ("1.5", 1), ("٢", 2),
])  # fmt: skip
def test_a_page_that_is_not_there_is_the_nearest_that_is(
    client: Client, page: str, shown: int
) -> None:
    source = SourceFactory(name="The Gazette")
    for number in range(ARTICLES_A_PAGE + 1):
        article(title=f"Story {number}", live=True, source=source)
    html = client.get("/sources/the-gazette/", {"page": page}).content.decode()
    assert f"Page {shown} of 2" in html


def test_every_page_of_a_list_has_other_articles_and_an_address_of_its_own(client: Client) -> None:
    source = SourceFactory(name="The Gazette")
    for number in range(ARTICLES_A_PAGE + 2):
        published(datetime(2026, 1, 1 + number, tzinfo=UTC), title=f"No. {number}!", source=source)
    first = html_of(client, "/sources/the-gazette/")
    second = html_of(client, "/sources/the-gazette/?page=2")
    titles = [re.findall(r"No\. \d+!", html) for html in (first, second)]
    assert titles[0] == [f"No. {n}!" for n in range(ARTICLES_A_PAGE + 1, 1, -1)]
    assert titles[1] == ["No. 1!", "No. 0!"]
    assert re.search(r'rel="canonical" href="[^"]+/sources/the-gazette/\?page=2"', second)
    assert "<title>The Gazette, page 2 | " in second


def test_lists_cost_the_same_however_many_articles_there_are(
    client: Client,
) -> None:
    source, ana = SourceFactory(name="The Gazette"), AuthorFactory(slug="ana")

    def publish() -> None:
        page = written_by(article(source=source), ana)
        page.tags.add("lead")
        page.save_revision().publish()

    def costs(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as counted:
            client.get(address)
        return len(counted)

    publish()
    addresses = ("/sources/the-gazette/", "/tags/lead/", "/authors/ana/", "/archive/")
    before = {address: costs(address) for address in addresses}
    for _ in range(5):
        publish()
    assert {address: costs(address) for address in addresses} == before
    assert max(before.values()) <= 12, before


# How readers and search engines come there ---------------------------------------------------------


def test_an_article_leads_to_all_of_them(client: Client) -> None:
    ana, bo = AuthorFactory(name="Ana Ruiz", slug="ana"), AuthorFactory(name="Bo Li", slug="bo")
    page = written_by(article(source=SourceFactory(name="The Gazette"), byline="Cy Doe"), bo, ana)
    page.tags.add("lead")
    page.save_revision().publish()
    ArticlePage.objects.filter(pk=page.pk).update(
        first_published_at=datetime(2026, 3, 9, 12, tzinfo=UTC)
    )
    html = html_of(client, page.get_url())
    line = re.sub(r"<[^>]+>", "", html)
    assert "Written up by Bo Li, Ana Ruiz, Cy Doe" in line
    for address in (
        "/authors/ana/", "/authors/bo/", "/sources/the-gazette/", "/tags/lead/", "/archive/2026/03/"
    ):  # fmt: skip
        assert f'href="{address}"' in html
        if not address.startswith("/archive"):
            assert client.get(address).status_code == 200
    assert 'href="/archive/"' in html_of(client, "/")


def test_the_sitemap_holds_what_has_something_to_read(client: Client) -> None:
    ana, silent = AuthorFactory(slug="ana"), AuthorFactory(slug="silent")
    SourceFactory(name="Unused")
    page = written_by(article(source=SourceFactory(name="The Gazette")), ana)
    page.tags.add("水道")
    page.save_revision().publish()
    draft = article()
    draft.tags.add("unseen")
    draft.save()
    found = crawler.locations(client)
    assert {"/sources/the-gazette/", "/authors/ana/", "/archive/"} <= set(found)
    assert "/tags/%E6%B0%B4%E9%81%93/" in found
    assert not [a for a in found if "unused" in a or "unseen" in a or silent.slug in a]
    for address in found:
        assert client.get(address).status_code == 200, address


# Former addresses ---------------------------------------------------------------------------------


def rename(thing: Model, slug: str) -> None:
    thing.slug = slug  # type: ignore[attr-defined]
    thing.save()


def test_a_former_address_leads_to_the_present_one_in_one_step(client: Client) -> None:
    ana = AuthorFactory(slug="ana")
    for slug in ("ana-ruiz", "a-ruiz", "ana-r"):
        rename(ana, slug)
    for old in ("ana", "ana-ruiz", "a-ruiz"):
        response = client.get(f"/authors/{old}/?page=2&x=%22")
        assert response.status_code == 301
        assert response.headers["Location"] == "/authors/ana-r/?page=2&x=%22"


def test_there_and_back_is_no_circle(client: Client) -> None:
    ana = AuthorFactory(slug="ana")
    rename(ana, "bo")
    rename(ana, "ana")
    assert client.get("/authors/ana/").status_code == 200
    assert client.get("/authors/bo/").headers["Location"] == "/authors/ana/"


def test_whoever_has_an_address_now_comes_before_whoever_had_it(client: Client) -> None:
    one = AuthorFactory(slug="ana", name="The one before")
    rename(one, "ana-ruiz")
    AuthorFactory(slug="ana", name="The one now")
    assert "The one now" in html_of(client, "/authors/ana/")


def test_what_is_gone_for_good_is_gone(client: Client) -> None:
    ana = AuthorFactory(slug="ana")
    rename(ana, "ana-ruiz")
    ana.delete()
    assert client.get("/authors/ana/").status_code == 404
    assert client.get("/authors/ana-ruiz/").status_code == 404


def test_a_renamed_tag_leads_on_in_any_letters(client: Client) -> None:
    tagged("水道")
    tag = Tag.objects.get()
    old = tag.slug
    rename(tag, "größe")
    response = client.get(f"/tags/{old}/")
    assert (response.status_code, response.headers["Location"]) == (301, "/tags/gr%C3%B6%C3%9Fe/")
    assert client.get(response.headers["Location"]).status_code == 200


def test_saving_without_a_new_slug_leaves_no_trace() -> None:
    ana = AuthorFactory(slug="ana")
    ana.name = "Somebody"
    ana.save()
    assert not FormerSlug.objects.exists()

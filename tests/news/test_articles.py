"""Articles at their address, in lists, and in the editor: who may read them, and what it costs."""

from __future__ import annotations

import datetime
import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import PageViewRestriction, Site

from advocacy.models import AdvocacySettings
from cms.core.models import SiteSettings
from news.models import ArticleIndexPage, ArticlePage
from tests import crawler
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import CategoryFactory, article, block, paragraph
from tests.factories.people import editor
from tests.news.long_articles import complete_article, long_article, picture

pytestmark = pytest.mark.django_db
# Of one that is made anew; tests/news/test_kept_pages.py holds what it costs afterwards.
QUERIES_AT_MOST = 15
COMPRESSED_BYTES_AT_MOST = 60_000


def restrict(page: Any, kind: str = PageViewRestriction.PASSWORD) -> PageViewRestriction:
    """Let nobody read a page who does not know the word, or is not logged in."""
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, password="heron")


def queries(client: Client, address: str) -> int:
    """How many queries a page takes whose pictures and addresses are known by now."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


# What a page costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [6, 60])
def test_an_article_that_is_made_anew_costs_fifteen_queries_at_most(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, blocks: int
) -> None:
    page = complete_article(blocks)
    site_settings = SiteSettings.for_site(Site.objects.get(is_default_site=True))
    site_settings.logo = picture(200)
    site_settings.save()
    assert client.get(page.url).status_code == 200
    with django_assert_max_num_queries(QUERIES_AT_MOST):
        client.get(page.url)


def test_sixty_blocks_cost_as_many_queries_as_six(client: Client) -> None:
    assert queries(client, long_article(60).url) == queries(client, long_article(6).url)


def test_the_sites_petition_costs_no_more_than_an_articles_own(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = complete_article(6)
    page.petition = None
    page.save()
    settings = AdvocacySettings.for_site(Site.objects.get(is_default_site=True))
    settings.default_petition = PetitionFactory(title="Keep the river clean")
    settings.save()
    assert "Keep the river clean" in client.get(page.url).content.decode()
    with django_assert_max_num_queries(QUERIES_AT_MOST):
        client.get(page.url)


def test_an_article_of_sixty_blocks_weighs_sixty_kilobytes_at_most(client: Client) -> None:
    page = complete_article(60)
    html = client.get(page.url).content
    names = re.findall(r'/static/([^"]+\.(?:css|js))"', html.decode())
    assert {"css/site.css", "js/reader.js"} <= set(names)
    parts = [html]
    for name in set(names):
        found = finders.find(name)
        assert found, name
        with open(found, "rb") as file:
            parts.append(file.read())
    assert sum(len(gzip.compress(part)) for part in parts) <= COMPRESSED_BYTES_AT_MOST


@pytest.mark.parametrize(
    "address", ["/", "/news/", "/categories/", "/categories/water/", "/search/?q=committee"]
)
def test_a_list_costs_as_much_with_thirty_articles_as_with_three(
    client: Client, address: str
) -> None:
    category = CategoryFactory(name="Water", slug="water")
    image = picture()

    def publish(count: int) -> None:
        for _ in range(count):
            page = article(live=True, lead_image=image)
            page.categories.set([category])
            page.save()

    publish(3)
    few = queries(client, address)
    publish(27)
    assert queries(client, address) == few


def test_the_editor_asks_as_much_for_sixty_blocks_as_for_six(client: Client) -> None:
    client.force_login(editor())

    def opening(blocks: int) -> int:
        page = long_article(blocks, live=False)
        return queries(client, reverse("wagtailadmin_pages:edit", args=[page.pk]))

    assert opening(60) == opening(6)


def test_the_editor_opens_whatever_a_link_names(client: Client) -> None:
    neighbour = article(title="A neighbour", live=True)
    gone = article()
    links = [
        f'<a linktype="page" id="{number}">words</a>'
        for number in (neighbour.pk, gone.pk, "x1", "", "9" * 30)
    ]
    page = article(body=[paragraph(" ".join(links))])
    gone.delete()
    client.force_login(editor())
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert response.status_code == 200
    assert neighbour.url in response.content.decode()


# Who may read -------------------------------------------------------------------------------------


def test_a_live_article_is_read_at_its_address(client: Client) -> None:
    page = article(title="Ten years to finish the lead pipes", live=True)
    response = client.get(f"/news/{page.slug}/")
    assert response.status_code == 200
    assert "Ten years to finish the lead pipes" in response.content.decode()


def test_a_draft_is_nowhere(client: Client) -> None:
    page = article(title="Not for anybody yet")
    assert client.get(f"/news/{page.slug}/").status_code == 404
    for address in ("/", "/news/", "/search/?q=anybody", "/feed/", *crawler.parts(client)):
        assert "Not for anybody yet" not in client.get(address).content.decode()
        assert page.slug not in client.get(address).content.decode()


def test_an_article_below_an_index_with_another_address_is_read_there(client: Client) -> None:
    page = article(live=True)
    index = ArticleIndexPage.objects.get()
    index.slug = "stories"
    index.save()
    assert client.get(f"/stories/{page.slug}/").status_code == 200
    assert client.get(f"/news/{page.slug}/").status_code == 404


def test_an_address_asks_for_no_query_with_a_body(client: Client) -> None:
    page = article(live=True)
    assert client.head(page.url).status_code == 200
    assert client.get(page.url.rstrip("/")).status_code == 301


@pytest.mark.parametrize("level", ["article", "index", "home"])
def test_an_article_behind_a_password_shows_nothing_of_itself(client: Client, level: str) -> None:
    page = article(
        title="The heron report",
        introduction="Only members read this.",
        body=[paragraph("Herons everywhere.")],
        live=True,
    )
    index = ArticleIndexPage.objects.get()
    restrict({"article": page, "index": index, "home": index.get_parent()}[level])
    response = client.get(page.url)
    html = response.content.decode()
    assert response.status_code == 200
    assert "This page has a password" in html
    for words in ("heron report", "Only members", "Herons everywhere"):
        assert words not in html
    assert "no-store" in response.headers["Cache-Control"]


def test_the_password_opens_the_article(client: Client) -> None:
    page = article(title="The heron report", live=True)
    restriction = restrict(page)
    client.post(
        reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, page.pk]),
        {"password": "heron", "return_url": page.url},
    )
    assert "The heron report" in client.get(page.url).content.decode()


def test_an_article_for_the_newsroom_leads_to_its_login(client: Client) -> None:
    page = article(live=True)
    restrict(page, PageViewRestriction.LOGIN)
    response = client.get(page.url)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/admin/login/?next={page.url}"
    client.force_login(editor())
    assert client.get(page.url).status_code == 200


def test_an_alias_is_as_private_as_its_source(client: Client) -> None:
    page = article(title="The heron report", live=True)
    alias = CreatePageAliasAction(
        page, parent=ArticleIndexPage.objects.get(), update_slug="second-address"
    ).execute(skip_permission_checks=True)
    assert "The heron report" in client.get(alias.url).content.decode()
    restrict(page)
    assert "This page has a password" in client.get(alias.url).content.decode()


def test_a_private_article_is_listed_nowhere(client: Client) -> None:
    category = CategoryFactory(name="Herons", slug="herons")
    page = article(title="The heron report", slug="heron-report", featured=True, live=True)
    page.categories.set([category])
    page.save()
    article(title="An open story", live=True)
    restrict(page)
    for address in (
        "/",
        "/news/",
        "/categories/",
        "/categories/herons/",
        "/search/?q=heron",
        "/search/?q=report&category=herons",
        "/feed/",
        "/feed/atom/",
        "/feed.json",
        "/categories/herons/feed/",
        "/news-sitemap.xml",
        *crawler.parts(client),
    ):
        html = client.get(address).content.decode()
        assert "heron-report" not in html, address
        assert "The heron report" not in html, address
    counted = client.get("/categories/").content.decode()
    assert re.search(r"Herons</span>\s*<span>0<", counted)
    assert "Herons" not in client.get("/").content.decode()
    assert "herons" not in crawler.xml(client)


# Lists --------------------------------------------------------------------------------------------


def test_the_index_lists_the_newest_first_twenty_on_a_page(client: Client) -> None:
    now = timezone.now()
    for number in range(21):
        page = article(title=f"Story number {number:02}", live=True)
        ArticlePage.objects.filter(pk=page.pk).update(
            first_published_at=now - datetime.timedelta(hours=number)
        )
    first = re.findall(r"Story number \d\d", client.get("/news/").content.decode())
    assert first == [f"Story number {number:02}" for number in range(20)]
    second = client.get("/news/?page=2").content.decode()
    assert re.findall(r"Story number \d\d", second) == ["Story number 20"]
    assert "<title>News, page 2 | " in second
    assert re.search(r'rel="canonical" href="[^"]+/news/\?page=2"', second)


@pytest.mark.parametrize("number", ["0", "-1", "1000000000", "x", "", "%00", "9" * 5000, "٣"])
@pytest.mark.parametrize("address", ["/news/", "/categories/water/"])
def test_any_number_of_a_page_is_answered(client: Client, address: str, number: str) -> None:
    CategoryFactory(slug="water")
    article(live=True)
    assert client.get(f"{address}?page={number}").status_code == 200


# What an article must have ------------------------------------------------------------------------


def refused(**fields: Any) -> set[str]:
    """The fields that a full validation of an article names."""
    with pytest.raises(ValidationError) as error:
        page = article()
        for name, value in fields.items():
            setattr(page, name, value)
        page.full_clean()
    return set(error.value.error_dict)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source_address", "javascript:alert(1)"),
        ("source_address", "ftp://gazette.example/story"),
        ("source_address", "gazette.example/story"),
        ("source_published_at", timezone.now() + datetime.timedelta(days=1)),
        ("source_time_zone", "Mars/Olympus"),
        ("introduction", "x" * 601),
        ("title", ""),
    ],
)
def test_what_is_wrong_with_an_article_is_named(field: str, value: object) -> None:
    assert refused(**{field: value}) == {field}


def test_a_clock_that_is_four_minutes_ahead_is_forgiven() -> None:
    page = article()
    page.source_published_at = timezone.now() + datetime.timedelta(minutes=4)
    page.full_clean()


# Content that nobody would write ------------------------------------------------------------------

ODD: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "a block of an unknown type": lambda: [block("hologram", {"a": 1}), paragraph("Still here.")],
    "a picture that is gone": lambda: [
        block("image", {"image": 987654, "alt": "", "caption": "", "credit": ""}),
        paragraph("Still here."),
    ],
    "a paragraph of 300 kB": lambda: [paragraph("Still here. " + "word " * 60_000)],
    "an unfinished quote": lambda: [block("quote", {}), paragraph("Still here.")],
}


@pytest.mark.parametrize("name", ODD)
def test_odd_content_breaks_no_page(client: Client, name: str) -> None:
    page = article(live=True)
    # As an import or a later version of this software may have left it.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE news_articlepage SET body = %s WHERE page_ptr_id = %s",
            [json.dumps(ODD[name]()), page.pk],
        )
    response = client.get(page.url)
    assert response.status_code == 200
    assert "Still here." in response.content.decode()


@pytest.mark.parametrize("field", ["petition", "representative", "letter"])
def test_an_entry_of_the_registry_that_is_gone_leaves_the_words(client: Client, field: str) -> None:
    nothing = dict.fromkeys(("petition", "representative", "letter"))
    content = {"kind": field, "text": "It is worth it.", "link_title": "", "link_address": ""}
    page = article(live=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE news_articlepage SET action = %s WHERE page_ptr_id = %s",
            [
                json.dumps([block("call_to_action", {**content, **nothing, field: 987654})]),
                page.pk,
            ],
        )
    html = client.get(page.url).content.decode()
    assert "It is worth it." in html
    assert 'class="cta"' not in html

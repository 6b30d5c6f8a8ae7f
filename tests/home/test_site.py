"""What stands around every page, standard pages, and the sitemap."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import PageViewRestriction, Site

from advocacy.models import Petition
from cms.core.models import SiteSettings
from cms.core.page_cache import tags
from home.models import HomePage, StandardPage
from tests import crawler
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory
from tests.factories.news import article, paragraph
from tests.factories.people import editor

pytestmark = pytest.mark.django_db


def standard_page(title: str, **fields: Any) -> StandardPage:
    """A page about the newsroom."""
    page = StandardPage(title=title, **fields)
    HomePage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return page


def hide(page: Any) -> None:
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="heron"
    )


# Around every page --------------------------------------------------------------------------------


def test_the_navigation_leads_to_four_working_pages(client: Client) -> None:
    html = client.get("/").content.decode()
    nav = html.split('aria-label="Main"')[1].split("</nav>")[0]
    links = re.findall(r'href="([^"]+)"', nav)
    assert links == ["/", "/categories/", "/search/", "/subscribe/"]
    for link in links:
        assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("address", "label"),
    [("/", "Home"), ("/categories/", "Categories"), ("/search/?q=x", "Search"), ("/news/", None)],
)
def test_the_navigation_marks_where_a_reader_is(
    client: Client, address: str, label: str | None
) -> None:
    html = client.get(address).content.decode()
    marked = re.findall(r'aria-current="page">([^<]+)<', html)
    assert marked == ([label] if label else [])


def test_the_footer_leads_to_the_pages_in_the_menu_and_to_no_other(client: Client) -> None:
    standard_page("About us", show_in_menus=True)
    standard_page("Not in the menu")
    standard_page("A draft", show_in_menus=True).unpublish()
    hide(standard_page("For members", show_in_menus=True))
    about = client.get("/").content.decode().split('aria-label="About us"')[1]
    assert re.findall(r'<li><a href="[^"]+">([^<]+)</a>', about) == ["About us"]


def test_the_footer_leads_to_what_readers_can_do(client: Client) -> None:
    part = client.get("/").content.decode().split('aria-label="Take part"')[1].split("</nav>")[0]
    links = re.findall(r'href="([^"]+)"', part)
    assert links == ["/representatives/", "/petitions/", "/my-signatures/", "/archive/"]
    for link in links:
        assert client.get(link).status_code == 200


def test_the_front_page_is_described_by_its_own_words_or_by_the_tagline(client: Client) -> None:
    def described() -> list[str]:
        pattern = r'<meta (?:name|property)="(?:og:)?description" content="([^"]*)">'
        return re.findall(pattern, client.get("/").content.decode())

    assert described() == []
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(site=site, defaults={"tagline": "News & what to do"})
    tags.touch(tags.SITE)
    assert described() == ["News &amp; what to do"] * 2
    home = HomePage.objects.get()
    home.search_description = "Only what is new."
    home.save_revision().publish()
    assert described() == ["Only what is new."] * 2


# Standard pages -----------------------------------------------------------------------------------


def test_a_standard_page_shows_its_text_and_describes_itself(client: Client) -> None:
    page = standard_page(
        "Corrections",
        introduction="How we put right what was wrong.",
        body=[paragraph("Write to us.")],
    )
    html = client.get(page.url).content.decode()
    assert "Write to us." in html
    assert '<meta name="description" content="How we put right what was wrong.">' in html
    root = Site.objects.get(is_default_site=True).root_url
    assert f'<link rel="canonical" href="{root}/corrections/">' in html


def test_pages_stand_where_they_belong() -> None:
    assert {model.__name__ for model in HomePage.allowed_subpage_models()} == {
        "ArticleIndexPage",
        "CategoryIndexPage",
        "StandardPage",
    }
    assert StandardPage.allowed_subpage_models() == []
    assert not HomePage.can_create_at(HomePage.objects.get().get_parent())


def test_editors_add_standard_pages(client: Client) -> None:
    client.force_login(editor())
    home = HomePage.objects.get()
    assert client.get(f"/admin/pages/add/home/standardpage/{home.pk}/").status_code == 200


# The sitemap --------------------------------------------------------------------------------------


def test_the_sitemap_lists_what_everybody_can_read_and_nothing_else() -> None:
    live = article(live=True)
    draft = article()
    private = article(live=True)
    hide(private)
    about = standard_page("About us")
    listed = crawler.locations(Client())
    assert {"/", "/news/", "/categories/", live.url, about.url} <= set(listed)
    assert not {draft.url, private.url} & set(listed)
    assert len(listed) == len(set(listed))


def test_the_sitemap_lists_what_readers_can_act_with_and_nothing_put_away() -> None:
    petition, letter = PetitionFactory.create(), LetterFactory.create()
    senator = RepresentativeFactory.create()
    unlisted = [
        PetitionFactory.create(live=False),
        PetitionFactory.create(status=Petition.Status.ARCHIVED),
        LetterFactory.create(live=False),
        RepresentativeFactory.create(live=False),
        RepresentativeFactory.create(left_office_on=date(2026, 1, 3)),
    ]
    listed = crawler.locations(Client())
    assert {"/petitions/", "/representatives/"} <= set(listed)
    assert {item.get_absolute_url() for item in (petition, letter, senator)} <= set(listed)
    assert not {item.get_absolute_url() for item in unlisted} & set(listed)


def test_the_sitemap_says_when_a_page_changed(client: Client) -> None:
    page = article(live=True)
    assert page.last_published_at
    xml = crawler.xml(client)
    entry = next(part for part in xml.split("<url>") if page.url in part)
    day = timezone.localtime(page.last_published_at)
    assert f"<lastmod>{day:%Y-%m-%d}</lastmod>" in entry


def test_an_address_with_a_foreign_host_is_refused(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["news.example.org"]
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400

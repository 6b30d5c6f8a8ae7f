"""Every reader's page: fits every width, passes axe by day and by night, is valid HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.test import Client
from playwright.sync_api import Page
from wagtail.models import Site

from tests.functional.conftest import NewPage
from tests.functional.journal import Journal
from tests.functional.newsstand import Newsstand, open_newsstand

UNBREAKABLE = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def newsstand(site: Site, journal: Journal) -> Newsstand:
    """One of everything that can be read; the addresses without a page are meant to answer so."""
    journal.allow("console: Failed to load resource: the server responded with a status of 404")
    return open_newsstand()


def _sticks_out(page: Page) -> list[str]:
    """The elements that make a page wider than its window."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 1)
            .map((element) => `${element.tagName} ${element.className}`).concat("the page");
        }"""
    )
    return found


def test_no_page_is_wider_than_its_window(page: Page, newsstand: Newsstand) -> None:
    for address in newsstand.addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
        for width in (320, 390, 768, 1024, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert _sticks_out(page) == [], (address, width)


def test_a_word_without_end_breaks_instead_of_widening_the_page(
    phone_page: Page, newsstand: Newsstand
) -> None:
    article = newsstand.article
    article.title = article.introduction = article.byline = UNBREAKABLE
    article.source.name = UNBREAKABLE
    article.source.save()
    article.save_revision().publish()
    newsstand.category.name = UNBREAKABLE
    newsstand.category.save()
    for address in ("/", "/news/", "/categories/", article.url, "/search/?q=pipe"):
        phone_page.goto(address)
        assert _sticks_out(phone_page) == [], address


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_any_page(
    new_page: NewPage,
    newsstand: Newsstand,
    axe: Callable[..., None],
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = new_page(viewport=(width, 900), colour_scheme=scheme)
    for address in newsstand.addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
        axe(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_form_that_is_refused(
    new_page: NewPage,
    newsstand: Newsstand,
    journal: Journal,
    axe: Callable[..., None],
    scheme: Literal["light", "dark"],
) -> None:
    journal.allow("console: Failed to load resource: the server responded with a status of 422")
    page = new_page(colour_scheme=scheme)
    for address, button in (
        (newsstand.petition.get_absolute_url(), "Sign"),
        ("/subscribe/", "Subscribe"),
        (f"{newsstand.representative.get_absolute_url()}report/", "Report it"),
    ):
        page.goto(address)
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("alert").wait_for()
        axe(page)


def test_targets_are_large_enough_for_a_thumb(phone_page: Page, newsstand: Newsstand) -> None:
    """44 pixels for what stands alone; links within a line of text are exempt."""
    for address in newsstand.addresses:
        phone_page.goto(address)
        small = phone_page.evaluate(
            """() => [...document.querySelectorAll(
                 ".nav a, .button, .links a, .links button, .jump a, summary, .pager a, select,"
                 + " input[type=email], input[type=text], input[type=search], .todo label"
               )]
               .filter((element) => !element.closest(".out-of-sight"))
               .filter((element) => element.getBoundingClientRect().height < 43.9)
               .map((element) => element.outerHTML.slice(0, 120))"""
        )
        assert small == [], address


def test_the_navigation_stands_in_one_line_on_the_narrowest_phone(
    phone_page: Page, newsstand: Newsstand
) -> None:
    phone_page.goto("/")
    lines = phone_page.evaluate(
        "new Set([...document.querySelectorAll('.nav a')].map((link) => link.offsetTop)).size"
    )
    assert lines == 1


def test_every_page_is_valid_html(
    client: Client, newsstand: Newsstand, html_valid: Callable[[bytes], None]
) -> None:
    for address in newsstand.addresses:
        html_valid(client.get(address).content)


def test_no_page_has_a_style_or_a_script_inside(client: Client, newsstand: Newsstand) -> None:
    for address in newsstand.addresses:
        html = client.get(address).content.decode()
        assert " style=" not in html, address
        assert "<style" not in html, address
        assert " onclick=" not in html, address
        assert "<script>" not in html, address

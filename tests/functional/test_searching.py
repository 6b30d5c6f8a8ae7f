"""Searching in a browser: suggestions by keyboard, results without scripts, nothing for axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from wagtail.models import Site

from search.models import Promotion
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import CategoryFactory, article
from tests.functional.conftest import NewPage
from tests.functional.newsstand import Newsstand, open_newsstand


@pytest.fixture
def newsstand(site: Site) -> Newsstand:
    """One of everything that can be read."""
    return open_newsstand()


def test_a_suggestion_is_chosen_by_keyboard(page: Page, newsstand: Newsstand) -> None:
    page.goto("/search/")
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially(newsstand.representative.last_name[:4])
    option = page.get_by_role("option", name=newsstand.representative.name)
    option.wait_for()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("suggestion")
    for _ in range(page.get_by_role("option").count()):
        field.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    field.press("Enter")
    page.wait_for_url(f"**{newsstand.representative.get_absolute_url()}")


def test_escape_closes_suggestions_and_enter_searches(page: Page, newsstand: Newsstand) -> None:
    page.goto("/search/")
    field = page.get_by_role("combobox")
    field.press_sequentially(newsstand.representative.last_name)
    page.get_by_role("option").first.wait_for()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value(newsstand.representative.last_name)
    field.press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.locator(".found mark").first).to_be_visible()


def test_whoever_goes_back_to_the_text_searches_for_it(page: Page, newsstand: Newsstand) -> None:
    page.goto("/search/")
    field = page.get_by_role("combobox")
    name = newsstand.representative.last_name
    field.press_sequentially(name[:4])
    page.get_by_role("option").first.wait_for()
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    field.press("End")
    expect(field).not_to_have_attribute("aria-activedescendant", "suggestion-0")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    # Typed on, and sent before other suggestions are there: they never come.
    page.route("**/search/suggest/**", lambda route: None)
    field.press_sequentially(name[4:5] or "x")
    field.press("Enter")
    page.wait_for_url("**/search/?q=*")


def test_a_search_is_narrowed_ordered_and_leafed_through_by_links_and_keys_alone(
    page_without_javascript: Page, site: Site
) -> None:
    category = CategoryFactory(name="Water")
    for number in range(12):
        filed = article(title=f"Herons {number}", live=True)
        if number:
            filed.categories.set([category])
            filed.save()
    PetitionFactory(title="Let the herons be")
    page = page_without_javascript
    page.goto("/search/")
    field = page.get_by_label("Words, names")
    field.press_sequentially("herons")
    field.press("Enter")
    expect(page.get_by_role("heading", name="13 results")).to_be_visible()
    page.get_by_role("link", name="Articles 12").press("Enter")
    page.get_by_role("link", name="Water 11").press("Enter")
    expect(page.get_by_role("heading", name="11 results")).to_be_visible()
    page.get_by_role("link", name="Next").press("Enter")
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(page.locator(".found__list > li")).to_have_count(1)
    # What it is narrowed to is still there after the form was sent once more.
    page.get_by_text("Dates and order").press("Enter")
    page.get_by_label("To", exact=True).fill("2100-01-01")
    page.get_by_label("Order").select_option("oldest")
    page.get_by_role("button", name="Search").press("Enter")
    expect(page.get_by_role("heading", name="11 results")).to_be_visible()
    expect(page.locator(".found__list > li").first).to_contain_text("Herons 1")
    page.get_by_role("link", name=re.compile("Water ?, remove")).press("Enter")
    expect(page.get_by_role("heading", name="12 results")).to_be_visible()
    expect(page.locator(".found__list > li").first).to_contain_text("Herons 0")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_axe_finds_nothing_on_results_suggestions_and_an_empty_answer(
    new_page: NewPage,
    newsstand: Newsstand,
    axe: Callable[..., None],
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    Promotion.objects.create(words="pipes", petition=newsstand.petition, text="It ends soon.")
    page = new_page(viewport=(width, 900), colour_scheme=scheme)
    page.goto("/search/?q=pipes")
    expect(page.get_by_text("Our pick for this search")).to_be_visible()
    expect(page.locator(".found mark").first).to_be_visible()
    axe(page)
    page.goto("/search/?q=qqqqqq&from=2024-01-01")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    axe(page)
    page.goto("/search/")
    page.get_by_role("combobox").press_sequentially(newsstand.representative.last_name[:4])
    page.get_by_role("option").first.wait_for()
    axe(page)

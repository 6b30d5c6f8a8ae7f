"""What a reader does with an article, with scripts and without."""

from __future__ import annotations

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from wagtail.models import Site

from tests.functional.conftest import NewPage
from tests.functional.journal import Journal
from tests.functional.newsstand import FOLDED_WORDS, LETTER_WORDS, Newsstand, open_newsstand

COMPRESSED_LIMIT = 60_000
# Kept before any other script runs; input moves things on purpose, and does not count.
COUNT_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def newsstand(site: Site) -> Newsstand:
    """One of everything that can be read."""
    return open_newsstand()


def test_the_extract_unfolds_and_folds_without_a_script(
    page_without_javascript: Page, newsstand: Newsstand
) -> None:
    page = page_without_javascript
    page.goto(newsstand.article.url)
    rest = page.get_by_text(FOLDED_WORDS)
    expect(rest).to_be_hidden()
    page.get_by_text("Read the rest of the extract").click()
    expect(rest).to_be_visible()
    page.get_by_text("Fold the extract").click()
    expect(rest).to_be_hidden()


def test_without_a_script_nothing_is_offered_that_needs_one(
    page_without_javascript: Page, newsstand: Newsstand
) -> None:
    page = page_without_javascript
    page.goto(newsstand.article.url)
    expect(page.get_by_role("checkbox")).to_have_count(3)
    expect(page.get_by_text(LETTER_WORDS)).to_be_visible()
    for name in ("Copy link", "Copy the letter", "Start over"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_ticks_are_counted_and_outlive_a_reload(page: Page, newsstand: Newsstand) -> None:
    page.goto(newsstand.article.url)
    expect(page.get_by_text("0 of 3 done")).to_be_visible()
    page.get_by_label("Look your address up.").check()
    page.get_by_label("Write once.").check()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    page.reload()
    expect(page.get_by_text("2 of 3 done")).to_be_visible()
    expect(page.get_by_label("Look your address up.")).to_be_checked()
    expect(page.get_by_label("Sign the petition.")).not_to_be_checked()


def test_starting_over_takes_every_tick_away(page: Page, newsstand: Newsstand) -> None:
    page.goto(newsstand.article.url)
    for box in page.get_by_role("checkbox").all():
        box.check()
    expect(page.get_by_text("All 3 done.")).to_be_visible()
    page.get_by_role("button", name="Start over").click()
    page.reload()
    expect(page.get_by_text("0 of 3 done")).to_be_visible()


def test_ticks_never_leave_the_browser(page: Page, newsstand: Newsstand, journal: Journal) -> None:
    page.goto(newsstand.article.url, wait_until="networkidle")
    before = len(journal.requests)
    page.get_by_label("Write once.").check()
    page.wait_for_timeout(300)
    assert journal.requests[before:] == []


def test_a_browser_that_keeps_nothing_still_counts(page: Page, newsstand: Newsstand) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})"
    )
    page.goto(newsstand.article.url)
    page.get_by_label("Write once.").check()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()


def test_the_letter_and_the_link_can_be_copied(
    page: Page, newsstand: Newsstand, live_server: LiveServer
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(newsstand.article.url)
    page.get_by_role("button", name="Copy the letter").click()
    expect(page.get_by_role("button", name="Letter copied")).to_be_visible()
    letter = page.evaluate("navigator.clipboard.readText()")
    assert re.sub(r"\s+", " ", letter) == f"The deadline Dear [title and name], {LETTER_WORDS}"
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_nothing_moves_while_an_article_or_the_front_page_loads(
    new_page: NewPage, newsstand: Newsstand
) -> None:
    for address in ("/", newsstand.article.url):
        page = new_page(viewport=(412, 823))
        page.add_init_script(COUNT_SHIFTS)
        page.goto(address, wait_until="networkidle")
        page.evaluate(
            "async () => { for (let y = 0; y < document.body.scrollHeight; y += 400) {"
            " scrollTo(0, y); await new Promise((done) => setTimeout(done, 40)); } }"
        )
        assert page.evaluate("window.shifted") == 0, address


def test_an_article_asks_for_four_things_besides_pictures_on_a_phone(
    new_page: NewPage, newsstand: Newsstand
) -> None:
    """Its italics are the upright, slanted; a wider screen gets true ones."""
    kinds: list[str] = []
    page = new_page(viewport=(412, 823))
    page.on("request", lambda request: kinds.append(request.resource_type))
    page.goto(newsstand.article.url, wait_until="networkidle")
    asked = sorted(kind for kind in kinds if kind not in {"image", "other"})
    assert asked == ["document", "font", "script", "stylesheet"]
    assert page.locator("i").first.evaluate("each => getComputedStyle(each).fontStyle") == "italic"
    # Ways out that stand one below the other are hit with a thumb.
    links = page.locator(".meta p > a")
    assert min(box["height"] for each in links.all() if (box := each.bounding_box())) >= 24
    with page.expect_request(lambda request: "italic" in request.url):
        page.set_viewport_size({"width": 1280, "height": 800})


def test_an_article_weighs_at_most_sixty_kilobytes(client: Client, newsstand: Newsstand) -> None:
    parts = [client.get(newsstand.article.url).content]
    for name in ("css/site.css", "js/reader.js"):
        found = finders.find(name)
        assert found, name
        with open(found, "rb") as file:
            parts.append(file.read())
    assert sum(len(gzip.compress(part)) for part in parts) <= COMPRESSED_LIMIT


def test_print_shows_the_whole_extract_and_nothing_to_press(
    page: Page, newsstand: Newsstand
) -> None:
    page.goto(newsstand.article.url)
    page.emulate_media(media="print")
    expect(page.get_by_text(FOLDED_WORDS)).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(3)
    printed = page.get_by_role("link", name="The rule").evaluate(
        "link => getComputedStyle(link, '::after').content"
    )
    assert "https://rule.example/" in printed


def test_print_is_black_on_white_also_in_the_dark(new_page: NewPage, newsstand: Newsstand) -> None:
    page = new_page(colour_scheme="dark")
    page.goto(newsstand.article.url)
    page.emulate_media(media="print", color_scheme="dark")
    colours = page.evaluate(
        "(() => { const style = getComputedStyle(document.documentElement);"
        " return [style.color, style.backgroundColor]; })()"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_the_keyboard_reaches_the_content_first(page: Page, newsstand: Newsstand) -> None:
    page.goto(newsstand.article.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_previews_alone_bring_the_editors_bar(client: Client, newsstand: Newsstand) -> None:
    for address in newsstand.addresses:
        assert b"wagtail-userbar" not in client.get(address).content, address

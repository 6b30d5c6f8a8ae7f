"""The harness must notice what it promises to notice, or every other browser test proves little."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from wagtail.models import Page as WagtailPage
from wagtail.models import Site

from tests.functional.conftest import LoginAs, NewPage, Role
from tests.functional.harness_urls import FAULTY, GOOD
from tests.functional.journal import Journal

pytestmark = pytest.mark.urls("tests.functional.harness_urls")


def test_a_good_page_gives_no_fault(page: Page, journal: Journal, axe: Callable[..., None]) -> None:
    page.goto("/good/")
    axe(page)
    assert journal.faults == []


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/inline/", r"^CSP report: script-src.* stopped inline"),
        ("/elsewhere/", "^request to another host: GET https://elsewhere.example/dot.png"),
        ("/throws/", "^uncaught in a script: .*thrown on purpose"),
        ("/missing/", "^console: .*404"),
        ("/broken/", "^server error: 500 for GET"),
    ],
)
def test_a_fault_in_a_page_is_noticed(
    page: Page, journal: Journal, address: str, fault: str
) -> None:
    page.goto(address, wait_until="networkidle")
    before = journal.faults
    journal.allow(fault)
    assert len(journal.faults) < len(before), before
    # The browser says some of them twice, each time in other words.
    journal.allow("console:")


def test_no_other_host_is_ever_reached(page: Page, journal: Journal) -> None:
    journal.allow("elsewhere.example")
    page.goto("/elsewhere/", wait_until="networkidle")
    width = page.locator("img").evaluate("image => image.naturalWidth")
    assert width == 0


@pytest.mark.parametrize(
    ("address", "rule"), [("/unlabelled/", "label"), ("/pale/", "color-contrast")]
)
def test_axe_names_the_rule_that_a_page_breaks(
    page: Page, axe: Callable[..., None], address: str, rule: str
) -> None:
    page.goto(address)
    with pytest.raises(AssertionError, match=rf"{rule} \(\w+\)"):
        axe(page)
    axe(page, within="h1")


def test_markup_is_checked_by_the_html_standard(html_valid: Callable[[str], None]) -> None:
    html_valid(GOOD % ("", FAULTY["good"]))
    with pytest.raises(AssertionError, match=r"<b>|Unclosed|misnested"):
        html_valid(GOOD % ("", FAULTY["unclosed"]))


def test_each_page_gets_the_visitor_it_asked_for(
    page: Page, phone_page: Page, dark_page: Page, page_without_javascript: Page
) -> None:
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    for visitor in (page, phone_page, dark_page):
        visitor.goto("/good/")
    assert (page.evaluate("innerWidth"), page.evaluate(dark)) == (1280, False)
    assert phone_page.evaluate("innerWidth") == 320
    assert dark_page.evaluate(dark) is True


def test_javascript_can_be_off(page_without_javascript: Page) -> None:
    page_without_javascript.goto("/inline/")
    assert page_without_javascript.title() == "A page"


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_browser_test_writes_is_gone_after_it(site: Site, time: str) -> None:
    root = WagtailPage.get_first_root_node()
    assert root is not None
    titles = list(root.get_children().values_list("title", flat=True))
    assert "Left behind" not in titles
    root.add_child(instance=WagtailPage(title="Left behind", slug="left-behind"))
    assert Site.objects.count() == 1


@pytest.mark.parametrize("role", ["admin", "editor", "reviewer", "moderator", "campaigner"])
@pytest.mark.urls("cms.urls")
def test_every_role_can_enter_the_admin(page: Page, login_as: LoginAs, role: Role) -> None:
    user = login_as(page, role)
    response = page.goto("/admin/")
    assert response is not None
    assert (response.status, page.url.endswith("/admin/")) == (200, True)
    assert user.username == role


def test_two_visitors_share_nothing(new_page: NewPage) -> None:
    first, second = new_page(), new_page()
    first.goto("/good/")
    second.goto("/good/")
    first.evaluate("localStorage.setItem('mark', '1')")
    assert second.evaluate("localStorage.getItem('mark')") is None

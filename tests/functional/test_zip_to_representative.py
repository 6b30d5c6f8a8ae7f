"""From a ZIP code to a representative, as a person with a telephone, a keyboard and no JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from wagtail.models import Site

from advocacy.models import Office
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory
from tests.factories.districts import load_map
from tests.functional.conftest import NewPage
from tests.functional.journal import Journal

TELEPHONE = (360, 640)


@pytest.fixture
def california(site: Site) -> None:
    """A ZIP code in three districts, one of them vacant, and a letter to whoever it is."""
    load_map({"90210": "CA-30 CA-32 CA-36", "99501": "AK-0", "53703": "WI-2"})
    for name, office, state, district in (
        ("Laura Friedman", Office.REPRESENTATIVE, "CA", "30"),
        ("Brad Sherman", Office.REPRESENTATIVE, "CA", "32"),
        ("Alex Padilla", Office.SENATOR, "CA", ""),
        ("Adam B. Schiff", Office.SENATOR, "CA", ""),
        ("Nick Begich", Office.REPRESENTATIVE, "AK", "0"),
    ):
        slug = name.lower().replace(" ", "-").replace(".", "")
        ChannelFactory(
            representative=RepresentativeFactory(
                slug=slug, name=name, office=office, state=state, district=district
            )
        )
    LetterFactory(slug="plan-before-the-fire", title="Plan before the fire")


def tab_to(wanted: Locator) -> None:
    """Press Tab until this has the focus."""
    for _ in range(60):
        wanted.page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab never reaches {wanted}")


@pytest.mark.usefixtures("california")
@pytest.mark.parametrize("javascript", [False, True])
def test_a_keyboard_leads_from_a_zip_code_to_the_member(
    new_page: NewPage, javascript: bool
) -> None:
    page = new_page(viewport=TELEPHONE, javascript=javascript)
    page.goto("/representatives/")
    tab_to(page.get_by_label("Your ZIP code"))
    page.keyboard.type("90210-1234")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your representatives")).to_be_visible()
    expect(page.get_by_text("90210 lies in 3 districts")).to_be_visible()
    expect(page.get_by_role("heading", name="Vacant")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE[0]
    tab_to(page.get_by_role("link", name="Representative Brad Sherman", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Representative Brad Sherman")).to_be_visible()
    assert page.url.endswith("/representatives/brad-sherman/")
    assert page.evaluate("document.referrer") == ""


@pytest.mark.usefixtures("california")
def test_a_slip_is_mended_where_it_was_made(new_page: NewPage) -> None:
    page = new_page(viewport=TELEPHONE, javascript=False)
    page.goto("/representatives/?letter=plan-before-the-fire")
    page.get_by_label("Your ZIP code").fill("9021O")
    page.keyboard.press("Enter")
    field = page.get_by_label("Your ZIP code")
    expect(field).to_be_focused()
    expect(field).to_have_value("9021O")
    expect(field).to_have_accessible_description(
        "Five digits, as in 53703. We do not keep it. There is a letter in it. A ZIP code has "
        "digits only: is the letter O a zero, or the letter l a one?"
    )
    field.fill("99501")
    page.keyboard.press("Enter")
    # The letter came along.
    link = page.get_by_role("link", name="Send the letter to Representative Nick Begich")
    expect(link).to_have_attribute("href", "/letters/plan-before-the-fire/?to=nick-begich")


@pytest.mark.usefixtures("california")
def test_a_zip_code_that_is_in_no_map_leads_to_the_state(new_page: NewPage) -> None:
    page = new_page(viewport=TELEPHONE, javascript=False)
    page.goto("/representatives/?zip=20500")
    expect(page.get_by_text("Our map does not know the ZIP code 20500.")).to_be_visible()
    page.get_by_role("link", name="Alaska").click()
    expect(page.get_by_role("heading", name="Alaska")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Representative Nick Begich")).to_be_visible()


@pytest.mark.usefixtures("california")
def test_no_request_beside_the_lookup_carries_the_zip_code(page: Page, journal: Journal) -> None:
    told: list[str] = []
    page.on("request", lambda request: told.append(request.headers.get("referer", "")))
    page.goto("/representatives/")
    page.get_by_label("Your ZIP code").fill("90210")
    page.get_by_role("button", name="Find them").click()
    page.get_by_role("link", name="All representatives, state by state").click()
    expect(page.get_by_role("heading", name="Representatives", exact=True)).to_be_visible()
    assert len([address for address in journal.requests if "90210" in address]) == 1
    assert not [address for address in told if "90210" in address]


@pytest.mark.usefixtures("california")
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_answer(
    new_page: NewPage, axe: Callable[..., None], colour_scheme: str
) -> None:
    page = new_page(viewport=TELEPHONE, colour_scheme=colour_scheme)  # type: ignore[arg-type]
    for query in (
        "",
        "?zip=90210",
        "?zip=90210&letter=plan-before-the-fire",
        "?zip=20500",
        "?zip=9021O",
    ):
        page.goto(f"/representatives/{query}")
        axe(page)

"""Two people write in one article, each in a browser; the second to save is told, and chooses."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from news.models import ArticlePage
from tests.factories.news import article
from tests.functional.conftest import LoginAs, NewPage
from tests.functional.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_second_to_save_is_told_and_nothing_of_either_is_lost(
    new_page: NewPage, login_as: LoginAs, journal: Journal
) -> None:
    # Where the second's autosave comes before the warning, the server refuses it.
    journal.allow("400")
    first, second = new_page(), new_page(viewport=(400, 800), colour_scheme="dark")
    made = article(save_as=login_as(first, "admin"))
    login_as(second, "editor")
    for page in (first, second):
        page.goto(f"/admin/pages/{made.pk}/edit/")

    first.fill("#id_introduction", "What the first wrote.")
    save(first)
    expect(first.get_by_text("has been updated")).to_be_visible()
    second.fill("#id_introduction", "What the second wrote.")
    # As whoever comes back from another tab; otherwise the browser asks every ten seconds.
    second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.get_by_role("button", name="Admin saved a new version")).to_be_visible()
    save(second)
    question = second.get_by_role("dialog", name="Admin saved a new version")
    expect(question).to_contain_text("will overwrite the changes made by Admin")

    # One looks at what the other wrote, in another tab, and then keeps one's own.
    with second.expect_popup() as popup:
        question.get_by_role("link", name="View latest version").click()
    expect(popup.value.locator("#id_introduction")).to_have_value("What the first wrote.")
    popup.value.close()
    expect(second.locator("#id_introduction")).to_have_value("What the second wrote.")
    assert introductions(made)[-1] == "What the first wrote."
    question.get_by_role("button", name="Save draft").click()
    expect(second.get_by_text("has been updated")).to_be_visible()
    assert introductions(made)[-2:] == ["What the first wrote.", "What the second wrote."]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").first.click()


def introductions(made: ArticlePage) -> list[str]:
    """Of all versions, the latest last."""
    return [row.content["introduction"] for row in made.revisions.order_by("pk")]

"""Blocks that somebody adds in the editor."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.factories.news import article
from tests.functional.conftest import LoginAs

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_items_of_two_new_groups_are_told_apart(page: Page, login_as: LoginAs) -> None:
    """Else a reader who ticks the first of one would tick the first of the other."""
    made = article(save_as=login_as(page, "editor"))
    page.goto(f"/admin/pages/{made.pk}/edit/#tab-commentary")
    for number in range(2):
        page.locator('[data-contentpath="to_do"] button[title="Insert a block"]').last.click()
        page.locator("[role=option]:visible", has_text="Group").first.click()
        page.fill(f"[name=to_do-{number}-value-heading]", f"Part {number}")
        page.fill(f"[name=to_do-{number}-value-items-0-value-text]", f"Read page {number}.")
    with page.expect_navigation():
        page.locator("footer button:visible", has_text="Save draft").click()
    made.refresh_from_db()
    groups = made.get_latest_revision_as_object().to_do
    ids = [item.id for group in groups for item in group.value["items"].bound_blocks]
    assert len(ids) == len(set(ids)) == 2

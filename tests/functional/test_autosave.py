"""What autosave stores when somebody goes on typing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, Route

from news.models import ArticlePage
from tests.factories.news import article
from tests.functional.conftest import LoginAs

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_typed_while_an_autosave_is_on_its_way_is_stored_too(
    page: Page, login_as: LoginAs
) -> None:
    made = article(save_as=login_as(page, "editor"))
    sent: list[str] = []

    def answer_late(route: Route, request: Request) -> None:
        if request.method != "POST" or "application/json" not in request.headers["accept"]:
            route.continue_()
            return
        sent.append(request.post_data or "")
        response = route.fetch()
        if len(sent) == 1:
            # Here the server has stored the first words, and the browser does not know yet.
            page.evaluate(
                "document.querySelector('#id_introduction').value = 'Typed a moment later.'"
            )
        route.fulfill(response=response)

    page.route(f"**/admin/pages/{made.pk}/edit/", answer_late)
    page.goto(f"/admin/pages/{made.pk}/edit/")
    page.wait_for_timeout(2_500)  # Wagtail looks for changes from then on.
    page.fill("#id_introduction", "Typed first.")
    assert stored(page, made) == "Typed a moment later."

    # And then there is nothing more to store.
    page.wait_for_timeout(2_500)
    assert ["Typed first." in data for data in sent] == [True, False]
    assert page.get_attribute("[data-edit-form]", "data-w-unsaved-has-edits-value") == "false"


def stored(page: Page, made: ArticlePage) -> str:
    """The introduction of the latest version, once the second words had time to arrive."""
    introduction = ""
    for _ in range(100):
        made.refresh_from_db()
        introduction = made.get_latest_revision_as_object().introduction
        if "later" in introduction:
            break
        page.wait_for_timeout(200)
    return introduction

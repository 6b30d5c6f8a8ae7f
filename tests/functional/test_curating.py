"""A moderator fills the links under an article, by keyboard, by hand, and without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from wagtail.models import Site

from news.models import ArticlePage, Curation, RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.functional.conftest import LoginAs, NewPage
from tests.functional.journal import Journal

pytestmark = pytest.mark.django_db(transaction=True)

Status = RelatedLink.Status


@pytest.fixture
def story(site: Site) -> ArticlePage:
    """A live article with twelve suggestions."""
    page = article(live=True, title="Finish the pipes")
    for number in range(12):
        RelatedLinkFactory(
            article=page,
            status=Status.SUGGESTED,
            title=f"Report number {number:02}",
            score=1 - number / 100,
        )
    return page


def focused(page: Page) -> str:
    """The title of the row that has the focus."""
    return str(
        page.evaluate(
            "document.activeElement.closest('.dt-link')"
            "?.querySelector('.dt-link__title').textContent ?? ''"
        )
    )


def titles(page: Page, state: str) -> list[str]:
    return page.locator(f"[data-list={state}] > li .dt-link__title").all_inner_texts()


def order_of(story: ArticlePage) -> list[str]:
    return list(story.related_links.approved().values_list("title", flat=True))


def said(page: Page, text: str) -> None:
    expect(page.locator("[data-said]")).to_contain_text(text)


def test_ten_links_are_chosen_by_keyboard_alone_and_readers_see_ten(
    new_page: NewPage,
    login_as: LoginAs,
    story: ArticlePage,
    axe: Callable[..., None],
) -> None:
    moderator = new_page()
    login_as(moderator, "moderator")
    moderator.goto("/admin/related/")
    expect(moderator.locator(".dt-curation--live")).to_be_visible()
    keys = moderator.keyboard
    keys.press("j")
    assert focused(moderator) == "Report number 00"
    for number in range(9):
        keys.press("a")
        said(moderator, f"“Report number {number:02}” approved.")
        assert focused(moderator) == f"Report number {number + 1:02}"
    expect(moderator.locator("[data-shown]")).to_have_text("9 of 10 shown")
    expect(moderator.locator("[data-count=suggested]")).to_have_text("3")

    # The next is not about the story: rejected, taken back, and rejected with words of one's own.
    keys.press("r")
    keys.press("2")
    said(moderator, "“Report number 09” rejected.")
    assert focused(moderator) == "Report number 10"
    keys.press("u")
    said(moderator, "Undone: “Report number 09” rejected.")
    assert focused(moderator) == "Report number 09"
    keys.press("r")
    for _ in range(5):
        keys.press("Tab")
    keys.type("An advertisement")
    keys.press("Enter")
    expect(moderator.locator(".dt-link").filter(has_text="Report number 09")).to_have_attribute(
        "data-status", "rejected"
    )
    rejected = RelatedLink.objects.get(title="Report number 09")
    assert rejected.rejected_because == "An advertisement"

    # Two are ticked and approved together: one more than readers see.
    keys.press("x")
    keys.press("j")
    keys.press("x")
    keys.press("a")
    said(moderator, "2 links approved. Readers see the first 10")
    keys.press("?")
    expect(moderator.get_by_role("dialog", name="Keys")).to_be_visible()
    axe(moderator, within="main")
    keys.press("Escape")
    axe(moderator, within="main")

    # The last moves up past the one before it, and readers see ten in that order.
    moderator.goto(f"/admin/related/?article={story.pk}")
    expect(moderator.locator(".dt-curation--live")).to_be_visible()
    for _ in range(11):
        keys.press("j")
    assert focused(moderator) == "Report number 11"
    keys.press("Shift+K")
    said(moderator, "moved")
    assert focused(moderator) == "Report number 11"
    assert titles(moderator, "approved")[-2:] == ["Report number 11", "Report number 10"]
    axe(moderator, within="main")

    reader = new_page()
    reader.goto(story.url)
    expect(reader.get_by_role("heading", name="10 related articles")).to_be_visible()
    shown = reader.locator(".related li a").all_inner_texts()
    assert shown == [*(f"Report number {number:02}" for number in range(9)), "Report number 11"]


def test_links_are_dragged_into_another_order_and_back(
    page: Page, login_as: LoginAs, story: ArticlePage
) -> None:
    story.related_links.update(status=Status.SUGGESTED)
    for number, link in enumerate(story.related_links.order_by("title")[:4]):
        RelatedLink.objects.filter(pk=link.pk).update(status=Status.APPROVED, position=number)
    login_as(page, "moderator")
    page.goto(f"/admin/related/?article={story.pk}")
    expect(page.locator(".dt-curation--live")).to_be_visible()
    handle = page.locator("[data-list=approved] > li").nth(3).locator("[data-handle]")
    first = page.locator("[data-list=approved] > li").first.bounding_box()
    assert first is not None
    handle.hover()
    page.mouse.down()
    page.mouse.move(first["x"] + 20, first["y"] + 30, steps=5)
    page.mouse.move(first["x"] + 20, first["y"] + 2, steps=5)
    page.mouse.up()
    said(page, "“Report number 03” moved.")
    expected = ["Report number 03", "Report number 00", "Report number 01", "Report number 02"]
    assert order_of(story) == expected == titles(page, "approved")
    page.locator("[data-undo]").click()
    said(page, "Undone")
    assert titles(page, "approved") == sorted(expected) == order_of(story)


def test_who_comes_second_sees_beside_the_row_who_was_first(
    new_page: NewPage, login_as: LoginAs, story: ArticlePage
) -> None:
    one, two = new_page(), new_page()
    login_as(one, "moderator")
    login_as(two, "admin")
    for page in (one, two):
        page.goto("/admin/related/")
        expect(page.locator(".dt-curation--live")).to_be_visible()
        page.keyboard.press("j")
    one.keyboard.press("a")
    said(one, "approved")
    two.keyboard.press("r")
    two.keyboard.press("1")
    row = two.locator(".dt-link").first
    expect(row.locator(".dt-link__note")).to_have_text(
        "Moderator has approved this link meanwhile."
    )
    expect(row).to_have_attribute("data-status", "approved")


def test_when_the_session_is_over_nothing_is_lost_and_it_is_said(
    page: Page, login_as: LoginAs, story: ArticlePage, journal: Journal
) -> None:
    journal.allow(r"status of 403")
    login_as(page, "moderator")
    page.goto("/admin/related/")
    expect(page.locator(".dt-curation--live")).to_be_visible()
    row = page.locator(".dt-link").first
    row.get_by_text("Reject", exact=True).click()
    row.locator("input[type=text]").fill("An advertisement")
    # The session has ended in another tab: the answer is the login form.
    page.context.clear_cookies()
    row.locator("[data-typed]").click()
    said(page, "Log in in another tab")
    expect(row.locator("input[type=text]")).to_have_value("An advertisement")
    assert not Curation.objects.exists()
    login_as(page, "moderator")


def test_beside_an_article_the_links_are_chosen_without_touching_the_article(
    page: Page,
    login_as: LoginAs,
    story: ArticlePage,
    axe: Callable[..., None],
    journal: Journal,
) -> None:
    journal.allow(r"status of 422")
    login_as(page, "admin")
    page.goto(f"/admin/pages/{story.pk}/edit/")
    revisions = story.revisions.count()
    page.get_by_role("tab", name="Related links").click()
    panel = page.locator(".dt-related")
    expect(panel.locator(".dt-curation--live")).to_be_visible()
    axe(page, within=".dt-related")
    first = panel.locator("[data-list=suggested] > li").first
    first.get_by_role("button", name="Approve").click()
    said(page, "“Report number 00” approved.")
    assert titles(page, "approved") == ["Report number 00"]
    panel.get_by_label("Add a link by its address").fill("https://127.0.0.1/inside")
    page.keyboard.press("Enter")
    expect(panel.get_by_label("Title")).to_be_focused()
    page.keyboard.type("From inside")
    page.keyboard.press("Enter")
    said(page, "“From inside” added.")
    assert order_of(story) == ["Report number 00", "From inside"]
    # Autosave has had time to take any of it for a change of the article, had it heard of it.
    page.wait_for_timeout(1500)
    assert story.revisions.count() == revisions
    expect(page.locator("form[data-edit-form]")).to_have_count(1)
    assert (
        page.evaluate(
            "[...new FormData(document.querySelector('form[data-edit-form]')).keys()]"
            ".filter((name) => ['link', 'order', 'address', 'because'].includes(name))"
        )
        == []
    )


def test_without_a_script_every_button_works(
    page_without_javascript: Page, login_as: LoginAs, story: ArticlePage
) -> None:
    page = page_without_javascript
    login_as(page, "moderator")
    page.goto("/admin/related/")
    row = page.locator(".dt-link").filter(has_text="Report number 00")
    row.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("“Report number 00” approved.").first).to_be_attached()
    row = page.locator(".dt-link").filter(has_text="Report number 01")
    row.get_by_text("Reject", exact=True).click()
    row.get_by_role("button", name="Too old").click()
    assert RelatedLink.objects.get(title="Report number 01").rejected_because == "Too old"
    for number in ("02", "03"):
        page.locator(".dt-link").filter(has_text=f"number {number}").get_by_role("checkbox").check()
    page.get_by_role("button", name="Approve the ticked").click()
    assert order_of(story) == [f"Report number {number}" for number in ("00", "02", "03")]
    page.goto(f"/admin/related/?article={story.pk}")
    last = page.locator("[data-list=approved] > li").last
    last.get_by_role("button", name="Move up").click()
    assert order_of(story) == [f"Report number {number}" for number in ("00", "03", "02")]
    page.get_by_role("button", name="Undo").click()
    assert order_of(story) == [f"Report number {number}" for number in ("00", "02", "03")]

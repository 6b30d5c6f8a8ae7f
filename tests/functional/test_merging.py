"""An editor merges tags in a browser without scripts, and takes it back; another uses the keyboard."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect
from wagtail.models import Site

from news.models import ArticlePage
from tests.factories.news import SourceFactory, article
from tests.functional.conftest import LoginAs


def tagged(*tags: str) -> ArticlePage:
    page = article(title="Lead pipes by the lake")
    latest = page.get_latest_revision_as_object()
    latest.tags.set(tags)
    latest.save_revision().publish()
    return page


def tags_of(page: ArticlePage) -> set[str]:
    return set(ArticlePage.objects.get(pk=page.pk).tags.names())


def test_tags_are_merged_and_parted_without_scripts(
    page_without_javascript: Page, login_as: LoginAs, site: Site
) -> None:
    page, found = page_without_javascript, tagged("climat", "water")
    tagged("climate")
    login_as(page, "editor")
    page.goto(reverse("news_tags"))
    for name in ("climat", "climate"):
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    page.get_by_role("button", name="Merge the chosen tags").click()
    page.get_by_role("radio", name="climate", exact=True).check()
    page.get_by_role("button", name="See what it touches").click()
    expect(page.get_by_role("heading", name="“climat” becomes part of “climate”")).to_be_visible()
    page.get_by_role("button", name="Merge into “climate”").click()
    expect(page.get_by_text("1 tag merged into “climate”")).to_be_visible()
    assert tags_of(found) == {"climate", "water"}
    page.get_by_role("button", name="Undo: “climat” into “climate”").click()
    expect(page.get_by_text("All 2 places name it again")).to_be_visible()
    assert tags_of(found) == {"climat", "water"}


def test_a_source_is_merged_from_its_editor_by_keyboard(
    page: Page, login_as: LoginAs, site: Site
) -> None:
    old, into = SourceFactory(name="Gazete"), SourceFactory(name="Gazette")
    found = article(source=old)
    login_as(page, "editor")
    page.goto(reverse("wagtailsnippets_news_source:edit", args=[old.pk]))
    page.get_by_role("button", name="Actions").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Merge into…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Merge into", exact=True).focus()
    page.keyboard.type("gazette")
    page.keyboard.press("Enter")
    expect(page.get_by_text("article that is not live")).to_be_visible()
    page.get_by_role("button", name="Merge into “Gazette”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 source merged into “Gazette”")).to_be_visible()
    found.refresh_from_db()
    assert found.source == into

"""A reader subscribes, changes and ends the newsletter; an editor composes an issue and sends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from post_office.models import Email
from pytest_django import Settings
from wagtail.models import Site

from cms.core import mail
from cms.newsletter import mailings, subscriptions
from cms.newsletter.models import Mailing, Subscriber
from news.models import ArticlePage, Issue
from news.newsletters import rendering
from tests.factories.news import CategoryFactory, article
from tests.factories.newsletter import SubscriberFactory
from tests.functional.conftest import LoginAs, NewPage

PHONE = (360, 740)


def live(title: str, **fields: Any) -> ArticlePage:
    page = article(title=title, live=True, **fields)
    ArticlePage.objects.filter(pk=page.pk).update(first_published_at=timezone.now())
    return page


def link_in(row: Email, path: str) -> str:
    found = re.search(rf"https?://\S*{path}\S*", row.message)
    assert found is not None, row.message
    return found[0]


def last_mail(settings: Settings) -> Email:
    mail._background.wait()
    row = Email.objects.order_by("pk").last()
    assert row is not None
    return row


@pytest.fixture
def _kept_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails wait in the outbox, so that their links can be read."""
    monkeypatch.setattr(mail, "wake_after_commit", lambda: None)


@pytest.mark.usefixtures("_kept_mails")
@pytest.mark.parametrize("javascript", [True, False])
def test_a_reader_subscribes_changes_and_ends_it(
    new_page: NewPage,
    site: Site,
    settings: Settings,
    axe: Callable[..., None],
    javascript: bool,
) -> None:
    water = CategoryFactory.create(name="Rivers")
    CategoryFactory.create(name="Judges")
    page = new_page(viewport=PHONE, javascript=javascript)

    def look() -> None:
        if javascript:
            axe(page)

    page.goto("/subscribe/")
    look()
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Once a day").check()
    page.get_by_label("Rivers").check()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link_in(last_mail(settings), "/subscribe/confirm/"))
    expect(page.get_by_text("about Rivers")).to_be_visible()
    look()
    page.get_by_role("button", name="Begin the newsletter").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    ada = Subscriber.objects.confirmed().get()
    assert (ada.frequency, ada.topics) == ("daily", [str(water.pk)])
    page.goto(subscriptions.preferences_address(ada))
    expect(page.get_by_label("Once a day")).to_be_checked()
    expect(page.get_by_label("Rivers")).to_be_checked()
    look()
    page.get_by_label("Once a week").check()
    page.get_by_label("Judges").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is done.")).to_be_visible()
    ada.refresh_from_db()
    assert ada.frequency == "weekly"
    assert len(ada.topics) == 2
    page.goto(subscriptions.unsubscribe_address(ada))
    look()
    page.get_by_role("button", name="End it", exact=True).click()
    expect(page.get_by_role("heading", name="It has ended")).to_be_visible()
    page.goto(subscriptions.preferences_address(ada))
    expect(page.get_by_text("No newsletter is sent to")).to_be_visible()
    look()
    page.get_by_role("button", name="Erase all of it").click()
    expect(page.get_by_role("heading", name="It is erased")).to_be_visible()
    assert not Subscriber.objects.exists()


def test_an_editor_composes_previews_tests_and_sends_an_issue(
    page: Page, site: Site, login_as: LoginAs, axe: Callable[..., None]
) -> None:
    SubscriberFactory.create_batch(3, confirmed=True)
    live("Committee votes for the pipes")
    live("Court hears the towns")
    login_as(page, "editor")
    page.goto("/admin/")
    page.get_by_role("link", name="Newsletter issues").click()
    page.get_by_role("link", name="Add newsletter issue").first.click()
    expect(page.get_by_role("textbox", name="Subject")).to_have_value(re.compile("Court hears"))
    page.get_by_role("textbox", name="Subject").fill("What we did this week")
    # There and back again, without looking for the button of the block that was moved.
    articles = page.locator("[data-streamfield-child]")
    expect(articles.first).to_contain_text("Court hears the towns")
    articles.first.get_by_role("button", name="Move down").focus()
    page.keyboard.press("Enter")
    expect(articles.first).to_contain_text("Committee votes for the pipes")
    up = articles.nth(1).get_by_role("button", name="Move up")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(articles.first).to_contain_text("Court hears the towns")
    down = articles.first.get_by_role("button", name="Move down")
    expect(down).to_be_focused()
    page.keyboard.press("Enter")
    axe(page, within="main", without=(".Draftail-Editor", "[data-streamfield]", ".w-panel"))
    page.get_by_role("button", name=re.compile(r"^(Create|Save)$")).first.click()
    expect(page.get_by_text("3 subscribers would get it now")).to_be_visible()
    text = page.get_by_label("Text of the mail")
    expect(text).to_contain_text(re.compile("Committee votes.*Court hears", re.DOTALL))
    axe(page, within="main")
    page.get_by_role("button", name="Send a test to me").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A test is on its way to editor@example.org.")).to_be_visible()
    page.get_by_role("button", name="Send it to 3 subscribers").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The issue is being sent.")).to_be_visible()
    mailings.send(Mailing.objects.get().pk)
    page.reload()
    expect(page.get_by_text("3 of 3 sent")).to_be_visible()
    axe(page, within="main")
    mail._background.wait()


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [(1280, 900), (360, 740)])
def test_the_mail_reads_well_in_light_and_dark_and_narrow(
    new_page: NewPage,
    site: Site,
    axe: Callable[..., None],
    viewport: tuple[int, int],
    colour_scheme: str,
    tmp_path: Path,
) -> None:
    issue = Issue(subject="What we did this week", covers_until=timezone.now())
    issue.introduction = '<p>Two things moved. <a href="https://example.org/">Here</a> is why.</p>'
    issue.content = [
        (
            "article",
            {"article": live("Committee votes for the pipes"), "words": "", "picture": True},
        ),
        ("heading", "In the courts"),
        ("article", {"article": live("Court hears the towns"), "words": "", "picture": False}),
        ("quote", {"quote": "We have waited long enough.", "attribution": "Tammy Baldwin"}),
        ("paragraph", "<ul><li>Call before Tuesday.</li><li>Write to the committee.</li></ul>"),
    ]
    html = rendering.specimen(rendering.render(issue)).alternatives[0][0]
    page = new_page(viewport=viewport, colour_scheme=colour_scheme)  # type: ignore[arg-type]
    page.goto("about:blank")
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    axe(page)

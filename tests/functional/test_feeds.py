"""An editor adds a feed, polls it, and finds its stories; what fails says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from news.models import Feed
from tests.factories.news import FeedFactory, SourceFactory
from tests.fileserver import sending, trust_loopback
from tests.functional.conftest import LoginAs
from tests.news.feeds.documents import A_PAGE, rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, selling

POLL = "/admin/feeds/poll/"


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewsAgent]:
    trust_loopback(monkeypatch)
    with selling() as running:
        running.feeds["/news"] = feed(
            rss(rss_item(1, pubDate=""), rss_item(2, pubDate=""), rss_item(3, link="javascript:x"))
        )
        running.feeds["/page"] = sending(A_PAGE)
        yield running


def press(page: Page, name: str) -> None:
    """With the keyboard alone."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_an_editor_adds_a_feed_polls_it_and_finds_its_stories(
    page: Page, login_as: LoginAs, agent: NewsAgent, axe: Callable[..., None]
) -> None:
    login_as(page, "editor")
    source = SourceFactory.create(name="The Gazette")
    FeedFactory.create(source=source, address=agent.at("/page"), title="A page")
    page.goto("/admin/snippets/news/feed/add/")
    page.get_by_role("button", name="Choose source").click()
    page.get_by_role("link", name="The Gazette", exact=True).click()
    page.locator("#id_address").fill(agent.at("/news"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text(re.compile("Feed .* created"))).to_be_visible()
    page.goto("/admin/snippets/news/feed/")
    expect(page.get_by_role("link", name="A page", exact=True)).to_be_visible()
    axe(page, within="main")
    page.get_by_role("link", name="Poll now", exact=True).first.click()
    expect(page.get_by_role("button", name="Poll all feeds now")).to_be_visible()
    axe(page, within="main")
    press(page, "Poll all feeds now")
    # The page follows by itself.
    expect(page.get_by_text("2 of 2 polled, 2 new stories, 1 failed. Done.")).to_be_visible()
    expect(page.get_by_text("This is a web page, not a feed.")).to_be_visible()
    axe(page, within="main")
    page.get_by_role("link", name="The Gazette", exact=True).click()
    expect(page.get_by_text("Its last polls")).to_be_visible()
    page.get_by_text("1 remark").first.click()
    expect(page.get_by_text("begins with “javascript:”")).to_be_visible()
    axe(page, within="main")
    page.get_by_role("link", name="Its stories (2)").click()
    expect(page.get_by_text("Senate hears testimony on lead pipes, day 2")).to_be_visible()
    axe(page, within="main")
    page.goto("/admin/")
    expect(page.locator("#failing-feeds-section")).to_contain_text("It names a feed at")


def test_without_javascript_a_poll_is_followed_by_reloading(
    page_without_javascript: Page, login_as: LoginAs, agent: NewsAgent
) -> None:
    page = page_without_javascript
    login_as(page, "editor")
    here = FeedFactory.create(address=agent.at("/news"), title="The Gazette")
    page.goto(f"{POLL}?feed={here.pk}")
    page.get_by_role("button", name="Poll this feed now").click()
    done = page.get_by_text("1 of 1 polled, 2 new stories. Done.")
    for _ in range(300):
        if done.is_visible():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(done).to_be_visible()
    assert Feed.objects.get().state_in_words == "Works"

"""A whole day of the newsroom: from a feed that is polled to ten links that a reader sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from cms.llm.standin import StandIn
from news.likeness import suggesting
from news.models import ArticlePage, DraftRun, RelatedLink
from tests.factories.news import SourceFactory
from tests.fileserver import Answer, sending, trust_loopback
from tests.functional.conftest import LoginAs, NewPage
from tests.news.feeds.documents import rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, selling

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Senate passes lead pipe bill"
TEXT = (
    "The Senate voted sixty to forty on Tuesday to replace every lead pipe within ten years. Towns"
    " will be paid for half of the work, and have two years to say where their pipes are."
)
# What others say of it, each in words of its own.
OTHERS = (
    "What the lead pipe bill means for Ohio plumbers",
    "Lead pipe bill: governors ask who pays",
    "Milwaukee counts its lead pipes before the Senate bill",
    "Doctors welcome Senate vote on lead pipe replacement",
    "A senator explains her no to the lead pipe bill",
    "Water utilities fear the ten years of the pipe bill",
    "How Flint reads the Senate vote on lead pipes",
    "Lead pipe makers see shares fall after the bill",
    "Five questions on the lead pipe bill, answered",
    "Schools come first in the Senate bill on lead pipes",
    "House leaders promise quick vote on lead pipe bill",
    "Newark has no lead pipe left, and advice for the Senate",
)
PAPERS = ("The Courier", "The Herald", "The Tribune", "The Post")


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewsAgent]:
    """Five papers: one has the story, four have three reports of it each."""
    trust_loopback(monkeypatch)
    with selling() as running:
        running.feeds["/story"] = page_of_the_story
        lead = rss_item(1, title=TITLE, link=running.at("/story"), description=TEXT, pubDate="")
        papers = {"The Gazette": [lead]}
        for number, title in enumerate(OTHERS):
            item = rss_item(
                title=title, link=running.at(f"/others/{number}"), description="", pubDate=""
            )
            papers.setdefault(PAPERS[number % len(PAPERS)], []).append(item)
        for number, (name, items) in enumerate(papers.items()):
            running.carries(
                f"/feeds/{number}",
                feed(rss(*items, title=name)),
                source=SourceFactory.create(name=name),
                title=name,
            )
        yield running


def page_of_the_story(handler: BaseHTTPRequestHandler) -> None:
    """The page that the Gazette's feed leads to."""
    answer: Answer = sending(
        f'<!DOCTYPE html><html lang="en-US"><head><title>{TITLE}</title>'
        '<meta property="og:site_name" content="The Gazette">'
        '<meta property="og:description" content="Every lead pipe goes within ten years.">'
        '<meta property="article:published_time" content="2025-05-06T18:20:00-04:00"></head>'
        f"<body><article><h1>{TITLE}</h1><p>{TEXT}</p><p>Then. {TEXT}</p></article></body></html>"
        "".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )
    answer(handler)


@pytest.fixture
def model(settings: Settings) -> Iterator[StandIn]:
    """The stand-in behind the button."""
    with StandIn() as server:
        settings.OPENAI_BASE_URL = server.base_url
        settings.OPENAI_MODEL = "stand-in"
        yield server


def publish(page: Page) -> None:
    """Open the action menu and press Publish."""
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish").last.click()


def said(page: Page, text: str) -> None:
    expect(page.locator("[data-said]")).to_contain_text(text)


def focused(page: Page) -> str:
    """The title of the row that has the focus."""
    return str(
        page.evaluate(
            "document.activeElement.closest('.dt-link')"
            "?.querySelector('.dt-link__title').textContent ?? ''"
        )
    )


def test_from_a_feed_to_a_published_article_with_ten_links(
    new_page: NewPage,
    login_as: LoginAs,
    agent: NewsAgent,
    model: StandIn,
    axe: Callable[..., None],
) -> None:
    # The stories arrive.
    editor = new_page(viewport=(1280, 1000))
    login_as(editor, "editor")
    editor.goto("/admin/feeds/poll/")
    editor.get_by_role("button", name="Poll all feeds now").click()
    expect(editor.get_by_text("5 of 5 polled, 13 new stories. Done.")).to_be_visible()

    # One becomes an article.
    editor.get_by_role("link", name="The Gazette", exact=True).click()
    editor.get_by_role("link", name="Its stories (1)").click()
    editor.get_by_role("link", name=TITLE, exact=True).click()
    editor.get_by_role("link", name="Start an article", exact=True).last.click()
    editor.get_by_role("button", name="Read the page").click()
    expect(editor.get_by_label("Title")).to_have_value(TITLE)
    editor.get_by_role("button", name="Make the draft").click()
    expect(editor.get_by_text("Readers do not see it yet.")).to_be_visible()
    page = ArticlePage.objects.get(title=TITLE)
    assert page.source is not None
    assert page.source.name == "The Gazette"

    # The model drafts; a person reads and approves what the gate asks for.
    editor.get_by_role("tab", name="Commentary").click()
    editor.get_by_role("button", name="Draft commentary").click()
    expect(editor.locator(".dt-log p")).to_have_count(3)
    runs = DraftRun.objects.filter(page=page, status=DraftRun.Status.READY)
    assert runs.count() == 3
    wait_for_autosave(editor, page, [run.blocks[-1]["id"] for run in runs])
    reviewer = new_page()
    login_as(reviewer, "reviewer")
    reviewer.goto(f"/admin/review/{page.pk}/")
    for label in ("Opinion", "Action", "To Do"):
        reviewer.get_by_role("button", name=f"Approve {label}").click()
        expect(reviewer.get_by_text(f"{label}: approved.")).to_be_visible()

    # The sweep suggests; a moderator decides with the keyboard and nothing else.
    suggesting.suggest_stale()
    suggested = page.related_links.filter(status=RelatedLink.Status.SUGGESTED)
    assert suggested.count() >= 10
    moderator = new_page()
    login_as(moderator, "moderator")
    moderator.goto("/admin/related/")
    expect(moderator.locator(".dt-curation--live")).to_be_visible()
    moderator.keyboard.press("j")
    chosen = []
    for _ in range(10):
        title = focused(moderator)
        chosen.append(title)
        moderator.keyboard.press("a")
        said(moderator, f"“{title}” approved.")
    assert len(set(chosen)) == 10
    expect(moderator.locator("[data-shown]")).to_have_text("10 of 10 shown")
    axe(moderator, within="main")

    # Published, and read.
    editor.goto(f"/admin/pages/{page.pk}/edit/")
    publish(editor)
    expect(editor.get_by_text("has been published")).to_be_visible()
    page.refresh_from_db()
    reader = new_page()
    reader.goto(page.url)
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(reader.get_by_role("heading", name="10 related articles")).to_be_visible()
    assert reader.locator(".related li a").all_inner_texts() == chosen
    assert TITLE not in chosen


def wait_for_autosave(page: Page, made: ArticlePage, ids: list[str]) -> None:
    """Until the latest version holds all of these blocks."""
    for _ in range(600):
        version = made.get_latest_revision()
        if version and all(each in str(version.content) for each in ids):
            return
        made.refresh_from_db()
        page.wait_for_timeout(200)
    raise AssertionError("Autosave stored no version that holds the drafts.")

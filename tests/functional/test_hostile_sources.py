"""A source that writes scripts into everything it sends: nowhere in the newsroom does one run."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import Page, expect

from news.likeness import suggesting
from news.models import ArticlePage, RelatedLink
from tests.factories.news import RelatedLinkFactory, SourceFactory
from tests.fileserver import sending, trust_loopback
from tests.functional.conftest import LoginAs, NewPage
from tests.news.feeds.documents import rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, selling

pytestmark = pytest.mark.django_db(transaction=True)

HURT = "window.hurt=(window.hurt||0)+1"
PAYLOADS = (
    f"<script>{HURT}</script>",
    f"<img src=x onerror={HURT}>",
    f"<svg onload={HURT}><script>{HURT}</script></svg>",
    f"\"><img src=x onerror='{HURT}'>",
    f"' autofocus onfocus={HURT} x='",
    f"</title></textarea></script><script>{HURT}</script>",
    f"<details open ontoggle={HURT}>",
    f'<iframe srcdoc="<script>parent.{HURT}</script>"></iframe>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={HURT}>",
    f'<a href="java\tscript:{HURT}">here</a>',
    "{{ 7|add:1 }}{% debug %}",
)
ALL = " ".join(PAYLOADS)


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewsAgent]:
    """A feed of such items, escaped as a careful liar does, and the page of one of them."""
    trust_loopback(monkeypatch)
    with selling() as running:
        items = [
            rss_item(
                number,
                title=f"Senate pipe bill {number} {escape(payload)}",
                description=f"{payload} {escape(payload)}",
                author=f"{escape(payload)}",
                link=running.at(f"/story/{number}"),
                pubDate="",
            )
            for number, payload in enumerate(PAYLOADS)
        ]
        bad = rss_item(99, title=escape(ALL), link=f"javascript:{HURT}", pubDate="")
        content = rss(*items, bad, title=escape(escape(PAYLOADS[0])))
        running.carries("/feed", feed(content), source=SourceFactory.create(name=PAYLOADS[1]))
        text = f"The Senate voted on pipes. {escape(ALL)} Every town has ten years to finish it."
        story = (
            f'<!DOCTYPE html><html lang="en"><head><title>{escape(ALL)}</title>'
            f'<meta property="og:site_name" content="{escape(PAYLOADS[3])}">'
            f'<meta name="author" content="{escape(PAYLOADS[1])}">'
            '<meta property="article:published_time" content="2025-05-06T18:20:00-04:00"></head>'
            f"<body><article><h1>Pipe bill {escape(ALL)}</h1><p>{text}</p><p>{ALL}</p>"
            f'<p>Then again. {text} <a href="javascript:{HURT}">Read on</a></p></article></body></html>'
        )
        running.feeds["/pasted"] = sending(
            story.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        )
        yield running


def unhurt(page: Page) -> None:
    """The test's journal fails for whatever a policy had to stop; here nothing got as far."""
    page.wait_for_load_state("load")
    assert page.evaluate("window.hurt") is None, page.url
    assert page.locator("[onerror], [onload], [onfocus], [ontoggle], [srcdoc]").count() == 0


def test_no_script_of_a_source_runs_anywhere(
    new_page: NewPage, login_as: LoginAs, agent: NewsAgent
) -> None:
    editor = new_page()
    login_as(editor, "admin")
    editor.goto("/admin/feeds/poll/")
    editor.get_by_role("button", name="Poll all feeds now").click()
    expect(editor.get_by_text(f"{len(PAYLOADS)} new stories. Done.")).to_be_visible()
    unhurt(editor)
    editor.goto("/admin/news/story/")
    unhurt(editor)

    # From its page to a draft, and to readers.
    editor.goto("/admin/news/start/")
    editor.get_by_label("Address").fill(agent.at("/pasted"))
    editor.get_by_role("button", name="Read the page").click()
    expect(editor.get_by_role("button", name="Make the draft")).to_be_visible()
    unhurt(editor)
    editor.get_by_label("No picture").check()
    editor.get_by_role("button", name="Make the draft").click()
    expect(editor.get_by_role("tab", name="Related links")).to_be_visible()
    unhurt(editor)
    page = ArticlePage.objects.get()
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.source is not None

    # Beside it: what was suggested, and what a link check or a colleague wrote down.
    suggesting.suggest_now(page)
    assert page.related_links.filter(status=RelatedLink.Status.SUGGESTED).exists()
    for status in RelatedLink.Status.values:
        RelatedLinkFactory.create(
            article=page,
            status=status,
            title=ALL[:300],
            publisher=PAYLOADS[3],
            explanation=ALL[:300],
            rejected_because=PAYLOADS[1],
            check_message=PAYLOADS[0],
            folded=[{"title": ALL, "publisher": ALL, "address": "https://elsewhere.example/"}],
        )
    moderator = new_page()
    login_as(moderator, "moderator")
    for address in (
        "/admin/",
        "/admin/related/?state=approved",
        f"/admin/related/?article={page.pk}",
        "/admin/related/",
    ):
        moderator.goto(address)
        unhurt(moderator)
    moderator.keyboard.press("j")
    moderator.keyboard.press("a")
    expect(moderator.locator("[data-said]")).to_contain_text("approved.")
    unhurt(moderator)

    reader = new_page()
    for address in (page.url, "/", "/news/", page.source.get_absolute_url(), "/search/?q=pipe"):
        reader.goto(address)
        unhurt(reader)

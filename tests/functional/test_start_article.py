"""From a pasted address to a draft that is ready for its commentary, in a minute."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from PIL import Image
from playwright.sync_api import expect

from news.models import ArticlePage
from tests.factories.news import CategoryFactory, article
from tests.fileserver import sending, serving, trust_loopback
from tests.functional.conftest import LoginAs, NewPage

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "Council closes the old mill bridge to lorries"
TEXT = (
    "The council voted seven to two on Monday night to close the old mill bridge, after engineers"
    " found cracks in three of its five piers. It will stay closed to lorries for two years."
)
PAGE = f"""<!DOCTYPE html><html lang="en-US"><head><title>{TITLE} | The Harrow Falls Courier</title>
<meta property="og:site_name" content="The Harrow Falls Courier">
<meta property="og:description" content="Engineers found cracks in three of five piers.">
<meta property="og:image" content="/bridge.jpg"><meta property="og:image:alt" content="The mill bridge">
<meta property="article:published_time" content="2025-05-06T18:20:00-04:00">
<meta name="author" content="Jane Okafor"></head>
<body><article><h1>{TITLE}</h1><p>First. {TEXT}</p><p>Second. {TEXT}</p></article></body></html>"""


def courier(handler: BaseHTTPRequestHandler) -> None:
    """The newspaper's server."""
    if handler.path == "/bridge.jpg":
        file = io.BytesIO()
        Image.new("RGB", (640, 400), "teal").save(file, "JPEG")
        sending(file.getvalue(), headers={"Content-Type": "image/jpeg"})(handler)
    else:
        sending(PAGE.encode(), headers={"Content-Type": "text/html; charset=utf-8"})(handler)


def test_an_editor_pastes_an_address_corrects_and_has_the_draft(
    new_page: NewPage,
    login_as: LoginAs,
    monkeypatch: pytest.MonkeyPatch,
    axe: Callable[..., None],
) -> None:
    trust_loopback(monkeypatch)
    CategoryFactory(name="Bridges", slug="bridges")
    article(
        title="Mill bridge closed to lorries by the council",
        source_published_at=datetime.datetime(2025, 5, 6, 12, tzinfo=datetime.UTC),
    )
    page = new_page(viewport=(1280, 1000))
    login_as(page, "editor")
    with serving(courier) as address:
        page.goto("/admin/")
        page.get_by_role("button", name="Newsroom").click()
        page.get_by_role("link", name="Start an article").click()
        # By keyboard alone: the field has the focus.
        expect(page.get_by_label("Address of the story")).to_be_focused()
        axe(page, within=".dt-start")
        page.keyboard.insert_text(address)
        page.keyboard.press("Enter")

        expect(page.get_by_label("Title")).to_have_value(TITLE)
        expect(page.get_by_text("1 article already covers this.")).to_be_visible()
        expect(page.get_by_text("May 6, 2025, 6:20 PM America/New_York")).to_be_visible()
        expect(page.get_by_text("Jane Okafor")).to_be_visible()
        axe(page, within=".dt-start")

        page.get_by_label("Title").fill("Old mill bridge closes to lorries")
        page.get_by_label("Domain of the new source").fill("courier.example")
        page.get_by_label("Credit").fill("Lena Marsh, Courier")
        page.get_by_label("Bridges").check()
        page.get_by_role("button", name="Make the draft").click()
        expect(page.locator("#id_title")).to_have_value("Old mill bridge closes to lorries")

    expect(page.get_by_text("Readers do not see it yet.")).to_be_visible()
    first = page.locator("[data-contentpath=body] .public-DraftEditor-content").first
    expect(first).to_contain_text("First. The council")
    expect(page.locator("#id_source_address")).to_have_value(address)
    made = ArticlePage.objects.get(title="Old mill bridge closes to lorries")
    assert not made.live
    assert made.lead_image is not None
    assert made.lead_image.credit == "Lena Marsh, Courier"
    assert [category.name for category in made.categories.all()] == ["Bridges"]
    assert made.source is not None
    assert made.source.name == "The Harrow Falls Courier"

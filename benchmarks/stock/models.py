"""The page."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from news.models import ArticlePage

STREAMS = ("body", "opinion", "action", "to_do")


def _same_blocks(name: str) -> StreamField:
    return StreamField(ArticlePage._meta.get_field(name).stream_block, blank=True)


class StockPage(Page):
    """The blocks of an article, and nothing else of ours."""

    body = _same_blocks("body")
    opinion = _same_blocks("opinion")
    action = _same_blocks("action")
    to_do = _same_blocks("to_do")

    content_panels = [*Page.content_panels, *map(FieldPanel, STREAMS)]

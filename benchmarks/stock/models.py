"""The page."""

from __future__ import annotations

from typing import Any

from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.snippets.blocks import SnippetChooserBlock

from news.models import ArticlePage

STREAMS = ("body", "opinion", "action", "to_do")


def as_wagtails(block: Any) -> Any:
    """The same block, made of Wagtail's own classes where ours do more, or less, than those."""
    if isinstance(block, SnippetChooserBlock):
        return SnippetChooserBlock(block._target_model, required=False)
    if isinstance(block, blocks.ListBlock):
        limits = {"min_num": block.meta.min_num, "max_num": block.meta.max_num}
        return blocks.ListBlock(as_wagtails(block.child_block), **limits)
    if isinstance(block, blocks.StreamBlock | blocks.StructBlock):
        made = blocks.StreamBlock if isinstance(block, blocks.StreamBlock) else blocks.StructBlock
        return made([(name, as_wagtails(child)) for name, child in block.child_blocks.items()])
    return block


def _same_blocks(name: str) -> StreamField:
    return StreamField(as_wagtails(ArticlePage._meta.get_field(name).stream_block), blank=True)


class StockPage(Page):
    """The blocks of an article, and nothing else of ours."""

    body = _same_blocks("body")
    opinion = _same_blocks("opinion")
    action = _same_blocks("action")
    to_do = _same_blocks("to_do")

    content_panels = [*Page.content_panels, *map(FieldPanel, STREAMS)]

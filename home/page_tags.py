"""What the front page and the pages about the newsroom touch when they change."""

from __future__ import annotations

from cms.core.page_cache import rows, tags
from home.models import HomePage, StandardPage


def listen() -> None:
    """Watch them: the footer of every page links to some, and all addresses are below the front page."""
    for model in (HomePage, StandardPage):
        rows.watch(model, "page", lists=[tags.SITE])

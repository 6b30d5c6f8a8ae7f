"""Extracts with what was looked for marked, safe to put into a page."""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.engine import CLOSE, OPEN


def marked(text: str) -> SafeString:
    """A text with its marks as elements; everything else in it is only text."""
    html = escape(text).replace(OPEN, "<mark>").replace(CLOSE, "</mark>")
    return mark_safe(html)  # noqa: S308 - escaped above; the marks are the only markup

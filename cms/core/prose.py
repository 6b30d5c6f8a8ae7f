"""Rich text, expanded for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page
from wagtail.rich_text import RichText, expand_db_html
from wagtail.rich_text.pages import PageLinkHandler

from cms.core.page_cache import tags
from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Sequence


class PageLinks(PageLinkHandler):
    """Links to pages of ours: one query, whatever types the pages have."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, Any]]) -> list[Page | None]:
        """The pages named, in order; None, which makes no link, where readers would find nothing."""
        ids = [attrs.get("id", "") for attrs in attrs_list]
        wanted = {row_id(number) for number in ids} - {0}
        # Also those that nobody can open yet.
        tags.show(*(f"page:{number}" for number in wanted))
        pages = Page.objects.live().filter(pk__in=wanted).only("url_path", "live")
        found = {str(page.pk): page for page in pages}
        return [found.get(number) for number in ids]


_SEPARATOR = "<!-- next text -->"


def expand_all(texts: Sequence[RichText]) -> None:
    """Expand many rich texts at once, so that their links cost one look-up and not one each.

    The result is kept on each text; the filter ``prose`` shows it.
    """
    joined = expand_db_html(_SEPARATOR.join(text.source for text in texts))
    parts = joined.split(_SEPARATOR)
    if len(parts) == len(texts):
        for text, html in zip(texts, parts, strict=True):
            text.expanded = html


def expanded(text: RichText | str) -> SafeString:
    """A rich text as readers get it, expanded now unless ``expand_all`` has done it."""
    html = getattr(text, "expanded", None)
    if html is None:
        html = expand_db_html(text.source if isinstance(text, RichText) else str(text))
    # Wagtail's editor keeps only the features that the block allows.
    return mark_safe(html)  # noqa: S308

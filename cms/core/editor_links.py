"""Links to pages in the editor's rich texts: looked up together, where Wagtail asks for each."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from wagtail.models import Page
from wagtail.rich_text import RichText
from wagtail.rich_text.rewriters import FIND_A_TAG, extract_attrs

from cms.core.row_ids import row_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Known = dict[str, dict[str, Any]]

# As long as a path's last step in the tree of pages.
STEP = Page.steplen
_at_hand: ContextVar[Known | None] = ContextVar("editor_links_at_hand", default=None)


def known(number: str) -> dict[str, Any]:
    """What the editor keeps of a link to a page: its address, and where it stands in the tree.

    A link whose page is gone stays one, to be mended.
    """
    at_hand = _at_hand.get()
    if at_hand is None:
        at_hand = _look_up([number])
    broken = {"id": row_id(number), "url": None, "parentId": None}
    return at_hand.get(number, broken)


@contextmanager
def gathered(values: Iterable[Any]) -> Iterator[None]:
    """While it lasts, the links in those values that are rich texts are known."""
    numbers = [
        attributes.get("id", "")
        for value in values
        if isinstance(value, RichText)
        for match in FIND_A_TAG.finditer(value.source)
        if (attributes := extract_attrs(match.group(1))).get("linktype") == "page"
    ]
    token = _at_hand.set(_look_up(numbers))
    try:
        yield
    finally:
        _at_hand.reset(token)


def _look_up(numbers: Iterable[str]) -> Known:
    wanted = {row_id(number) for number in numbers} - {0}
    if not wanted:
        return {}
    pages = list(Page.objects.filter(pk__in=wanted).only("path", "depth", "live", "url_path"))
    parents = dict(
        Page.objects.filter(path__in={page.path[:-STEP] for page in pages})
        .order_by()
        .values_list("path", "pk")
    )
    return {
        str(page.pk): {
            "id": page.pk,
            "url": page.url,
            "parentId": parents.get(page.path[:-STEP]),
        }
        for page in pages
    }

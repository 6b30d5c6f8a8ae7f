"""What a page shows while it is rendered, and what changed.

A tag names a row (``page:12``) or everything of a kind (``articles``, for whatever lists them).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.db import transaction

from cms.core.page_cache import purging, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every page shows it: the masthead, the footer, the site's own settings.
SITE = "site"
# Tags that begin so change often (the number of signatures): a page is made anew because of them
# at most once in ``versions.SOFT_SECONDS``.
SOFT = "count."

_shown: ContextVar[set[str] | None] = ContextVar("shown_on_this_page", default=None)


def show(*tags: str) -> None:
    """Note that the page which is being rendered shows this; nothing where none is recorded."""
    if (shown := _shown.get()) is not None:
        shown.update(tags)


def recording() -> set[str] | None:
    """What the page under way has shown so far; None where none is recorded."""
    return _shown.get()


@contextmanager
def collected() -> Iterator[set[str]]:
    """What is shown inside. It belongs to the page around it as well.

    Whoever keeps a part of a page keeps these tags with it, and shows them when the part is used.
    """
    outer = _shown.get()
    inner: set[str] = set()
    token = _shown.set(inner)
    try:
        yield inner
    finally:
        _shown.reset(token)
        if outer is not None:
            outer |= inner


def touch(*tags: str) -> None:
    """Make every page anew that shows one of these, once the transaction under way holds.

    Never earlier: a page made between would be the old one, and be kept. Never raises.
    """
    if tags:
        transaction.on_commit(lambda: touch_now(*tags), robust=True)


def touch_now(*tags: str) -> None:
    """The same, for what is committed already."""
    versions.touch(tags)
    purging.purge(tags)

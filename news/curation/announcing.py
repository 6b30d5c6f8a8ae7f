"""One place that says which articles show other links than before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import Signal
from wagtail.contrib.frontend_cache.utils import PurgeBatch, get_backends

from news.models import ArticlePage

if TYPE_CHECKING:
    from collections.abc import Collection

# Sent after the commit, with article_ids: a set of the articles whose pages have changed.
shown_links_changed = Signal()


def announce(article_ids: Collection[int]) -> None:
    """Say so once the transaction holds; of nothing, nothing is said."""
    ids = set(article_ids)
    if ids:
        transaction.on_commit(lambda: shown_links_changed.send(sender=ArticlePage, article_ids=ids))


def purge(article_ids: set[int], **kwargs: object) -> None:
    """Have the caches that the operator named forget these articles, where readers can open them."""
    if not get_backends():
        return
    batch = PurgeBatch()
    batch.add_pages(ArticlePage.objects.live().filter(pk__in=article_ids).defer_streamfields())
    batch.purge()

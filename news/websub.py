"""Telling a WebSub hub which feeds changed, so that readers' programs need not ask.

A feed that changed is a row, written with the change itself, so nothing is forgotten by a crash.
The hub is told after the commit by a job, or in the background where there is no worker: however
slow it is, publishing does not wait. What fails is tried again by the sweep.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend
from wagtail.signals import page_published, page_unpublished

from cms.core import fetching
from news.models import ArticlePage, Category, ChangedFeed

if TYPE_CHECKING:
    from collections.abc import Iterable

logger = logging.getLogger(__name__)

SECONDS = 15
# A hub takes several feeds at once.
AT_ONCE = 20
# How long after a failure the next attempt is due; the last one holds for all that follow.
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 360))
# After so many failures, four days, a feed is given up until it changes again.
MOST_ATTEMPTS = 20
# While one process tells the hub of a feed, no other does.
TAKEN_FOR = timedelta(minutes=2)
SITE_WIDE = ("feed_rss", "feed_atom", "feed_json")
_telling = threading.Lock()
OF_CATEGORY = ("category_feed_rss", "category_feed_atom", "category_feed_json")


def listen() -> None:
    """Note what is published and what is taken back."""
    for signal in (page_published, page_unpublished):
        signal.connect(_article_changed, sender=ArticlePage, dispatch_uid="tell the hub")


def feeds_of(categories: Iterable[int]) -> set[str]:
    """The site's feeds and those of categories, and of the categories above these."""
    paths = {reverse(name) for name in SITE_WIDE}
    rows = Category.objects.filter(pk__in=list(categories)).values_list("slug", "parent__slug")
    for slug in {slug for row in rows for slug in row if slug}:
        paths.update(reverse(name, args=[slug]) for name in OF_CATEGORY)
    return paths


def filed_under(article: ArticlePage) -> set[int]:
    """The categories that the stored article is in: before it is published anew, the former ones."""
    links = ArticlePage.categories.through.objects.filter(articlepage_id=article.pk)
    return set(links.values_list("category_id", flat=True))


def changed(categories: Iterable[int]) -> None:
    """Note that the feeds of these categories, and the site's, have changed."""
    if not settings.WEBSUB_HUB:
        return
    now = timezone.now()
    ChangedFeed.objects.bulk_create(
        [
            ChangedFeed(path=path, changed_at=now, due_at=now)
            for path in sorted(feeds_of(categories))
        ],
        update_conflicts=True,
        unique_fields=["path"],
        update_fields=["changed_at", "due_at", "attempts"],
    )
    # ``robust``: what goes wrong in here must not stop a publication, the rows are safe.
    transaction.on_commit(_wake, robust=True)


def _article_changed(instance: ArticlePage, **_: Any) -> None:
    if settings.WEBSUB_HUB:
        changed(filed_under(instance))


def tell_hub() -> str:
    """Tell the hub of all feeds that are due; what came of it, for whoever asked."""
    if not settings.WEBSUB_HUB:
        ChangedFeed.objects.all().delete()
        return "hub: none"
    told = failed = 0
    while rows := _take():
        if _tell(rows):
            told += len(rows)
        else:
            failed += len(rows)
    return f"hub: told of {told} feeds, {failed} to be tried again"


def _take() -> list[ChangedFeed]:
    """The next rows that are due, put off so that no other process takes them too."""
    now = timezone.now()
    taken = []
    for row in ChangedFeed.objects.filter(due_at__lte=now)[:AT_ONCE]:
        mine = ChangedFeed.objects.filter(pk=row.pk, due_at=row.due_at)
        if mine.update(due_at=now + TAKEN_FOR):
            row.due_at = now + TAKEN_FOR
            taken.append(row)
    return taken


def _tell(rows: list[ChangedFeed]) -> bool:
    form = [("hub.mode", "publish")]
    form += [("hub.url", f"{settings.SITE_URL}{row.path}") for row in rows]
    try:
        fetching.post(settings.WEBSUB_HUB, form, seconds=SECONDS)
    except fetching.FetchError as error:
        logger.warning("The hub was not told of %d feeds: %s", len(rows), error)
        for row in rows:
            _put_off(row)
        return False
    for row in rows:
        # What changed once more while the hub was told has another time, and stays.
        ChangedFeed.objects.filter(pk=row.pk, changed_at=row.changed_at).delete()
    return True


def _put_off(row: ChangedFeed) -> None:
    same = ChangedFeed.objects.filter(pk=row.pk, changed_at=row.changed_at)
    if row.attempts + 1 >= MOST_ATTEMPTS:
        same.delete()
        return
    wait = WAITS[min(row.attempts, len(WAITS) - 1)]
    same.update(attempts=F("attempts") + 1, due_at=timezone.now() + wait)


def _wake() -> None:
    from news.tasks import tell_of_changed_feeds  # noqa: PLC0415 - it calls this module

    if isinstance(tell_of_changed_feeds.get_backend(), ImmediateBackend):
        threading.Thread(target=_in_background, name="websub", daemon=True).start()
    else:
        tell_of_changed_feeds.enqueue()


def _in_background() -> None:
    """Where a failure has nobody to tell: the sweep tries again."""
    # One at a time; what it misses at its end, the sweep takes up.
    if not _telling.acquire(blocking=False):
        return
    try:
        tell_hub()
    except DatabaseError:
        logger.exception("Telling the hub failed.")
    finally:
        connections.close_all()
        _telling.release()

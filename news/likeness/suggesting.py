"""Suggestions beside articles: made, kept up as stories come, and never over a decision."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from news.likeness.choosing import as_rows, choose
from news.likeness.index import refresh
from news.models import ArticlePage, LikenessEntry, RelatedLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

# Articles that anybody still works on, or that readers still come to.
RECENT = timedelta(days=14)
# New stories come every minute; an article looks at them no more often than this.
AGAIN_AFTER = timedelta(minutes=10)
ARTICLES_A_SWEEP = 50
# What we keep of a suggestion while it waits.
KEPT_UP = ["title", "publisher", "published_at", "story", "page", "score", "explanation", "folded"]


@dataclass(frozen=True)
class Change:
    """What looking for suggestions changed beside an article, and how many wait there now."""

    added: int = 0
    removed: int = 0
    waiting: int = 0


def suggest_now(article: ArticlePage) -> Change:
    """Look for suggestions beside one article, and store them.

    Decided links stay as they are, as do suggestions that a person made. Safe to run twice at once.
    """
    refresh()
    return _look(article)


def stale() -> QuerySet[LikenessEntry]:
    """Entries of recent articles for which stories came since they were looked for.

    Those that waited longest come first.
    """
    now = timezone.now()
    newest = LikenessEntry.objects.aggregate(newest=Max("indexed_at"))["newest"] or now
    since = now - RECENT
    recent = Q(page__latest_revision_created_at__gte=since) | Q(page__last_published_at__gte=since)
    due = Q(suggested_at=None) | Q(suggested_at__lt=min(newest, now - AGAIN_AFTER))
    return LikenessEntry.objects.filter(recent & due, page__isnull=False).order_by(
        F("suggested_at").asc(nulls_first=True), "-pk"
    )


def suggest_stale(*, articles: int | None = ARTICLES_A_SWEEP) -> str:
    """Bring the index and the suggestions of stale articles up to date; for the sweep."""
    indexed = refresh()
    changes = [change for entry in stale()[:articles] if (change := _claimed(entry))]
    return (
        f"suggestions: {indexed} headlines indexed, {len(changes)} articles looked at,"
        f" {sum(change.added for change in changes)} added,"
        f" {sum(change.removed for change in changes)} removed"
    )


def suggest_for(
    articles: QuerySet[ArticlePage], *, told: Callable[[ArticlePage, Change], None]
) -> int:
    """Look for suggestions beside each of these; tells of each, and says how many failed."""
    refresh()
    failed = 0
    for article in articles.iterator(chunk_size=100):
        try:
            change = _look(article)
        except Exception:
            # Whatever is wrong with one article, the others are still to be done.
            failed += 1
            logger.exception("no suggestions for article %s", article.pk)
        else:
            told(article, change)
    return failed


def _look(article: ArticlePage) -> Change:
    entry = LikenessEntry.objects.filter(page_id=article.pk).first()
    if entry is None:
        return Change()
    LikenessEntry.objects.filter(pk=entry.pk).update(suggested_at=timezone.now())
    return _suggest(entry)


def _claimed(entry: LikenessEntry) -> Change | None:
    """Suggest, unless another process has begun since this entry was read."""
    unclaimed = LikenessEntry.objects.filter(pk=entry.pk, suggested_at=entry.suggested_at)
    if not unclaimed.update(suggested_at=timezone.now()):
        return None
    return _suggest(entry)


def _suggest(entry: LikenessEntry) -> Change:
    if entry.page_id is None:
        return Change()
    rows = {row.address: row for row in as_rows(entry.page_id, choose(entry))}
    ours = RelatedLink.objects.filter(article_id=entry.page_id, score__isnull=False)
    with transaction.atomic():
        # Whoever decides on one of these meanwhile comes before or after, not between.
        waiting = list(
            ours.filter(status=RelatedLink.Status.SUGGESTED).order_by("pk").select_for_update()
        )
        gone = [link.pk for link in waiting if link.address not in rows]
        RelatedLink.objects.filter(pk__in=gone).delete()
        changed = []
        for link in waiting:
            if row := rows.pop(link.address, None):
                for name in KEPT_UP:
                    setattr(link, name, getattr(row, name))
                changed.append(link)
        RelatedLink.objects.bulk_update(changed, KEPT_UP)
        known = set(
            RelatedLink.objects.filter(article_id=entry.page_id).values_list("address", flat=True)
        )
        new = [row for address, row in rows.items() if address not in known]
        # Two who add the same at once: the second finds it there.
        RelatedLink.objects.bulk_create(new, ignore_conflicts=True)
    return Change(added=len(new), removed=len(gone), waiting=len(changed) + len(new))

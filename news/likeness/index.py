"""The index that likeness is looked up in: kept up with stories and articles, on any database.

Its rows are in tables of their own, so every process asks the same index, none has to build it
first, and what is deleted is gone from it at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from news.likeness.words import words
from news.models import ArticlePage, LikenessEntry, LikenessPosting, LikenessWord, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

BATCH = 1000
# What one call of refresh() indexes at most; the next goes on from there.
BATCHES_AT_MOST = 20
# How common words are changes slowly: counted again when the index has changed by this share.
COUNT_AGAIN = 0.05
# No story of a time before that is kept for as long as this, unless it is used.
LOOKS_BACK = timedelta(days=30)


def refresh(*, batches: int = BATCHES_AT_MOST) -> int:
    """Index what is new or has changed, newest first, and say how many headlines that were.

    Two may run at once: each row is written once, whoever comes first.
    """
    indexed = 0
    for changed in (_changed_stories, _changed_articles):
        for _ in range(batches):
            wanted = changed()[:BATCH]
            if not wanted:
                break
            _write(wanted)
            indexed += len(wanted)
    if indexed:
        _count_if_due()
    return indexed


def minute(moment: datetime) -> int:
    """Minutes since 1970."""
    return int(moment.timestamp() // 60)


def _changed_stories() -> Sequence[LikenessEntry]:
    stories = Story.objects.filter(
        Q(likeness=None)
        | ~Q(likeness__title=F("title"))
        | ~Q(likeness__published_at=F("published_at"))
    ).order_by("-pk")
    now = timezone.now()
    return [
        LikenessEntry(
            story_id=pk,
            title=title,
            published_at=published_at,
            language=primary_language(language),
            words=" ".join(words(title)),
            indexed_at=now,
        )
        for pk, title, published_at, language in stories.values_list(
            "pk", "title", "published_at", "language"
        )[:BATCH]
    ]


def indexed_articles() -> Any:
    """Articles, live or not, with their ``headline`` and the ``moment`` of what they tell.

    The headline is what readers see, or what editors do until it is live. An article that looks
    back on something long past tells what matters when it is written.
    """
    headline = models.Case(
        models.When(Q(live=False) & ~Q(draft_title=""), then=F("draft_title")),
        default=F("title"),
    )
    written = Coalesce("first_published_at", "latest_revision_created_at")
    long_before = models.ExpressionWrapper(F("written") - LOOKS_BACK, models.DateTimeField())
    moment = models.Case(
        models.When(source_published_at__lt=long_before, then=F("written")),
        default=Coalesce("source_published_at", "written"),
    )
    articles = ArticlePage.objects.filter(alias_of=None).annotate(written=written)
    return articles.annotate(headline=headline, moment=moment).exclude(moment=None)


def _changed_articles() -> Sequence[LikenessEntry]:
    articles = (
        indexed_articles()
        .filter(
            Q(likeness=None)
            | ~Q(likeness__title=F("headline"))
            | ~Q(likeness__published_at=F("moment"))
        )
        .order_by("-pk")
    )
    now = timezone.now()
    return [
        LikenessEntry(
            page_id=pk,
            title=title,
            published_at=published_at,
            language=primary_language(language),
            words=" ".join(words(title)),
            indexed_at=now,
        )
        for pk, title, published_at, language in articles.values_list(
            "pk", "headline", "moment", "locale__language_code"
        )[:BATCH]
    ]


def primary_language(tag: str) -> str:
    """The language alone: "en" of "en-US"."""
    return tag.replace("_", "-").split("-")[0].strip().lower()[:8]


def _write(entries: Sequence[LikenessEntry]) -> None:
    """Put headlines into the index; what it held of them before goes."""
    of_what = "story_id" if entries[0].story_id else "page_id"
    # One order for everybody, so that two who write the same never wait for one another.
    entries = sorted(entries, key=lambda entry: getattr(entry, of_what))
    with transaction.atomic():
        LikenessEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=[of_what],
            update_fields=["title", "published_at", "language", "words", "indexed_at"],
        )
        pks = dict(
            LikenessEntry.objects.filter(
                **{f"{of_what}__in": [getattr(entry, of_what) for entry in entries]}
            ).values_list(of_what, "pk")
        )
        LikenessPosting.objects.filter(entry__in=pks.values()).delete()
        LikenessPosting.objects.bulk_create(
            _postings(entries, pks, of_what), ignore_conflicts=True, batch_size=5 * BATCH
        )


def _postings(
    entries: Iterable[LikenessEntry], pks: dict[int, int], of_what: str
) -> list[LikenessPosting]:
    return [
        LikenessPosting(
            word=word,
            minute=minute(entry.published_at),
            entry_id=pks[getattr(entry, of_what)],
            weight=len(stored) ** -0.5,
        )
        for entry in entries
        for stored in [entry.words.split()]
        for word in stored
    ]


def _count_if_due() -> None:
    """Count in how many headlines each word stands, where the last count is too far off."""
    headlines = LikenessEntry.objects.count()
    counted = counts([""]).get("", 0)
    if abs(headlines - counted) > COUNT_AGAIN * counted:
        count()


def count() -> None:
    """Count in how many headlines each word stands."""
    with transaction.atomic():
        # Whoever else counts waits here.
        LikenessWord.objects.get_or_create(word="", defaults={"headlines": 0})
        LikenessWord.objects.select_for_update().get(word="")
        by_word = LikenessPosting.objects.values_list("word").annotate(n=Count("pk"))
        common = dict(by_word.filter(n__gt=1))
        LikenessWord.objects.exclude(word="").delete()
        LikenessWord.objects.bulk_create(
            (LikenessWord(word=word, headlines=number) for word, number in common.items()),
            batch_size=BATCH,
        )
        LikenessWord.objects.filter(word="").update(headlines=LikenessEntry.objects.count())


def counts(asked: Iterable[str]) -> dict[str, int]:
    """In how many headlines each of these words stands, and under "" how many there are."""
    return dict(LikenessWord.objects.filter(word__in=list(asked)).values_list("word", "headlines"))

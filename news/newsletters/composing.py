"""What goes into an issue: what was published since the last one for the same readers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone

from cms.newsletter.letters import subject_of
from news.models.articles import ArticlePage
from news.models.issues import Audience, Issue, IssueArticle, IssueStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cms.core.models import User

# How far back the first issue goes, and no issue more than twice as far: after a long pause nobody
# wants a month of news.
PERIOD = {
    Audience.EACH: timedelta(days=1),
    Audience.DAILY: timedelta(days=1),
    Audience.WEEKLY: timedelta(days=7),
    Audience.EVERYBODY: timedelta(days=7),
}
ARTICLES_AT_MOST = 30
WITH_PICTURE = 3


def published_since_the_last(audience: Audience, *, until: datetime) -> list[ArticlePage]:
    """What such an issue would hold, newest first: published, and in no issue to these readers.

    Three queries.
    """
    last = Issue.objects.filter(
        audience=audience, status=IssueStatus.BEGUN, covers_until__lt=until
    ).aggregate(last=Max("covers_until"))["last"]
    period = PERIOD[audience]
    since = max(last, until - 2 * period) if last else until - period
    held = IssueArticle.objects.filter(
        audience__in={audience, Audience.EVERYBODY}, issue__status=IssueStatus.BEGUN
    )
    return list(
        ArticlePage.objects.live()
        .public()
        .filter(first_published_at__gt=since, first_published_at__lte=until)
        .exclude(pk__in=held.values("article"))
        .newest()
        .for_cards()[:ARTICLES_AT_MOST]
    )


def prefilled(audience: Audience, *, by: User | None) -> Issue:
    """An issue that an editor goes on with; not saved."""
    now = timezone.now()
    found = published_since_the_last(audience, until=now)
    issue = compose(audience=audience, articles=found, until=now)
    issue.created_by = by
    issue.subject = subject_of([article.title for article in found])
    return issue


def compose(*, audience: Audience, articles: Sequence[ArticlePage], until: datetime) -> Issue:
    """An issue with these articles, in their order; not saved."""
    issue = Issue(audience=audience, covers_until=until)
    issue.content = [
        (
            "article",
            {"article": article, "words": "", "picture": place < WITH_PICTURE},
        )
        for place, article in enumerate(articles)
    ]
    return issue

"""Issues that compose themselves: each article when it has been up for a while, daily, weekly.

An automatic issue holds what was published since the last issue for the same readers, whether that
one was composed by hand or not. A constraint on the period, and one on each article, keep two sweeps
from making it twice. Nothing new, or nobody to read it: no issue.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from cms.newsletter.letters import subject_of
from cms.newsletter.models import Subscriber
from news.models.articles import ArticlePage
from news.models.issues import Audience, Issue, IssueArticle, NewsletterSettings
from news.newsletters import composing, rendering, sending

if TYPE_CHECKING:
    from collections.abc import Sequence


def send_due(now: datetime | None = None) -> int:
    """Make and begin what is due; how many issues. Safe at any time, and twice at once."""
    now = now or timezone.now()
    rules = NewsletterSettings.of_default_site()
    begun = 0
    if rules.automatic_each:
        begun += _each(now, timedelta(minutes=rules.delay))
    if rules.automatic_daily:
        begun += _periodic(Audience.DAILY, last_time(now, hour=rules.hour))
    if rules.automatic_weekly:
        begun += _periodic(Audience.WEEKLY, last_time(now, hour=rules.hour, weekday=rules.weekday))
    return begun


def last_time(now: datetime, *, hour: int, weekday: int | None = None) -> datetime:
    """When it was last that hour in the site's zone, on that day of the week if one is given.

    An hour that a change of the clocks leaves out is the one after it.
    """
    zone = timezone.get_default_timezone()
    day = now.astimezone(zone).date()
    while True:
        found = datetime.combine(day, time(hour), tzinfo=zone)
        if found <= now and weekday in {None, day.weekday()}:
            return found
        day -= timedelta(days=1)


def _periodic(audience: Audience, due: datetime) -> int:
    period = f"{audience}:{due.astimezone(timezone.get_default_timezone()):%Y-%m-%d}"
    if not _has_readers(audience) or Issue.objects.filter(period=period).exists():
        return 0
    articles = composing.published_since_the_last(audience, until=due)
    return _make(audience, articles, period=period, until=due)


def _each(now: datetime, delay: timedelta) -> int:
    """All articles that are due go into one issue, so that ten at once are one mail."""
    if not _has_readers(Audience.EACH):
        return 0
    held = IssueArticle.objects.filter(audience__in={Audience.EACH, Audience.EVERYBODY})
    articles = list(
        ArticlePage.objects.live()
        .public()
        .filter(
            # By the last publication: mending a mistake begins the delay anew.
            last_published_at__lte=now - delay,
            first_published_at__gt=now - composing.PERIOD[Audience.EACH] - delay,
        )
        .exclude(pk__in=held.values("article"))
        .newest()
        .for_cards()[: composing.ARTICLES_AT_MOST]
    )
    newest = articles[0].pk if articles else 0
    return _make(Audience.EACH, articles, period=f"each:{newest}", until=now - delay)


def _make(
    audience: Audience, articles: Sequence[ArticlePage], *, period: str, until: datetime
) -> int:
    """Write the issue down, then begin it; 1 if it has begun."""
    if not articles:
        return 0
    issue = composing.compose(audience=audience, articles=articles, until=until)
    issue.period = period
    issue.name = subject_of([article.title for article in articles])
    try:
        # As a whole or not at all: an issue that was made and not begun would never be made again.
        with transaction.atomic():
            issue.save()
            if audience == Audience.EACH:
                IssueArticle.objects.bulk_create(
                    [
                        IssueArticle(issue=issue, article=article, audience=audience)
                        for article in articles
                    ]
                )
            return _begin(issue)
    except IntegrityError:
        # Another sweep is making it.
        return 0


def _begin(issue: Issue) -> int:
    try:
        sending.begin(issue=issue, by=None)
    except (sending.IssueRefusedError, rendering.IssueBrokenError) as problem:
        sending.hold(issue, str(problem))
        return 0
    return 1


def _has_readers(audience: Audience) -> bool:
    return Subscriber.objects.confirmed().filter(frequency__in=audience.frequencies).exists()

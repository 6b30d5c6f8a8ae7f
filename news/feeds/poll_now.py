"""Polling at somebody's wish: begun at once, done by a job, followed by counting rows.

Nothing is kept of the wish but that its feeds are due. Should its job be killed, the sweep polls
them; should two people press at once, each feed is polled for both.
"""

from __future__ import annotations

import datetime
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connections, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend

from cms.core import jobs
from news.feeds import polling
from news.models import Feed, FeedPoll

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

PERMISSION = "news.change_feed"


@dataclass(frozen=True)
class Progress:
    """How far a poll has come that somebody asked for."""

    total: int
    done: int
    failed: int
    added: int

    @property
    def is_over(self) -> bool:
        """Whether each feed was asked."""
        return self.done >= self.total


def begin(feeds: QuerySet[Feed]) -> datetime.datetime:
    """Have the feeds polled that are turned on; the moment from which their polls count."""
    now = timezone.now()
    feeds.filter(enabled=True).update(next_poll_at=now)
    # What goes wrong in here must not turn a page into an error: the feeds are due, whatever comes.
    transaction.on_commit(_start, robust=True)
    return now


def progress(feeds: QuerySet[Feed], *, since: datetime.datetime) -> Progress:
    """How many of the feeds have been asked since then, and what they brought."""
    # Turned off by its own poll, a feed counts all the same.
    wanted = feeds.filter(Q(enabled=True) | Q(polled_at__gte=since))
    polled = wanted.filter(polled_at__gte=since)
    added = FeedPoll.objects.filter(feed__in=wanted, started_at__gte=since)
    return Progress(
        total=wanted.count(),
        done=polled.count(),
        failed=polled.filter(failures__gt=0).count(),
        added=added.aggregate(added=Sum("added"))["added"] or 0,
    )


def take_up() -> None:
    """Have feeds polled whose claim ran out: whoever held them may be gone."""
    if Feed.objects.filter(enabled=True, claimed_until__range=jobs.lately()).exists():
        _start()


def _start() -> None:
    from news.feeds.tasks import poll_feeds  # noqa: PLC0415 - the task calls back into this package

    if isinstance(poll_feeds.get_backend(), ImmediateBackend):
        # Nothing here runs jobs after the answer, and servers that are slow must not slow a page.
        threading.Thread(target=_poll_quietly, name="poll feeds", daemon=True).start()
    else:
        poll_feeds.enqueue()


def _poll_quietly() -> None:
    """Poll where a failure has nobody to tell: the feeds stay due for the sweep."""
    try:
        polling.poll_due()
    except Exception:
        logger.exception("Polling feeds failed.")
    finally:
        connections.close_all()

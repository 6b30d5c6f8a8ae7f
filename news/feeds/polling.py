"""Polls: who asks which feed when, and what comes of it.

Threads only ask, and touch no database; the one that called reads and writes, feed by feed.
"""

from __future__ import annotations

import datetime
import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cms.core.fetching import UNCHANGED, Fetched, FetchError, fetch
from news.feeds import stories
from news.feeds.reading import FeedRefusedError, read
from news.models import Feed, FeedPoll

logger = logging.getLogger(__name__)

AT_ONCE = 8
SECONDS = 20.0
# Feeds of newsrooms have some ten thousand bytes; an archive of 50,000 items has ten million.
MOST_BYTES = 20_000_000
ACCEPT = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/rdf+xml,"
    " application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
GONE = 410
# With these answers, servers say when they want to be asked again.
BUSY = {429, 503}
LONGEST_WAIT = datetime.timedelta(days=7)
# Longer than any poll takes: its request has a deadline, its size a limit. Short enough that what a
# killed worker held is polled within two minutes.
CLAIM = datetime.timedelta(seconds=100)
LONGEST_PAUSE = datetime.timedelta(days=1)
# Feeds of one sweep; what is due beyond that is taken by the next.
MOST_OF_A_SWEEP = 500
INTERRUPTED = "It was interrupted, as happens when a process is ended. The next poll goes on."


@dataclass
class Report:
    """What the polls of one run brought."""

    read: int = 0
    unchanged: int = 0
    failed: int = 0
    # Held by another process, or no longer wanted.
    passed_over: int = 0
    added: int = 0
    changed: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return (
            f"{self.read} read, {self.unchanged} unchanged, {self.failed} failed;"
            f" {self.added} stories added, {self.changed} changed, {self.refused} items refused"
        )


def due(now: datetime.datetime) -> list[Feed]:
    """The feeds whose time has come and that nobody holds, the longest overdue first."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    feeds = Feed.objects.filter(free, enabled=True, next_poll_at__lte=now)
    return list(feeds.order_by("next_poll_at", "pk")[:MOST_OF_A_SWEEP])


def poll_due() -> str:
    """Poll what is due, and clear up after processes that were killed; says what came of it."""
    now = timezone.now()
    FeedPoll.objects.filter(outcome=FeedPoll.Outcome.RUNNING, started_at__lt=now - CLAIM).update(
        outcome=FeedPoll.Outcome.FAILED, message=INTERRUPTED, ended_at=now
    )
    return f"feeds: {poll(due(now))}"


def poll(
    feeds: Iterable[Feed], *, polled: Callable[[Feed, FeedPoll | None], None] | None = None
) -> Report:
    """Ask each of the feeds once, a few at once, and never two of one host at once.

    Safe to run twice at once: a feed that somebody holds is passed over.

    Args:
        feeds: Due or not.
        polled: Is told of each feed when it is done; without a poll, it was passed over.
    """
    report = Report()
    hosts: dict[str, deque[Feed]] = {}
    for feed in feeds:
        hosts.setdefault(urlsplit(feed.address).hostname or "", deque()).append(feed)
    waiting = deque(hosts.values())
    asked: dict[Future[Fetched], tuple[Feed, FeedPoll, deque[Feed]]] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feed") as pool:
        while waiting or asked:
            while waiting and len(asked) < AT_ONCE:
                of_host = waiting.popleft()
                feed = of_host.popleft()
                row = claim(feed)
                if row is not None:
                    future = pool.submit(_ask, feed.address, feed.etag, feed.last_modified)
                    asked[future] = feed, row, of_host
                    continue
                report.passed_over += 1
                if of_host:
                    waiting.append(of_host)
                if polled is not None:
                    polled(feed, None)
            done, _ = wait(asked, return_when=FIRST_COMPLETED)
            for future in done:
                feed, row, of_host = asked.pop(future)
                if of_host:
                    waiting.append(of_host)
                _finish(feed, row, future)
                _count(report, row)
                if polled is not None:
                    polled(feed, row)
    return report


def claim(feed: Feed) -> FeedPoll | None:
    """Take the feed for one poll; None where somebody else has it, or it is gone.

    The feed is as it stands now: another process may just have been told something new.
    """
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    # Whoever listed the feed before another process polled it has nothing left to do.
    as_listed = Q(polled_at=feed.polled_at) if feed.polled_at else Q(polled_at=None)
    taken = Feed.objects.filter(free, as_listed, pk=feed.pk, enabled=feed.enabled).update(
        claimed_until=now + CLAIM
    )
    if not taken:
        return None
    feed.refresh_from_db()
    return FeedPoll.objects.create(feed=feed, started_at=now)


def _ask(address: str, etag: str, last_modified: str) -> Fetched:
    return fetch(
        address,
        most_bytes=MOST_BYTES,
        seconds=SECONDS,
        accept=ACCEPT,
        etag=etag,
        last_modified=last_modified,
    )


def _finish(feed: Feed, row: FeedPoll, future: Future[Fetched]) -> None:
    """Write down what a request brought; whatever it is, the other feeds go on."""
    now = timezone.now()
    asked_at = feed.address
    try:
        with transaction.atomic():
            _succeeded(feed, row, future.result(), now)
            _store(feed, row, asked_at=asked_at, now=now)
    except FetchError as error:
        wanted = error.retry_after if error.status in BUSY else None
        _failed(feed, row, str(error), now, wanted=wanted, gone=error.status == GONE)
    except FeedRefusedError as error:
        _failed(feed, row, str(error), now)
    except Exception:
        # A fault of ours in one feed is no reason to leave the others.
        logger.exception("Polling feed %s failed.", feed.pk)
        feed.refresh_from_db()
        row.refresh_from_db()
        _failed(feed, row, "A fault of this program kept it from being read; see its log.", now)
    else:
        return
    with transaction.atomic():
        _store(feed, row, asked_at=asked_at, now=now)


def _succeeded(feed: Feed, row: FeedPoll, answer: Fetched, now: datetime.datetime) -> None:
    if answer.status == UNCHANGED:
        row.outcome = FeedPoll.Outcome.UNCHANGED
    else:
        _read(feed, row, answer, now)
    feed.failures, feed.last_error = 0, ""
    feed.next_poll_at = now + datetime.timedelta(minutes=feed.every)
    if answer.permanent and answer.address != feed.address:
        _move(feed, row, answer.address)


def _read(feed: Feed, row: FeedPoll, answer: Fetched, now: datetime.datetime) -> None:
    charset = f"; charset={answer.charset}" if answer.charset else ""
    reading = read(
        answer.content,
        address=answer.address,
        content_type=f"{answer.content_type}{charset}",
        now=now,
    )
    kept = stories.keep(feed=feed, items=reading.items, now=now)
    row.outcome = FeedPoll.Outcome.READ
    row.items = len(reading.items) + reading.problems.refused
    row.added, row.changed = kept.added, kept.changed
    row.refused = reading.problems.refused
    row.problems = reading.problems.told()
    if not row.items:
        row.message = "It has no items."
    feed.etag, feed.last_modified = answer.etag, answer.last_modified
    feed.title = feed.title or reading.title


def _move(feed: Feed, row: FeedPoll, address: str) -> None:
    """Ask at the new address from now on: what is there was just read."""
    if Feed.objects.filter(address=address).exists():
        row.message = f"It has moved to {address}, which is another feed here. One of them can go."
        return
    row.message = f"It has moved from {feed.address} to {address} for good; we ask there now."
    feed.address = address


def _failed(
    feed: Feed,
    row: FeedPoll,
    message: str,
    now: datetime.datetime,
    *,
    wanted: int | None = None,
    gone: bool = False,
) -> None:
    """Wait twice as long with each failure, up to a day, and as long as the server asks for."""
    every = datetime.timedelta(minutes=feed.every)
    feed.failures += 1
    doubled = every * 2 ** min(feed.failures, 12)
    # Seconds as a server writes them may be more than any calendar has.
    asked_for = min(datetime.timedelta(seconds=min(wanted or 0, 10**8)), LONGEST_WAIT)
    pause = max(min(doubled, LONGEST_PAUSE), every, asked_for)
    feed.next_poll_at = now + pause
    if gone:
        message = f"{message} It was turned off; find its new address, or delete it."
        feed.enabled = False
    row.outcome, row.message = FeedPoll.Outcome.FAILED, message
    feed.last_error = message


def _store(feed: Feed, row: FeedPoll, *, asked_at: str, now: datetime.datetime) -> None:
    """Let go of the feed. What people may have changed meanwhile is written only where it must be."""
    feed.polled_at = row.ended_at = now
    row.save()
    told = {
        "etag": feed.etag[:500],
        "last_modified": feed.last_modified[:100],
        "failures": feed.failures,
        "last_error": feed.last_error,
        "next_poll_at": feed.next_poll_at,
    }
    if not feed.enabled:
        told["enabled"] = False
    if feed.address != asked_at:
        told["address"] = feed.address
    # Nothing of it is true of an address that somebody has written there since.
    Feed.objects.filter(pk=feed.pk, address=asked_at).update(**told)
    Feed.objects.filter(pk=feed.pk, title="").update(title=feed.title)
    Feed.objects.filter(pk=feed.pk).update(polled_at=now, claimed_until=None)


def _count(report: Report, row: FeedPoll) -> None:
    report.read += row.outcome == FeedPoll.Outcome.READ
    report.unchanged += row.outcome == FeedPoll.Outcome.UNCHANGED
    report.failed += row.outcome == FeedPoll.Outcome.FAILED
    report.added += row.added
    report.changed += row.changed
    report.refused += row.refused

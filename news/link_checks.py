"""Whether related links still lead somewhere.

A link that fails is asked once more, hours later, before anybody is told; one that is known to be
broken is asked again each day, and recovers by itself. Readers see it until a moderator decides:
hosts that refuse programs look dead to us only.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from wagtail.log_actions import log

from cms.core.fetching import FetchError, Reason, check
from cms.core.models import User
from news.models import RelatedLink
from news.models.related import CHECK_AGAIN_AFTER

# By the clock: for one address, and for all that are asked in one go.
SECONDS = 10.0
ALTOGETHER = 40.0
HOSTS_AT_ONCE = 4
# A sweep has other work: one address of each of so many hosts, out of so many that are due.
BATCH = 12
LOOKED_AT = 2000
# A moderator waits for it.
MOST_NOW = 20
BROKEN_AT = 2
# What hosts say to programs, or to whoever has not signed in or paid, or when they are busy.
SAYS_NOTHING = {401, 402, 403, 405, 406, 407, 408, 421, 423, 425, 426, 428, 429, 451, 503}


@dataclass
class Report:
    """What came of some checks; links by their number.

    Attributes:
        checked: How many were asked.
        left: How many were not, for want of time or of a way out of this server.
        broken: Those that are broken as of now.
        mended: Those that were, and are no longer.
    """

    checked: int = 0
    left: int = 0
    broken: list[int] = field(default_factory=list)
    mended: list[int] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Count what came of a further batch."""
        self.checked += other.checked
        self.left = other.left
        self.broken += other.broken
        self.mended += other.mended

    def __str__(self) -> str:
        return (
            f"{self.checked} checked, {len(self.broken)} found broken, {len(self.mended)} mended"
            + (f", {self.left} left for later" if self.left else "")
        )


@dataclass(frozen=True)
class _Finding:
    """What an address answered: nothing to say, a failure, or something that may be either."""

    message: str = ""
    is_failure: bool = False
    is_silence: bool = False


def check_due(*, progress: Callable[[int], object] | None = None) -> Report:
    """Check one batch of the links that are due, the newest decided first; for the sweep.

    At most one address of each host, so that no host is pressed; links with the same address are
    checked together. Two processes at once share the work.
    """
    due = (
        RelatedLink.objects.due_for_check()
        .annotate(since=Coalesce(F("decided_at"), F("created_at")))
        .order_by("-since", "-pk")
        .values_list("address", flat=True)[:LOOKED_AT]
    )
    by_host: dict[str, str] = {}
    for address in due:
        if len(by_host) < BATCH:
            by_host.setdefault(_host(address), address)
    links = RelatedLink.objects.due_for_check().filter(address__in=by_host.values())
    return _check(_claimed(links), progress=progress)


def check_now(link_ids: Iterable[int], *, by: User) -> Report:
    """Check these links at once, due or not, and note who wanted it in their articles' histories.

    Whoever calls has checked that the person may. At most 20 links: somebody waits.

    Raises:
        ValueError: for more links.
    """
    wanted = set(link_ids)
    if len(wanted) > MOST_NOW:
        raise ValueError(f"At most {MOST_NOW} links are checked at once; these are {len(wanted)}.")
    links = _claimed(RelatedLink.objects.filter(pk__in=wanted).select_related("article"))
    report = _check(links)
    articles = {link.article_id: link.article for link in links}
    for pk, article in articles.items():
        own = [link for link in links if link.article_id == pk]
        log(
            instance=article,
            action="news.related.check",
            user=by,
            data={
                "links": [link.address for link in own],
                "broken": [link.address for link in own if link.pk in report.broken],
            },
        )
    return report


def sweep() -> str:
    """What the sweep reports; nothing is asked where the operator has turned it off."""
    if not settings.CHECK_LINKS:
        return "links: not checked, CHECK_LINKS is off"
    return f"links: {check_due()}"


def _claimed(links: Iterable[RelatedLink]) -> list[RelatedLink]:
    """Those whose turn this process has taken; another that is as quick gets none of them.

    The turn is taken by moving ``checked_at``. If the process is killed, the turn is lost, and the
    link is due again the next time.
    """
    now = timezone.now()
    return [
        link
        for link in links
        if RelatedLink.objects.filter(pk=link.pk, checked_at=link.checked_at).update(checked_at=now)
    ]


def _check(links: list[RelatedLink], *, progress: Callable[[int], object] | None = None) -> Report:
    by_address: dict[str, list[RelatedLink]] = defaultdict(list)
    for link in links:
        by_address[link.address].append(link)
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in by_address:
        by_host[_host(address)].append(address)
    findings: dict[str, _Finding] = {}
    ends = time.monotonic() + ALTOGETHER
    # The threads ask; the rows are written by whoever waits for them.
    with ThreadPoolExecutor(HOSTS_AT_ONCE, thread_name_prefix="link check") as threads:
        asking = [threads.submit(_ask, addresses, ends) for addresses in by_host.values()]
        for asked in as_completed(asking):
            findings |= asked.result()
            if progress:
                progress(sum(len(by_address[address]) for address in asked.result()))
    # If nobody at all is there, it is this server that has no way out.
    offline = len(by_host) > 1 and all(finding.is_silence for finding in findings.values())
    report = Report()
    for link in links:
        finding = findings.get(link.address)
        if finding is None or offline:
            # It was not asked, or did not get through: its turn is given back.
            RelatedLink.objects.filter(pk=link.pk).update(checked_at=link.checked_at)
            report.left += 1
        else:
            _record(link, finding, report)
            report.checked += 1
    return report


def _ask(addresses: list[str], ends: float) -> dict[str, _Finding]:
    """Ask one host for these, one after the other, while there is time."""
    findings: dict[str, _Finding] = {}
    for address in addresses:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            check(address, seconds=min(SECONDS, left))
        except FetchError as error:
            findings[address] = _judged(error)
        else:
            findings[address] = _Finding()
    return findings


def _judged(error: FetchError) -> _Finding:
    """Whether it is dead to readers as well."""
    said, status = str(error), error.status or 0
    if error.reason == Reason.UNREACHABLE:
        return _Finding(_short(said), is_failure=True, is_silence=True)
    if error.reason == Reason.STATUS and 400 <= status < 600 and status not in SAYS_NOTHING:
        return _Finding(_short(said), is_failure=True)
    return _Finding(_short(f"{said} It may open for readers all the same."))


def _short(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:299]}…"


def _record(link: RelatedLink, finding: _Finding, report: Report) -> None:
    """Write down what was found, unless the link has another address by now."""
    now = timezone.now()
    changes: dict[str, object] = {"check_message": finding.message}
    broken = mended = False
    if not finding.message:
        changes |= {"failed_checks": 0, "broken_since": None}
        mended = link.broken_since is not None
    elif finding.is_failure:
        # Somebody who asks three times in a minute has asked once.
        anew = link.checked_at is None or link.checked_at <= now - CHECK_AGAIN_AFTER
        failed = link.failed_checks + 1 if anew or not link.failed_checks else link.failed_checks
        changes["failed_checks"] = failed
        broken = failed >= BROKEN_AT and link.broken_since is None
        if broken:
            changes["broken_since"] = now
    row = RelatedLink.objects.filter(pk=link.pk, address=link.address)
    if row.update(**changes):
        report.broken.extend([link.pk] if broken else [])
        report.mended.extend([link.pk] if mended else [])


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""

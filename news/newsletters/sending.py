"""From an issue to its mailing: tested, scheduled, begun once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cms.newsletter import mailings
from news import notifications
from news.models.issues import Audience, Issue, IssueArticle, IssueStatus
from news.newsletters import rendering

if TYPE_CHECKING:
    from datetime import datetime

    from cms.core.models import User
    from cms.newsletter.models import Mailing

logger = logging.getLogger(__name__)

# Whoever sets a time beyond this has mistyped the year.
LONGEST_AHEAD = timedelta(days=366)
PERMISSION = notifications.SEND_ISSUE


class IssueRefusedError(ValueError):
    """Nothing was sent; the message says why."""


def receivers(issue: Issue, rendered: rendering.Rendered) -> int:
    """To how many an issue would go now. One query."""
    return mailings.receivers(
        frequencies=Audience(issue.audience).frequencies, parts=rendered.parts
    )


def send_test(*, issue: Issue, to: User) -> None:
    """Send the issue to whoever writes it; its links change nothing.

    Raises:
        IssueRefusedError: this person has no address.
        rendering.IssueBrokenError: it cannot be sent as it is.
    """
    if not to.email:
        raise IssueRefusedError("Your account has no e-mail address. Add one to your profile.")
    message = rendering.specimen(rendering.render(issue), to=to.email)
    message.subject = f"Test: {message.subject}"
    message.extra_headers = {"Auto-Submitted": "auto-generated"}
    message.connection = get_connection("cms.core.mail.OutboxBackend")
    message.send()


def schedule(*, issue: Issue, at: datetime, by: User) -> None:
    """Have the sweep send it; a draft that can be sent, at a time to come.

    Raises:
        IssueRefusedError: it is no draft, or the time is over, or more than a year ahead.
        rendering.IssueBrokenError: it could not be sent now.
    """
    now = timezone.now()
    if at <= now:
        raise IssueRefusedError("This time is over. Choose one to come, or send it now.")
    if at > now + LONGEST_AHEAD:
        raise IssueRefusedError("This time is more than a year ahead. Check the year.")
    rendering.render(issue)
    changed = Issue.objects.filter(pk=issue.pk, status=IssueStatus.DRAFT).update(
        status=IssueStatus.SCHEDULED, scheduled_for=at, begun_by=by, problem=""
    )
    if not changed:
        raise IssueRefusedError("This issue is not a draft any more.")
    log(issue, "news.issue.schedule", user=by, data={"at": at.isoformat()})
    issue.refresh_from_db()


def unschedule(*, issue: Issue, by: User | None) -> None:
    """Make it a draft again, where it has not begun.

    Raises:
        IssueRefusedError: it is not scheduled.
    """
    changed = Issue.objects.filter(pk=issue.pk, status=IssueStatus.SCHEDULED).update(
        status=IssueStatus.DRAFT, scheduled_for=None
    )
    if not changed:
        raise IssueRefusedError("This issue is not scheduled any more.")
    log(issue, "news.issue.unschedule", user=by)
    issue.refresh_from_db()


def begin(*, issue: Issue, by: User | None, expected: int | None = None) -> Mailing:
    """Start sending, once.

    Args:
        issue: A draft, or one that is scheduled.
        by: Who sends; None for what the program sends by itself.
        expected: The number of receivers that was shown to whoever confirms, if anybody does.

    Raises:
        IssueRefusedError: it was begun before, nobody gets it, or the number has changed.
        rendering.IssueBrokenError: it cannot be sent as it is. Nothing was.
    """
    with transaction.atomic():
        locked = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if locked.status == IssueStatus.BEGUN:
            raise IssueRefusedError("This issue was sent before. Each is sent once.")
        rendered = rendering.render(locked)
        number = receivers(locked, rendered)
        # One that made itself is noted down as sent to nobody, and not made again.
        if not number and not locked.period:
            raise IssueRefusedError(
                "No confirmed subscriber wants it: nobody chose these categories and this"
                " frequency. Nothing was sent."
            )
        if expected is not None and number != expected:
            raise IssueRefusedError(
                f"It would go to {number} people now, not to {expected}. Nothing was sent: look at "
                "the number and confirm once more."
            )
        mailing = mailings.begin(
            subject=rendered.subject,
            preheader=rendered.preheader,
            html=rendered.html,
            text=rendered.text,
            parts=rendered.parts,
            frequencies=Audience(locked.audience).frequencies,
        )
        IssueArticle.objects.bulk_create(
            [
                IssueArticle(issue=locked, article=article, audience=locked.audience)
                for article in rendered.articles
            ],
            ignore_conflicts=True,
        )
        locked.status, locked.mailing = IssueStatus.BEGUN, mailing
        locked.begun_at, locked.problem = mailing.begun_at, ""
        locked.begun_by = by or locked.begun_by
        locked.save(update_fields=["status", "mailing", "begun_at", "problem", "begun_by"])
        log(locked, "news.issue.send", user=locked.begun_by, data={"count": number})
    issue.refresh_from_db()
    return mailing


def send_due() -> int:
    """Begin every scheduled issue whose time has come; how many. One that cannot be sent is held."""
    begun = 0
    due = Issue.objects.filter(status=IssueStatus.SCHEDULED, scheduled_for__lte=timezone.now())
    for issue in due.order_by("scheduled_for", "pk"):
        try:
            begin(issue=issue, by=None)
        except (IssueRefusedError, rendering.IssueBrokenError) as problem:
            hold(issue, str(problem))
        else:
            begun += 1
    return begun


def hold(issue: Issue, problem: str) -> None:
    """Make it a draft with the reason why it was not sent, and write to those who can mend it."""
    unsent = Issue.objects.filter(pk=issue.pk).exclude(status=IssueStatus.BEGUN)
    with transaction.atomic():
        if not unsent.update(status=IssueStatus.DRAFT, scheduled_for=None, problem=problem):
            return
        issue.refresh_from_db()
        log(issue, "news.issue.hold", data={"problem": problem})
        notifications.issue_held(issue)
    logger.error("Issue %s was not sent: %s", issue.pk, problem)

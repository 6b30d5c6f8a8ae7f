"""What comes back: mails that could not be delivered after our server took them, and complaints.

A report counts only if it names a mail of ours by its Message-ID, which nobody can guess. It is about
whoever that mail was sent to, whatever address it names, so that a forwarded mail counts too, and so
that a made-up report harms nobody but whoever got the mail. The same report read twice counts once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cms.core import mail
from cms.newsletter import delivery_reports, identities, subscriptions, suppressions
from cms.newsletter.models import Bounce, BounceKind, Mailing, Subscriber, SuppressionReason

logger = logging.getLogger(__name__)

# Servers give up within a week, and people complain about what they find in their mailbox.
OLDEST = timedelta(days=90)


class Outcome(StrEnum):
    """What became of one message."""

    GONE = "gone"
    FULL = "full"
    REFUSED = "refused"
    COMPLAINT = "complaint"
    KNOWN = "known"
    OLD = "old"
    NOT_OURS = "not ours"
    NO_REPORT = "no report"

    @property
    def is_done(self) -> bool:
        """Whether the message was about a mail of ours, and nothing more is in it."""
        return self not in {Outcome.NOT_OURS, Outcome.NO_REPORT}


def take(content: bytes) -> Outcome:
    """Do what one message asks for: mark an address, count against it, or leave it alone."""
    try:
        report = delivery_reports.read(content)
    except Exception as error:  # noqa: BLE001 - anybody may write to this mailbox, and the next message is to be read
        logger.warning("A message cannot be read: %s", type(error).__name__)
        return Outcome.NO_REPORT
    if report is None:
        return Outcome.NO_REPORT
    for named in report.identities:
        identity = identities.read(named)
        if identity is not None:
            return _of_mailing(report.kind, identity)
        sent = mail.sent_as(named)
        if sent is not None:
            return _of_outbox(report.kind, sent)
    return Outcome.NOT_OURS


def forget() -> int:
    """Delete what is too old to be reported once more; how many."""
    old = Bounce.objects.filter(mailing__begun_at__lt=timezone.now() - OLDEST)
    deleted, _ = old.delete()
    return deleted


def _of_mailing(kind: BounceKind, identity: identities.Identity) -> Outcome:
    with transaction.atomic():
        # A lock, so that two who read the same mailbox wait for one another.
        subscriber = Subscriber.objects.select_for_update().filter(pk=identity.subscriber).first()
        mailing = Mailing.objects.filter(pk=identity.mailing).first()
        if (
            subscriber is None
            or mailing is None
            or mailing.begun_at < timezone.now() - OLDEST
            # What was confirmed since is newer news of this mailbox.
            or (subscriber.confirmed_at and subscriber.confirmed_at > mailing.begun_at)
        ):
            return Outcome.OLD
        _, new = Bounce.objects.get_or_create(mailing=mailing, subscriber=subscriber, kind=kind)
        if not new:
            return Outcome.KNOWN
        if kind == BounceKind.COMPLAINT:
            _complained(subscriber.email, mailing=mailing.pk)
        else:
            Mailing.objects.filter(pk=mailing.pk).update(returned=F("returned") + 1)
        if kind == BounceKind.GONE:
            subscriptions.mark_refused(subscriber.email)
        elif kind == BounceKind.FULL:
            subscriptions.count_soft_bounces([subscriber.pk])
    logger.info("A mail to subscriber %s came back: %s", subscriber.pk, kind)
    return Outcome(kind)


def _of_outbox(kind: BounceKind, sent: mail.SentMail) -> Outcome:
    """A single mail, as one that asks to confirm: nothing is counted, and what is final is marked."""
    since = Subscriber.objects.filter(
        email_key=mail.address_key(sent.address), confirmed_at__gt=sent.at
    )
    if since.exists():
        return Outcome.OLD
    if kind == BounceKind.COMPLAINT:
        _complained(sent.address)
    elif kind == BounceKind.GONE:
        mail.address_refused.send(sender=None, address=sent.address)
    return Outcome(kind)


def _complained(address: str, *, mailing: int = 0) -> None:
    """Whoever called a mail unwanted gets none again."""
    with transaction.atomic():
        suppressions.suppress(address=address, reason=SuppressionReason.COMPLAINT)
        for subscriber in Subscriber.objects.filter(email_key=mail.address_key(address)):
            subscriptions.end(subscriber=subscriber, mailing=mailing)

"""Sending one mailing to everybody it is for: exactly once to each, whatever dies on the way.

First the list is written: batch by batch, each a transaction that moves the mailing's marker. Then
senders, as many as there are, each take a batch from the list by putting it off for everybody else,
send it over one connection, and note what became of it. A sender that is killed gives its batch back
by itself after ``CLAIM``; what of it had gone out goes out once more, with the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks_db.models import DBTaskResult
from post_office.settings import get_backend

from cms.core import jobs
from cms.core.smtp import Answer, hand_over, hang_up
from cms.newsletter import letters, subscriptions
from cms.newsletter.models import (
    Mailing,
    MailingRecipient,
    RecipientStatus,
    Subscriber,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

LISTED_AT_ONCE = 1000
BATCH = 50
# What a killed sender held goes out within two minutes. A batch ends long before, so that a slow
# server does not make two senders hold the same mail.
CLAIM = timedelta(seconds=100)
LONGEST_BATCH = 40.0
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=4)
# News of two days ago is none.
GIVE_UP_AFTER = timedelta(days=2)
# Seconds for which one job sends before it lets others have the worker.
TURN = 30.0
SENDERS = 2


@dataclass(frozen=True)
class Report:
    """What became of a mailing so far, in mails."""

    receivers: int
    sent: int
    waiting: int
    failed: int
    bounced: int
    returned: int
    ended_before: int
    unsubscribed: int

    def __str__(self) -> str:
        return (
            f"{self.sent} of {self.receivers} sent, {self.waiting} wait, {self.failed} failed, "
            f"{self.bounced} bounced, {self.returned} came back, {self.unsubscribed} unsubscribed"
        )


@dataclass
class Run:
    """What one sender did."""

    sent: int = 0
    unreachable: bool = False


def receivers(*, frequencies: Sequence[str], parts: list[dict[str, Any]]) -> int:
    """To how many a mailing would go now. One query."""
    wanted = Subscriber.objects.confirmed().filter(frequency__in=frequencies)
    chosen = wanted.order_by().values_list("topics", flat=True)
    return sum(letters.is_for(parts, topics) for topics in chosen.iterator(chunk_size=5000))


def begin(
    *,
    subject: str,
    preheader: str,
    html: str,
    text: str,
    parts: list[dict[str, Any]],
    frequencies: Sequence[str],
) -> Mailing:
    """Write a mailing down; it is sent after the transaction commits.

    Everything is rendered by now; see ``Mailing`` for the shapes.
    """
    mailing = Mailing.objects.create(
        subject=" ".join(subject.split()),
        preheader=" ".join(preheader.split()),
        html=html,
        text=text,
        parts=parts,
        frequencies=list(frequencies),
        begun_at=timezone.now(),
    )
    transaction.on_commit(partial(enqueue, mailing.pk), robust=True)
    return mailing


def send(
    mailing_id: int,
    *,
    seconds: float | None = None,
    progress: Callable[[], None] | None = None,
) -> Run:
    """Send what is due of a mailing; safe for any number of senders at once.

    Args:
        mailing_id: Which; nothing happens where it is finished.
        seconds: Stop after so long, between two batches; None goes on while anything is due.
        progress: Told after each batch.
    """
    run = Run()
    begun = time.monotonic()
    mailing = Mailing.objects.filter(pk=mailing_id, finished_at__isnull=True).first()
    if mailing is None:
        return run
    while _list_more(mailing):
        pass
    writer = letters.Letters(mailing)
    server = get_connection(get_backend())
    try:
        while seconds is None or time.monotonic() - begun < seconds:
            if not _is_due(mailing.pk):
                break
            try:
                server.open()
            except (OSError, smtplib.SMTPException) as error:
                logger.warning("The mail server cannot be reached: %s", type(error).__name__)
                run.unreachable = True
                break
            run.sent += _send_batch(mailing, writer, server)
            if progress:
                progress()
    finally:
        hang_up(server)
    _finish(mailing)
    return run


def take_up(*, seconds: float = TURN) -> int:
    """Go on with every mailing that is not finished, whoever began it; how many mails were sent."""
    waiting = Mailing.objects.filter(finished_at__isnull=True).order_by("pk")
    sent = 0
    for number in waiting.values_list("pk", flat=True):
        if is_due(number):
            enqueue(number)
        sent += send(number, seconds=seconds).sent
    return sent


def report(mailing: Mailing) -> Report:
    """What became of it so far. Two queries while it is on its way, one afterwards."""
    mailing.refresh_from_db(
        fields=[
            "receivers", "sent", "failed", "bounced", "returned", "ended_before", "unsubscribed",
            "finished_at",
        ]
    )  # fmt: skip
    if mailing.finished_at is not None:
        return Report(
            mailing.receivers,
            mailing.sent,
            0,
            mailing.failed,
            mailing.bounced,
            mailing.returned,
            mailing.ended_before,
            mailing.unsubscribed,
        )
    found = _counted(mailing)
    waiting = found.pop("waiting")
    return Report(
        receivers=mailing.receivers,
        waiting=waiting,
        returned=mailing.returned,
        unsubscribed=mailing.unsubscribed,
        **found,
    )


def enqueue(mailing_id: int) -> None:
    """Have workers send it, if there are any; else the next sweep does.

    A job that waits will find all there is to do, so there are never more than ``SENDERS`` of them.
    """
    from cms.newsletter.tasks import send_mailing  # noqa: PLC0415 - the task calls back into here

    if isinstance(send_mailing.get_backend(), ImmediateBackend):
        return
    waiting = DBTaskResult.objects.ready().filter(task_path=send_mailing.module_path).count()
    for _ in range(SENDERS - waiting):
        send_mailing.enqueue(mailing_id)


def queue_left() -> None:
    """Have mails sent whose claim ran out: whoever held them may be gone."""
    for mailing in Mailing.objects.filter(finished_at__isnull=True):
        left = mailing.recipients.filter(
            status=RecipientStatus.WAITING, due_at__range=jobs.lately()
        )
        if left.exists():
            enqueue(mailing.pk)


def is_due(mailing_id: int) -> bool:
    """Whether there is something to send just now."""
    mailing = Mailing.objects.filter(pk=mailing_id, finished_at__isnull=True).first()
    return mailing is not None and (mailing.addressed_at is None or _is_due(mailing.pk))


# The list -----------------------------------------------------------------------------------------


def _list_more(mailing: Mailing) -> bool:
    """Put the next subscribers on the list; False once it is whole."""
    with transaction.atomic():
        mailing.refresh_from_db(fields=["last_subscriber", "addressed_at"])
        if mailing.addressed_at is not None:
            return False
        now = timezone.now()
        mine = Mailing.objects.filter(
            pk=mailing.pk, last_subscriber=mailing.last_subscriber, addressed_at__isnull=True
        )
        found = list(
            Subscriber.objects.select_for_update()
            .confirmed()
            .filter(pk__gt=mailing.last_subscriber, frequency__in=mailing.frequencies)
            .order_by("pk")
            .values_list("pk", "topics")[:LISTED_AT_ONCE]
        )
        if not found:
            if not mine.update(addressed_at=now):
                return True
            mailing.addressed_at = now
            return False
        rows = [
            MailingRecipient(mailing=mailing, subscriber_id=number, due_at=now)
            for number, topics in found
            if letters.is_for(mailing.parts, topics)
        ]
        # Another process may have these already; then look for the next.
        if mine.update(last_subscriber=found[-1][0], receivers=F("receivers") + len(rows)):
            MailingRecipient.objects.bulk_create(rows)
    return True


# Sending ------------------------------------------------------------------------------------------


def _due(mailing_id: int) -> Q:
    return Q(mailing_id=mailing_id, status=RecipientStatus.WAITING, due_at__lte=timezone.now())


def _is_due(mailing_id: int) -> bool:
    return MailingRecipient.objects.filter(_due(mailing_id)).exists()


def _claim(mailing: Mailing) -> list[MailingRecipient]:
    """The next mails, put off for everybody else."""
    can_skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = list(
            MailingRecipient.objects.select_for_update(skip_locked=can_skip, of=("self",))
            .filter(_due(mailing.pk))
            .select_related("subscriber")
            .order_by("due_at", "pk")[:BATCH]
        )
        MailingRecipient.objects.filter(pk__in=[row.pk for row in rows]).update(
            due_at=timezone.now() + CLAIM
        )
    return rows


def _send_batch(mailing: Mailing, writer: letters.Letters, server: BaseEmailBackend) -> int:
    """Send one batch and note what became of it; how many were sent."""
    begun = time.monotonic()
    sent: list[MailingRecipient] = []
    others: dict[RecipientStatus, list[MailingRecipient]] = {
        status: [] for status in RecipientStatus
    }
    for row in _claim(mailing):
        if not row.subscriber.is_written_to:
            others[RecipientStatus.ENDED].append(row)
        elif time.monotonic() - begun > LONGEST_BATCH or not _open(server):
            others[RecipientStatus.WAITING].append(row)
        else:
            status = _send_one(row, mailing, writer, server)
            (sent if status == RecipientStatus.SENT else others[status]).append(row)
    _note(sent, RecipientStatus.SENT)
    for status, rows in others.items():
        if rows:
            _note(rows, status)
    subscriptions.forgive_soft_bounces([row.subscriber_id for row in sent])
    return len(sent)


def _send_one(
    row: MailingRecipient, mailing: Mailing, writer: letters.Letters, server: BaseEmailBackend
) -> RecipientStatus:
    attempt = hand_over(partial(writer.to, row.subscriber), server)
    if attempt.answer == Answer.TAKEN:
        return RecipientStatus.SENT
    logger.warning("Mail %s of mailing %s was not taken: %s", row.pk, mailing.pk, attempt.answer)
    if attempt.answer == Answer.NO_MAILBOX:
        subscriptions.mark_refused(row.subscriber.email)
        return RecipientStatus.BOUNCED
    if attempt.answer == Answer.LATER and mailing.begun_at > timezone.now() - GIVE_UP_AFTER:
        row.tries += 1
        return RecipientStatus.WAITING
    if attempt.answer == Answer.LATER:
        subscriptions.count_soft_bounces([row.subscriber_id])
    return RecipientStatus.FAILED


def _open(server: BaseEmailBackend) -> bool:
    """Whether the server listens, also after a conversation that broke off."""
    try:
        server.open()
    except (OSError, smtplib.SMTPException):
        return False
    return True


def _note(rows: list[MailingRecipient], status: RecipientStatus) -> None:
    chosen = MailingRecipient.objects.filter(pk__in=[row.pk for row in rows])
    if status != RecipientStatus.WAITING:
        chosen.update(status=status)
        return
    now = timezone.now()
    for row in rows:
        pause = min(FIRST_RETRY * 2 ** min(row.tries - 1, 12), LONGEST_RETRY) if row.tries else None
        MailingRecipient.objects.filter(pk=row.pk).update(
            due_at=now + (pause or timedelta()), tries=row.tries
        )


def _counted(mailing: Mailing) -> dict[str, int]:
    by_status: dict[str, int] = mailing.recipients.aggregate(
        sent=Count("pk", filter=Q(status=RecipientStatus.SENT)),
        waiting=Count("pk", filter=Q(status=RecipientStatus.WAITING)),
        failed=Count("pk", filter=Q(status=RecipientStatus.FAILED)),
        bounced=Count("pk", filter=Q(status=RecipientStatus.BOUNCED)),
        ended_before=Count("pk", filter=Q(status=RecipientStatus.ENDED)),
    )
    return by_status


def _finish(mailing: Mailing) -> None:
    """Once nothing waits, keep the numbers and forget who was written to."""
    with transaction.atomic():
        if (
            mailing.addressed_at is None
            or mailing.recipients.filter(status=RecipientStatus.WAITING).exists()
        ):
            return
        found = _counted(mailing)
        del found["waiting"]
        done = Mailing.objects.filter(pk=mailing.pk, finished_at__isnull=True).update(
            finished_at=timezone.now(), **found
        )
        if done:
            mailing.recipients.all().delete()
            logger.info("Mailing %s is through", mailing.pk)

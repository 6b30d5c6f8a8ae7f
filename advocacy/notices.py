"""Telling those who signed how it ends: one mail to each who asked, whatever dies on the way.

The job writes mails into the outbox in batches. One transaction moves the notice's marker, writes
the mails, and notes who got one, so a job that is killed loses one batch's work and repeats none;
the sweep goes on where it stopped. A constraint holds "one to each" once more.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS
from wagtail.log_actions import log

from advocacy.models import Notice, NoticeMail, NoticeStatus, Petition, Signature
from cms.core import mail
from cms.core.names import site_name

if TYPE_CHECKING:
    from typing import Any

    from cms.core.models import User

logger = logging.getLogger(__name__)

PERMISSION = "advocacy.send_notice"
STOP_SALT = "advocacy.notices.stop"
BATCH = 200


class NoticeRefusedError(ValueError):
    """This notice cannot be sent; the message says why."""


@dataclass(frozen=True)
class Report:
    """What became of the mails of a notice."""

    waiting: int
    sent: int
    failed: int


def receivers(petition: Petition) -> int:
    """To how many a notice would go now."""
    return Signature.objects.filter(petition=petition).wanting_the_outcome().count()


def text_of(notice: Notice) -> str:
    """The mail as a signer would get it, for the preview."""
    return mail.text_of(
        "advocacy/mail/notice", _context(notice, f"{settings.SITE_URL}/petitions/notices/stop/…/")
    )


def send_test(*, notice: Notice, to: User) -> None:
    """Send the notice to whoever writes it; its link to end the notices ends nothing.

    Raises:
        NoticeRefusedError: this person has no address.
    """
    if not to.email:
        raise NoticeRefusedError("Your account has no e-mail address. Add one to your profile.")
    mail.queue(
        to=to.email,
        subject=f"Test: {notice.subject}",
        template="advocacy/mail/notice",
        context=_context(notice, _stop_address(UUID(int=0))),
    )


def begin(*, notice: Notice, expected: int, by: User) -> None:
    """Start sending, once.

    Args:
        notice: A draft.
        expected: The number of receivers that was shown to whoever confirms.
        by: Who confirms.

    Raises:
        NoticeRefusedError: it was begun before, nobody wants it, or the number has changed.
    """
    with transaction.atomic():
        number = receivers(notice.petition)
        if not number:
            raise NoticeRefusedError("Nobody who signed asked to be told. Nothing was sent.")
        if number != expected:
            raise NoticeRefusedError(
                f"It would go to {number} people now, not to {expected}. Nothing was sent: look at "
                "the number and confirm once more."
            )
        begun = Notice.objects.filter(pk=notice.pk, status=NoticeStatus.DRAFT).update(
            status=NoticeStatus.SENDING,
            begun_at=timezone.now(),
            begun_by=by,
            receivers=number,
        )
        if not begun:
            raise NoticeRefusedError("This notice was sent before. Each is sent once.")
        log(
            notice.petition,
            "advocacy.notice.send",
            user=by,
            data={"notice": notice.pk, "subject": notice.subject, "count": number},
        )
        transaction.on_commit(lambda: _enqueue(notice.pk), robust=True)
    notice.refresh_from_db()


def send(notice_id: int) -> int:
    """Write what is left of a notice into the outbox; how many mails. Safe twice at once."""
    written = 0
    while (batch := _send_batch(notice_id)) is not None:
        written += batch
    return written


def take_up() -> int:
    """Go on with every notice that is being sent, whoever began it; how many mails."""
    waiting = Notice.objects.filter(status=NoticeStatus.SENDING).order_by("pk")
    return sum(send(number) for number in waiting.values_list("pk", flat=True))


def report(notice: Notice) -> Report:
    """How many mails are sent, have failed, and wait; those erased since are none. One query."""
    if notice.settled_at is not None:
        return Report(0, notice.sent, notice.failed)
    found = NoticeMail.objects.filter(notice=notice).aggregate(
        sent=Count("pk", filter=Q(email__status=STATUS.sent)),
        failed=Count("pk", filter=Q(email__status=STATUS.failed)),
        waiting=Count("pk", filter=Q(email__status__in=[STATUS.queued, STATUS.requeued])),
    )
    # Until it is settled, the row counts those that could not even be written.
    return Report(found["waiting"], found["sent"], notice.failed + found["failed"])


def settle() -> int:
    """Keep the numbers of every notice that is through, and forget who was written to."""
    settled = 0
    for notice in Notice.objects.filter(status=NoticeStatus.SENT, settled_at__isnull=True):
        found = report(notice)
        if found.waiting:
            continue
        with transaction.atomic():
            settled += Notice.objects.filter(pk=notice.pk, settled_at__isnull=True).update(
                sent=found.sent, failed=found.failed, settled_at=timezone.now()
            )
            NoticeMail.objects.filter(notice=notice).delete()
    return settled


def stop(*, token: str) -> bool:
    """Send no more notices to the address of the mail that the link came with; False if broken."""
    signature = signature_of(token)
    if signature is None:
        return False
    Signature.objects.filter(email_key=signature.email_key, wants_outcome=True).update(
        wants_outcome=False
    )
    return True


def signature_of(token: str) -> Signature | None:
    """Whose link it is; None for a broken one. Such links do not expire."""
    try:
        return Signature.objects.identified().get(
            reference=UUID(signing.loads(token, salt=STOP_SALT))
        )
    except (signing.BadSignature, Signature.DoesNotExist, ValueError, TypeError, AttributeError):
        return None


def _send_batch(notice_id: int) -> int | None:
    """The next mails of a notice; None once there are no more."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_related("petition")
            .filter(pk=notice_id, status=NoticeStatus.SENDING)
            .first()
        )
        if notice is None:
            return None
        signers = list(
            Signature.objects.wanting_the_outcome()
            .filter(petition=notice.petition, pk__gt=notice.last_signature)
            .order_by("pk")[:BATCH]
        )
        mine = Notice.objects.filter(pk=notice.pk, last_signature=notice.last_signature)
        if not signers:
            mine.filter(status=NoticeStatus.SENDING).update(
                status=NoticeStatus.SENT, finished_at=timezone.now()
            )
            return None
        if not mine.update(last_signature=signers[-1].pk, written=F("written") + len(signers)):
            # Another process has these; look for the next.
            return 0
        for signature in signers:
            _write(notice, signature)
        mail.wake_after_commit()
    return len(signers)


def _write(notice: Notice, signature: Signature) -> None:
    address = _stop_address(signature.reference)
    try:
        email = mail.queue(
            to=signature.email,
            subject=notice.subject,
            template="advocacy/mail/notice",
            context=_context(notice, address),
            headers={
                "List-Unsubscribe": f"<{address}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            bulk=True,
        )
    except mail.MailError:
        # One address that cannot be written to keeps no other from its mail.
        logger.warning("Signature %s cannot be written to", signature.pk)
        email = None
        Notice.objects.filter(pk=notice.pk).update(failed=F("failed") + 1)
    NoticeMail.objects.create(notice=notice, signature=signature, email=email)


def _context(notice: Notice, stop_address: str) -> dict[str, Any]:
    return {
        "notice": notice,
        "petition": notice.petition,
        "site_name": site_name(),
        "site_url": settings.SITE_URL,
        "own_data_address": f"{settings.SITE_URL}{reverse('advocacy:own_data')}",
        "stop_address": stop_address,
    }


def _stop_address(reference: UUID) -> str:
    token = signing.dumps(str(reference), salt=STOP_SALT)
    return f"{settings.SITE_URL}{reverse('advocacy:stop_notices', args=[token])}"


def _enqueue(notice_id: int) -> None:
    from advocacy.tasks import send_notice  # noqa: PLC0415 - the task calls back into this module

    send_notice.enqueue(notice_id)

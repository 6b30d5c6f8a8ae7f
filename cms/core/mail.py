"""The outbox: mail is a row first, so a dead mail server loses nothing and slows no page.

``queue()`` writes the row in the caller's transaction. ``deliver()`` sends what is due; it is safe
to run anywhere, at any time, twice at once: each mail is claimed by one conditional UPDATE that
puts it off by ``CLAIM``, so a process that dies with a mail in hand gives it back by itself.

django-post_office keeps the rows. Its own ``send()`` and mail backend are not used: both render
subject and body as Django templates, so a title with ``{%`` in it would be executed or fail. Its
``send_queued`` is not used either: it claims nothing, so two workers send everything twice.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.db.models import Q
from django.dispatch import Signal
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks_db.models import DBTaskResult
from post_office.models import PRIORITY, STATUS, Email
from post_office.settings import get_backend

from cms.core import jobs
from cms.core.smtp import Answer, hand_over, hang_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage
    from django.template.backends.django import Template

logger = logging.getLogger(__name__)

# Longer than the slowest whole conversation (EMAIL_TIMEOUT holds for each of its steps), and short
# enough that what a killed worker held goes out within two minutes.
CLAIM = timedelta(seconds=90)
FIRST_RETRY = timedelta(minutes=2)
LONGEST_RETRY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
FORGET_AFTER = timedelta(days=30)

# Sent with ``address`` when the server of an address says for good that there is no such mailbox.
address_refused = Signal()


class MailError(ValueError):
    """A mail that cannot be written down: no address, or a header with a line break."""


def address_key(address: str) -> str:
    """The form in which two spellings of one mailbox are equal."""
    local, _, domain = address.strip().rpartition("@")
    # A domain that cannot be encoded cannot be written to; it is still one spelling.
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".lower()


def message_domain() -> str:
    """What stands behind the @ of our Message-IDs: the site's own host, as mail writes it.

    A host that is known on one machine only is marked as one that nobody else can mean.
    """
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = "localhost"
    return host if "." in host else "localhost.invalid"


def queue(
    *,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any],
    headers: dict[str, str] | None = None,
    withheld: bool = False,
    bulk: bool = False,
) -> Email:
    """Write one mail into the outbox; it is sent after the transaction commits.

    Args:
        to: One address.
        subject: Plain text; runs of white space become one space.
        template: Name without ending: ``.txt`` must be there, ``.html`` may.
        context: For both. In the text nothing is escaped.
        headers: Besides those that every mail has.
        withheld: Do all the work and send nothing, so that the time it takes does not tell a
            stranger that the address has had its share of mails.
        bulk: One of many: whatever somebody waits for goes first. Nothing delivers it until the
            caller, at the end of its batch, calls ``wake_after_commit``.

    Raises:
        MailError: the address or a header cannot stand in a mail.
    """
    context = {"site_url": settings.SITE_URL, **context}
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text_of(template, context),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )
    try:
        message.attach_alternative(get_template(f"{template}.html").render(context), "text/html")
    except TemplateDoesNotExist as error:
        if error.args[0] != f"{template}.html":
            raise
    if withheld:
        message.body, message.alternatives = "", []
    row = _store(
        message,
        status=STATUS.failed if withheld else STATUS.queued,
        priority=PRIORITY.low if bulk else PRIORITY.medium,
    )
    if not bulk:
        wake_after_commit()
    return row


def text_of(template: str, context: dict[str, Any]) -> str:
    """The plain text of a mail, in which nothing is escaped."""
    written = cast("Template", get_template(f"{template}.txt")).template
    return written.render(Context(context, autoescape=False)).strip() + "\n"


class OutboxBackend(BaseEmailBackend):
    """Django's mail backend: what ``send_mail()`` sends goes through the outbox too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; attachments are refused, because nothing here sends any."""
        for message in email_messages:
            _store(message)
        if email_messages:
            wake_after_commit()
        return len(email_messages)


def _store(
    message: EmailMessage, *, status: int = STATUS.queued, priority: int = PRIORITY.medium
) -> Email:
    if message.attachments:
        raise MailError("The outbox takes no attachments.")
    try:
        message.message()  # Refuses line breaks in headers now, not in the worker.
    except (ValueError, UnicodeError) as error:
        raise MailError(str(error)) from error
    html = [
        alternative[0]
        for alternative in getattr(message, "alternatives", [])
        if alternative[1] == "text/html"
    ]
    headers = {
        **{key: str(value) for key, value in message.extra_headers.items()},
        **({"Reply-To": ", ".join(message.reply_to)} if message.reply_to else {}),
    }
    row = Email(
        from_email=message.from_email or settings.DEFAULT_FROM_EMAIL,
        to=list(message.to),
        cc=list(message.cc),
        bcc=list(message.bcc),
        subject=str(message.subject),
        message=str(message.body),
        html_message=str(html[0]) if html else "",
        headers=headers or None,
        priority=priority,
        status=status,
        # One identity for all attempts, so that a mail sent twice is shown once.
        message_id=make_msgid(domain=message_domain()),
    )
    try:
        row.save()
    except ValidationError as error:
        raise MailError("; ".join(error.messages)) from error
    return row


@dataclass
class Delivery:
    """What one run of ``deliver()`` did."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    unreachable: bool = False

    def __str__(self) -> str:
        line = f"{self.sent} sent, {self.again} to be tried again, {self.failed} refused for good"
        return f"{line}; the mail server cannot be reached" if self.unreachable else line


def deliver() -> Delivery:
    """Send every mail that is due, one after the other over one connection.

    A server that cannot be reached ends the run before anything is claimed: nothing is counted
    against the mails, and the next run tries again.
    """
    report = Delivery()
    server = get_connection(get_backend())
    while (row := _claim_next(server, report)) is not None:
        _send(row, server, report)
    hang_up(server)
    return report


def _due() -> Q:
    now = timezone.now()
    return Q(status__in=[STATUS.queued, STATUS.requeued]) & (
        Q(scheduled_time__isnull=True) | Q(scheduled_time__lte=now)
    )


def _claim_next(server: BaseEmailBackend, report: Delivery) -> Email | None:
    """The next mail that is due, put off for everybody else; None where there is none."""
    while True:
        row = Email.objects.filter(_due()).order_by("-priority", "pk").first()
        if row is None:
            return None
        try:
            server.open()
        except (OSError, smtplib.SMTPException) as error:
            report.unreachable = True
            logger.warning("The mail server cannot be reached: %s", type(error).__name__)
            return None
        lease = timezone.now() + CLAIM
        if Email.objects.filter(_due(), pk=row.pk).update(scheduled_time=lease):
            found: Email = row
            return found


def _send(row: Email, server: BaseEmailBackend, report: Delivery) -> None:
    attempt = hand_over(row.email_message, server)
    if attempt.answer == Answer.TAKEN:
        # The links in a mail are keys. Once it is on its way, nobody needs them here.
        Email.objects.filter(pk=row.pk).update(
            status=STATUS.sent, message="", html_message="", last_updated=timezone.now()
        )
        report.sent += 1
        return
    error = cast("Exception", attempt.error)
    if attempt.answer == Answer.LATER:
        _put_off(row, error, report)
        return
    _fail(row, error, report)
    if attempt.answer == Answer.NO_MAILBOX:
        for address in (*row.to, *row.cc, *row.bcc):
            address_refused.send(sender=Email, address=address)


def _fail(row: Email, error: Exception, report: Delivery) -> None:
    Email.objects.filter(pk=row.pk).update(
        status=STATUS.failed, message="", html_message="", last_updated=timezone.now()
    )
    _note(row, error)
    report.failed += 1


def _put_off(row: Email, error: Exception, report: Delivery) -> None:
    now = timezone.now()
    if row.created < now - GIVE_UP_AFTER:
        _fail(row, error, report)
        return
    tries = row.number_of_retries or 0
    pause = min(FIRST_RETRY * 2 ** min(tries, 12), LONGEST_RETRY)
    Email.objects.filter(pk=row.pk).update(
        status=STATUS.requeued,
        scheduled_time=now + pause,
        number_of_retries=tries + 1,
        last_updated=now,
    )
    _note(row, error)
    report.again += 1


def _note(row: Email, error: Exception) -> None:
    logger.warning("Mail %s was not taken: %s", row.pk, type(error).__name__)
    row.logs.create(
        status=STATUS.failed, message=str(error)[:1000], exception_type=type(error).__name__
    )


def forget() -> int:
    """Delete what the outbox has held for a month, with its addresses; the number of mails."""
    old = Email.objects.filter(created__lt=timezone.now() - FORGET_AFTER)
    _, kinds = old.delete()
    return int(kinds.get("post_office.Email", 0))


def count_for(address: str) -> int:
    """How many mails to an address the outbox holds, sent or not."""
    return Email.objects.filter(to__iexact=address).count()


def forget_address(address: str) -> int:
    """Delete what the outbox holds for an address, sent or not; the number of mails."""
    _, kinds = Email.objects.filter(to__iexact=address).delete()
    return int(kinds.get("post_office.Email", 0))


@dataclass(frozen=True)
class SentMail:
    """To whom a mail of the outbox went, and when it was written."""

    address: str
    at: datetime


def sent_as(message_id: str) -> SentMail | None:
    """The mail to one address that has this Message-ID; None where the outbox knows none."""
    row = Email.objects.filter(message_id=message_id, status=STATUS.sent).first()
    if row is None or len(row.to) != 1:
        return None
    return SentMail(parseaddr(row.to[0])[1], row.created)


class _Background:
    """At most one delivery at a time in this process, and one more if mail came meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = False
        self._running = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Deliver soon, in a thread that does not outlive the process."""
        with self._lock:
            self._wanted = True
            if self._running:
                return
            self._running = True
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Come back when nothing is being delivered any more."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._running = False
                    return
                self._wanted = False
            _deliver_quietly()
            connections.close_all()


_background = _Background()


def take_up() -> None:
    """Have a mail sent whose claim ran out: whoever held it may be gone."""
    if Email.objects.filter(_due(), scheduled_time__range=jobs.lately()).exists():
        _wake()


def _deliver_quietly() -> None:
    """Deliver where a failure has nobody to tell: the mail stays in the outbox for the sweep."""
    try:
        deliver()
    except Exception:
        logger.exception("Delivering the outbox failed.")


def wake_after_commit() -> None:
    """Have the outbox delivered once the caller's transaction is safe."""
    # ``robust``: what goes wrong in here must not turn a page into an error, the row is safe.
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    from cms.core.tasks import deliver_mail  # noqa: PLC0415 - the task calls back into this module

    if not isinstance(deliver_mail.get_backend(), ImmediateBackend):
        # A job that has not begun will find this mail too; a job for each would be a job too many.
        waiting = DBTaskResult.objects.ready().filter(task_path=deliver_mail.module_path)
        if not waiting.exists():
            deliver_mail.enqueue()
    else:
        # A slow mail server must not slow the page, and nothing here runs jobs after it.
        _background.wake()

"""Handing one mail to the mail server, and what its answer means."""

from __future__ import annotations

import contextlib
import re
import smtplib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail import EmailMessage
    from django.core.mail.backends.base import BaseEmailBackend

# "5.7.1" and its like (RFC 3463): refused by a policy, which says nothing of the mailbox.
_POLICY = re.compile(rb"\A\s*5\.7\.\d{1,3}\b")


class Answer(StrEnum):
    """What became of one attempt."""

    TAKEN = "taken"
    LATER = "later"
    NO_MAILBOX = "no mailbox"
    REFUSED = "refused"


@dataclass(frozen=True)
class Attempt:
    """An answer; for each but TAKEN, the error that it came with."""

    answer: Answer
    error: Exception | None = None


def hand_over(build: Callable[[], EmailMessage], server: BaseEmailBackend) -> Attempt:
    """Give one mail for one recipient to an open server. A broken conversation is hung up.

    Args:
        build: Makes the mail; one that cannot be made is refused, and holds up no other.
        server: Where it goes.
    """
    try:
        server.send_messages([build()])
    except smtplib.SMTPRecipientsRefused as error:
        replies = list(error.recipients.values())
        if not all(500 <= code < 600 for code, _ in replies):
            return Attempt(Answer.LATER, error)
        by_policy = any(_POLICY.match(text) for _, text in replies)
        return Attempt(Answer.REFUSED if by_policy else Answer.NO_MAILBOX, error)
    except smtplib.SMTPDataError as error:
        return Attempt(Answer.REFUSED if 500 <= error.smtp_code < 600 else Answer.LATER, error)
    except (ValueError, UnicodeError, smtplib.SMTPNotSupportedError) as error:
        return Attempt(Answer.REFUSED, error)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises, the next mail must go out
        hang_up(server)
        return Attempt(Answer.LATER, error)
    return Attempt(Answer.TAKEN)


def hang_up(server: BaseEmailBackend) -> None:
    """End a conversation, whether or not the server still listens."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        server.close()

"""The second factor of a person: an authenticator app, and codes on paper for the day it is lost.

Guessing is counted on the person's row, not in the cache: it is held also while the cache is down.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from django.db import transaction

from cms.core import mail
from cms.core.accounts import audit, totp
from cms.core.models import RecoveryCode, SecondFactor, User

if TYPE_CHECKING:
    from datetime import datetime

Kind = Literal["app", "recovery"]

RECOVERY_CODES = 10
# So many wrong codes in a row begin a pause of a minute; the next so many one of two, and so on.
PATIENCE = 5
LONGEST_PAUSE = timedelta(hours=1)
_DIGITS = re.compile(rf"[0-9]{{{totp.DIGITS}}}")


class CodeRefused(Exception):
    """A code that was not taken; the message is for who typed it."""


@dataclass(frozen=True)
class _Wrong:
    message: str


def has(user: User) -> bool:
    """Whether this person has a second factor."""
    return SecondFactor.objects.filter(user=user).exists()


def enrol(*, user: User, secret: str, code: str, now: datetime) -> list[str]:
    """Make the app that shows this code the person's second factor; returns the recovery codes.

    Raises:
        CodeRefused: it is not the secret's code, or there is a second factor already.
    """
    step = totp.step_of(secret, _plain(code), now=now)
    if step is None:
        raise CodeRefused(
            "This is not the code that the app shows now. Wait for the next one and type it. If"
            " it is refused again, set the clock of your telephone by the network."
        )
    with transaction.atomic():
        # Where two pages enrol at once, the row of the person makes the second one wait.
        User.objects.select_for_update().get(pk=user.pk)
        if has(user):
            raise CodeRefused("You have an authenticator app already. Log in with its code.")
        factor = SecondFactor.objects.create(user=user, secret=totp.closed(secret), last_step=step)
        codes = _new_codes(factor)
        audit.record(user, audit.FACTOR_ADDED, by=user)
    _tell(user, "An authenticator app was added to your login.")
    return codes


def check(*, user: User, code: str, now: datetime) -> Kind:
    """Take a code, once: the app's, or one of those on paper.

    Raises:
        CodeRefused: it is wrong or was used, or there were too many wrong ones.
    """
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user).first()
        if factor is None:
            raise CodeRefused("You have no authenticator app yet. Load this page again.")
        if factor.blocked_until and factor.blocked_until > now:
            raise CodeRefused(_wait(factor.blocked_until - now))
        outcome = _taken(factor, _plain(code), now=now)
        if isinstance(outcome, _Wrong):
            _count_failure(factor, now=now)
            audit.record(user, audit.CODE_REFUSED)
        else:
            factor.failures, factor.blocked_until = 0, None
        factor.save()
    # What was counted stays counted: the refusal comes after the commit.
    if isinstance(outcome, _Wrong):
        raise CodeRefused(outcome.message)
    if outcome == "recovery":
        left = factor.codes.count()
        audit.record(user, audit.RECOVERY_CODE_USED, by=user, left=left)
        _tell(user, f"A recovery code was used to log in as you. {left} are left.")
    return outcome


def renew_codes(*, user: User, code: str, now: datetime) -> list[str]:
    """New codes on paper, in place of all old ones, for who has the app."""
    check(user=user, code=code, now=now)
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        factor.codes.all().delete()
        codes = _new_codes(factor)
        audit.record(user, audit.CODES_RENEWED, by=user)
    _tell(user, "New recovery codes were made for your login. The old ones are void.")
    return codes


def remove(*, user: User, code: str, now: datetime) -> None:
    """Part from the app, by whoever has it: to set up another, or to do without."""
    check(user=user, code=code, now=now)
    SecondFactor.objects.filter(user=user).delete()
    audit.record(user, audit.FACTOR_REMOVED, by=user)
    _tell(user, "The authenticator app was removed from your login.")


def reset(*, person: User, by: User | None) -> bool:
    """Take away the second factor of somebody who lost it, and end all their sessions.

    Returns:
        Whether there was one.
    """
    with transaction.atomic():
        found, _ = SecondFactor.objects.filter(user=person).delete()
        person.login_sessions.all().delete()
        audit.record(person, audit.FACTOR_RESET, by=by)
    _tell(
        person,
        "An administrator took the authenticator app from your login, and ended all your"
        " sessions. Log in with your password to set up a new one.",
    )
    return bool(found)


def codes_left(user: User) -> int:
    """How many codes on paper there are still."""
    return RecoveryCode.objects.filter(factor__user=user).count()


def _plain(code: str) -> str:
    """What was typed, without the spaces and dashes that help reading."""
    return re.sub(r"[\s-]", "", code).upper()


def _new_codes(factor: SecondFactor) -> list[str]:
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(code)) for code in codes
    )
    return ["-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes]


def _digest(code: str) -> str:
    # Of 80 random bits, nobody finds the code from its digest.
    return hashlib.sha256(code.encode()).hexdigest()


def _taken(factor: SecondFactor, code: str, *, now: datetime) -> Kind | _Wrong:
    if not _DIGITS.fullmatch(code):
        used, _ = factor.codes.filter(digest=_digest(code)).delete()
        return "recovery" if used else _Wrong("This code is not right, or was used before.")
    secret = totp.opened(factor.secret)
    if secret is None:
        return _Wrong(
            "The codes of your app can no longer be checked. Use a recovery code, or ask an"
            " administrator to reset your second factor."
        )
    step = totp.step_of(secret, code, now=now)
    if step is None:
        return _Wrong("This code is not right. Type the one that your app shows now.")
    if step <= factor.last_step:
        return _Wrong("This code was used before. Wait for the next one.")
    factor.last_step = step
    return "app"


def _count_failure(factor: SecondFactor, *, now: datetime) -> None:
    factor.failures += 1
    if factor.failures % PATIENCE == 0:
        doubled = min(factor.failures // PATIENCE - 1, 10)
        factor.blocked_until = now + min(timedelta(minutes=2**doubled), LONGEST_PAUSE)


def _wait(left: timedelta) -> str:
    minutes = math.ceil(left.total_seconds() / 60)
    return (
        f"There were too many wrong codes. Wait {minutes} minute{'s' if minutes > 1 else ''}, then"
        " type the code that your app shows then."
    )


def _tell(person: User, what: str) -> None:
    """Write to the person, who may not be the one who did it."""
    if person.email:
        mail.queue(
            to=person.email,
            subject="Your login was changed",
            template="core/mail/login_changed",
            context={"person": person, "what": what},
        )

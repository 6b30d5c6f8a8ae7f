"""Sessions as rows that know whose they are; Django's engine for them, and ending them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from cms.core.models import LoginSession, User

SALT = "cms.core.accounts.sessions"
# However busy, a session ends so long after it began.
LONGEST = timedelta(days=30)
# One that is to end with the browser ends at latest so long after it was used.
IDLE = timedelta(days=1)
# How exactly one can see when a session was last used.
SEEN_EVERY = timedelta(minutes=5)
SINCE, SEEN, DEVICE, NETWORK = "since", "seen", "device", "network"

_BROWSERS = (
    ("Edge", r"Edg/"),
    ("Opera", r"OPR/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


class SessionStore(DatabaseStore):
    """Keeps beside each session whose it is, since when, and where it was begun."""

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        """Ours; Django imports this module before there are models."""
        from cms.core.models import LoginSession  # noqa: PLC0415 - see above

        return LoginSession

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        """The row, with what the login wrote into the session."""
        row = cast("LoginSession", super().create_model_instance(data))
        row.user_id = data.get("_auth_user_id")
        row.since = _moment(data.get(SINCE))
        row.seen_at = _moment(data.get(SEEN))
        row.device = data.get(DEVICE, "")
        row.network = data.get(NETWORK, "")
        if self.get_expire_at_browser_close():
            row.expire_date = timezone.now() + IDLE
        return row


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)


def device(user_agent: str) -> str:
    """A browser as people name it, as in ``Firefox on Linux``; nothing that tells two apart."""
    browser = next((name for name, mark in _BROWSERS if re.search(mark, user_agent)), "A program")
    system = next((name for name, mark in _SYSTEMS if re.search(mark, user_agent)), "")
    return f"{browser} on {system}" if system else browser


@dataclass(frozen=True)
class Listed:
    """A session as it is shown. Its key is a secret; ``handle`` is not, and finds it."""

    handle: str
    device: str
    network: str
    since: datetime | None
    seen_at: datetime | None
    is_this: bool


def handle(key: str) -> str:
    """A name for a session that opens nothing."""
    return salted_hmac(SALT, key, algorithm="sha256").hexdigest()[:32]


def of(user: User, *, this: str | None = None) -> list[Listed]:
    """The sessions of a person that still stand, this one first, then the latest."""
    listed = [
        Listed(
            handle(row.session_key),
            row.device or "A program",
            row.network or "unknown",
            row.since,
            row.seen_at,
            row.session_key == this,
        )
        for row in _standing(user)
    ]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(listed, key=lambda s: (s.is_this, s.seen_at or oldest), reverse=True)


def _standing(user: User) -> list[LoginSession]:
    now = timezone.now()
    rows = user.login_sessions.filter(expire_date__gt=now)
    return [row for row in rows if row.since is None or row.since > now - LONGEST]


def end(user: User, name: str) -> int:
    """End the one with this handle, if it is this person's; returns how many ended."""
    keys = [
        row.session_key
        for row in user.login_sessions.all()
        if constant_time_compare(handle(row.session_key), name)
    ]
    return user.login_sessions.filter(session_key__in=keys).delete()[0]


def end_others(user: User, *, this: str | None) -> int:
    """End all but this one, or all; returns how many ended."""
    return user.login_sessions.exclude(session_key=this or "").delete()[0]


def told(count: int) -> str:
    """What a person reads who ended so many."""
    if not count:
        return "This session had ended already."
    return "1 session was ended." if count == 1 else f"{count} sessions were ended."

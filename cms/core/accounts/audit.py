"""What the site's history says of logins: who, when, and from which part of the network.

Of somebody whose name nobody has, nothing of what was typed is kept: it is often a password.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.log_actions import LogFormatter, log
from wagtail.models import ModelLogEntry

from cms.core.models import User

if TYPE_CHECKING:
    from wagtail.log_actions import LogActionRegistry

LOGIN = "core.login"
LOGIN_REFUSED = "core.login.refused"
LOGOUT = "core.logout"
CODE_REFUSED = "core.code.refused"
RECOVERY_CODE_USED = "core.recovery_code.use"
FACTOR_ADDED = "core.second_factor.add"
FACTOR_REMOVED = "core.second_factor.remove"
FACTOR_RESET = "core.second_factor.reset"
CODES_RENEWED = "core.recovery_codes.renew"
SESSIONS_ENDED = "core.sessions.end"
EXPORT = "core.export"

KEPT = timedelta(days=180)
NOBODY = "A name that nobody has"

ACTIONS = {
    LOGIN: ("Log in", "Logged in from {network} ({how})"),
    LOGIN_REFUSED: ("Refused login", "A login was refused, from {network}"),
    LOGOUT: ("Log out", "Logged out"),
    CODE_REFUSED: ("Refused code", "A wrong code of the second factor"),
    RECOVERY_CODE_USED: ("Use a recovery code", "A recovery code was used; {left} are left"),
    FACTOR_ADDED: ("Add a second factor", "An authenticator app was added"),
    FACTOR_REMOVED: ("Remove a second factor", "The authenticator app was removed"),
    FACTOR_RESET: ("Reset a second factor", "The authenticator app was taken away; sessions ended"),
    CODES_RENEWED: ("Renew recovery codes", "New recovery codes were made"),
    SESSIONS_ENDED: ("End sessions", "Sessions ended: {count}"),
    EXPORT: ("Export", "{what} exported as {format}"),
}
# Where somebody was, and when: forgotten after a while. What was changed is kept.
PASSING = (LOGIN, LOGIN_REFUSED, LOGOUT, CODE_REFUSED, SESSIONS_ENDED)


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class Told(LogFormatter):
    """The words of an action, filled in."""

    words = ""

    def format_message(self, log_entry: ModelLogEntry) -> str:
        """What an older version did not write down is a question mark."""
        return self.words.format_map(_Known(log_entry.data))


def register(actions: LogActionRegistry) -> None:
    """Tell Wagtail the words of each action."""
    for action, (label, words) in ACTIONS.items():
        actions.register_action(action)(type("Told", (Told,), {"label": label, "words": words}))


def record(person: User, action: str, *, by: User | None = None, **data: Any) -> None:
    """Write down what happened to a person's login."""
    log(person, action, user=by, data=data)


def record_nobody(action: str, **data: Any) -> None:
    """The same for a name that nobody has: as much work, so that time tells nobody which it was."""
    ModelLogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_id="0",
        label=NOBODY,
        action=action,
        timestamp=timezone.now(),
        data=data,
    )


def forget(now: datetime | None = None) -> int:
    """Delete old entries that say where somebody was; returns how many."""
    old = (now or timezone.now()) - KEPT
    return ModelLogEntry.objects.filter(action__in=PASSING, timestamp__lt=old).delete()[0]

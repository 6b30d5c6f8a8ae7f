"""How often passwords may be guessed, without letting strangers lock anybody out.

Guesses are counted by network, by account and network, and by account over all networks. The last
is what would let a stranger lock somebody out, so it does not hold for a browser in which that
person has logged in before: it has a signed cookie that says so. Whoever is stopped in a browser
that is new gets one by setting a new password with a mailed link.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from cms.core.limits import client_network, within

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SALT = "cms.core.accounts.throttle"
NETWORK_RATE = "200/h"
HERE_RATE = "10/15m"
STRANGERS_RATE = "100/h"
RESETS_RATE = "5/h"
RESETS_NETWORK_RATE = "30/h"
BROWSER_LASTS = 180 * 24 * 60 * 60
# Sent with the login's own pages, never with what readers read.
BROWSER_PATH = "/admin/"


def _account(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _digest(account: str) -> str:
    return salted_hmac(SALT, account, algorithm="sha256").hexdigest()[:32]


def admits_login(request: HttpRequest, name: str) -> bool:
    """Count one more attempt to log in with this name, and say whether it may be looked at.

    It is the same for names that nobody has.
    """
    account, network = _account(name), client_network(request)
    known = _is_known(request, account)
    counts = [
        within(request, what="login.network", who=network, rate=NETWORK_RATE),
        within(
            request, what="login.here", who=f"{account}\x1f{network}\x1f{known}", rate=HERE_RATE
        ),
    ]
    if not known:
        counts.append(within(request, what="login.strangers", who=account, rate=STRANGERS_RATE))
    return all(counts)


def admits_reset(request: HttpRequest, address: str) -> bool:
    """Count one more wish for a link to set a new password; whoever is refused is not told."""
    counts = [
        within(request, what="reset.address", who=_account(address), rate=RESETS_RATE),
        within(
            request, what="reset.network", who=client_network(request), rate=RESETS_NETWORK_RATE
        ),
    ]
    return all(counts)


def _is_known(request: HttpRequest, account: str) -> bool:
    try:
        digest = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""),
            salt=SALT,
            max_age=BROWSER_LASTS,
        )
    except signing.BadSignature:
        return False
    return isinstance(digest, str) and constant_time_compare(digest, _digest(account))


def remember_browser(response: HttpResponse, name: str) -> None:
    """Have this browser say from now on that this account was logged in to here."""
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        signing.dumps(_digest(_account(name)), salt=SALT),
        max_age=BROWSER_LASTS,
        path=BROWSER_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )

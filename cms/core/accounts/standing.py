"""Whose a session is: nobody's, until the second factor was shown where one is asked for.

It is decided here for the whole site, so no view can forget to ask: until then ``request.user`` is
anonymous to all of them.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject

from cms.core.accounts import second_factor, sessions
from cms.core.limits import coarse_network
from cms.core.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# In a session: whether its second factor is NEEDED or GIVEN; missing where none was asked for.
MARK = "second_factor"
NEEDED, GIVEN = "needed", "given"


class StandingMiddleware:
    """Puts in the place of Django's ``request.user`` one that stands; still asked for only at need."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Decide when somebody asks."""
        request.user = cast("User", SimpleLazyObject(partial(_standing, request)))
        request.auser = sync_to_async(partial(_standing, request))
        return self.get_response(request)


def _standing(request: HttpRequest) -> User | AnonymousUser:
    user = with_password(request)
    if user is None or not is_whole(request):
        return AnonymousUser()
    _touch(request)
    return user


def with_password(request: HttpRequest) -> User | None:
    """Who gave a password in this session, whatever else is still missing."""
    since = request.session.get(sessions.SINCE)
    if since is not None and since < time.time() - sessions.LONGEST.total_seconds():
        return None
    user = auth.get_user(request)
    return user if isinstance(user, User) else None


def is_whole(request: HttpRequest) -> bool:
    """Whether nothing is missing in a session that began with a password."""
    mark = request.session.get(MARK)
    return mark == GIVEN or (mark is None and not settings.REQUIRE_MFA)


def half(request: HttpRequest) -> User | None:
    """Who gave a password, and has to show the second factor now."""
    user = with_password(request)
    return None if is_whole(request) else user


def complete(request: HttpRequest) -> None:
    """The second factor was shown: from here on the session is its person's, under a new key."""
    request.session[MARK] = GIVEN
    request.session.cycle_key()


def begin(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Note in a new session what is told of it, and whether something is still missing."""
    session = request.session
    session[sessions.SINCE] = session[sessions.SEEN] = int(time.time())
    session[sessions.DEVICE] = sessions.device(request.META.get("HTTP_USER_AGENT", ""))
    session[sessions.NETWORK] = coarse_network(request)
    session.pop(MARK, None)
    if settings.REQUIRE_MFA or second_factor.has(user):
        session[MARK] = NEEDED


def _touch(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session.get(sessions.SEEN, 0) > sessions.SEEN_EVERY.total_seconds():
        request.session[sessions.SEEN] = now

"""What logging in adds to Wagtail and to the sweep."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.admin.widgets import Button

from cms.core.accounts import audit, people_views, standing
from cms.core.accounts.sessions import SessionStore
from cms.core.accounts.urls import admin_urlpatterns
from cms.core.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.urls import URLPattern
    from wagtail.log_actions import LogActionRegistry

    from cms.core.requests import AdminRequest

JOBS_KEPT = timedelta(days=14)


def account_urls() -> list[URLPattern]:
    """One's own login, and that of people whom one looks after."""
    return admin_urlpatterns


def log_actions(actions: LogActionRegistry) -> None:
    """What the site's history calls them."""
    audit.register(actions)


def own_factor_item(request: Any) -> dict[str, str]:
    """From the account page to the second factor."""
    return {
        "url": reverse("core_second_factor"),
        "label": "Authenticator app",
        "help_text": "A code from your telephone, asked for besides your password.",
    }


def own_sessions_item(request: Any) -> dict[str, str]:
    """From the account page to the sessions."""
    return {
        "url": reverse("core_own_sessions"),
        "label": "Where you are logged in",
        "help_text": "Browsers that are logged in as you; end those that you do not know.",
    }


def access_button(user: User, request_user: User) -> Iterator[Button]:
    """From the list of people to somebody's login."""
    if people_views.may_change(request_user, user):
        yield Button("Login", reverse("core_access", args=[user.pk]), icon_name="key", priority=40)


def make_no_administrator(request: AdminRequest) -> None:
    """Wagtail has whoever may change people tick that somebody is one."""
    if "is_superuser" in request.POST and not request.user.is_superuser:
        raise PermissionDenied


def leave_administrators_alone(request: AdminRequest, user: User) -> None:
    """It also has them set an administrator's password, and take the rights."""
    make_no_administrator(request)
    if not people_views.may_change(request.user, user):
        raise PermissionDenied


def leave_them_alone_in_bulk(
    request: AdminRequest, action: str, objects: Iterable[Any], view: object
) -> None:
    """The same for many at once."""
    for one in objects:
        if isinstance(one, User):
            leave_administrators_alone(request, one)


def sweep_logins() -> str:
    """Forget sessions that are over, and old entries that say who was where."""
    SessionStore.clear_expired()
    return f"logins: sessions that are over forgotten; {audit.forget()} old entries forgotten"


def sweep_jobs() -> str:
    """Forget jobs that ended long ago."""
    ended = DBTaskResult.objects.finished()
    count, _ = ended.filter(finished_at__lt=timezone.now() - JOBS_KEPT).delete()
    return f"jobs: {count} that ended long ago forgotten"


def _record_logout(sender: object, user: User | None, **_: Any) -> None:
    if user is not None and user.pk:
        audit.record(user, audit.LOGOUT, by=user)


def listen() -> None:
    """Hear of each login and logout."""
    user_logged_in.connect(standing.begin, dispatch_uid="cms.core.accounts.begin")
    user_logged_out.connect(_record_logout, dispatch_uid="cms.core.accounts.logout")


HOOKS = (
    ("register_admin_urls", account_urls),
    ("register_log_actions", log_actions),
    ("register_account_menu_item", own_factor_item),
    ("register_account_menu_item", own_sessions_item),
    ("register_user_listing_buttons", access_button),
    ("before_create_user", make_no_administrator),
    ("before_edit_user", leave_administrators_alone),
    ("before_bulk_action", leave_them_alone_in_bulk),
    ("sweep", sweep_logins),
    ("sweep", sweep_jobs),
)

"""What an administrator sees and changes of somebody's login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.permissions import policy_registry

from cms.core.accounts import audit, second_factor, sessions
from cms.core.models import User

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest


def may_change(by: User, person: User) -> bool:
    """Whether somebody looks after a person's login; after an administrator's, administrators only."""
    policy = policy_registry.get_by_type(User)
    allowed = policy.user_has_permission_for_instance(by, "change", person)
    return bool(allowed) and (by.is_superuser or not person.is_superuser)


def _person(request: AdminRequest, pk: int) -> User:
    if not policy_registry.get_by_type(User).user_has_permission(request.user, "change"):
        raise PermissionDenied
    person = get_object_or_404(User, pk=pk)
    if not may_change(request.user, person):
        raise PermissionDenied
    return person


@require_safe
def access(request: AdminRequest, pk: int) -> HttpResponse:
    """Where somebody is logged in, and with what."""
    person = _person(request, pk)
    context = {
        "person": person,
        "sessions": sessions.of(person),
        "has_factor": second_factor.has(person),
        "codes_left": second_factor.codes_left(person),
    }
    return render(request, "core/accounts/access.html", context)


@require_POST
def end_sessions(request: AdminRequest, pk: int) -> HttpResponse:
    """End one session of somebody, or all."""
    person = _person(request, pk)
    if named := request.POST.get("session", ""):
        count = sessions.end(person, named)
    else:
        count = sessions.end_others(person, this=None)
    if count:
        audit.record(person, audit.SESSIONS_ENDED, by=request.user, count=count)
    messages.success(request, sessions.told(count))
    if person == request.user and not request.session.exists(request.session.session_key or ""):
        # One's own: there is nothing left to go back to.
        request.session.flush()
        return redirect("wagtailadmin_login")
    return redirect("core_access", person.pk)


@require_POST
def reset_factor(request: AdminRequest, pk: int) -> HttpResponse:
    """Take away the second factor of somebody who lost it."""
    person = _person(request, pk)
    if person == request.user:
        raise Http404("Whoever has a second factor removes it with a code of it.")
    second_factor.reset(person=person, by=request.user)
    messages.success(
        request,
        f"{person.public_name} has no authenticator app any more, and is logged out everywhere.",
    )
    return redirect("core_access", person.pk)

"""What people see and change of their own login, below the admin's account page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from cms.core.accounts import audit, second_factor, sessions, standing
from cms.core.accounts.forms import CodeForm
from cms.core.accounts.second_factor import CodeRefused

if TYPE_CHECKING:
    from django.http import HttpResponse

    from cms.core.requests import AdminRequest


@require_http_methods(["GET", "HEAD", "POST"])
def own_factor(request: AdminRequest) -> HttpResponse:
    """Whether there is a second factor; with a code, new recovery codes or none of it any more."""
    user, now = request.user, timezone.now()
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs.pop("autofocus")
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        try:
            if request.POST.get("do") == "remove":
                return _remove(request, typed)
            codes = second_factor.renew_codes(user=user, code=typed, now=now)
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            context = {"codes": codes, "onward": reverse("core_second_factor"), "is_first": False}
            return render(request, "core/accounts/codes.html", context)
    context = {
        "form": form,
        "has_factor": second_factor.has(user),
        "codes_left": second_factor.codes_left(user),
        "is_required": settings.REQUIRE_MFA,
    }
    return render(
        request, "core/accounts/own_factor.html", context, status=400 if form.errors else 200
    )


def _remove(request: AdminRequest, code: str) -> HttpResponse:
    second_factor.remove(user=request.user, code=code, now=timezone.now())
    messages.success(request, "Your authenticator app was removed.")
    if not settings.REQUIRE_MFA:
        return redirect("core_second_factor")
    # Nobody works here without one: this session is nobody's until the next is set up.
    request.session[standing.MARK] = standing.NEEDED
    request.user.login_sessions.exclude(session_key=request.session.session_key).delete()
    return redirect("core_login_set_up")


@require_safe
def own_sessions(request: AdminRequest) -> HttpResponse:
    """Where one is logged in."""
    listed = sessions.of(request.user, this=request.session.session_key)
    return render(request, "core/accounts/own_sessions.html", {"sessions": listed})


@require_POST
def end_own_sessions(request: AdminRequest) -> HttpResponse:
    """End one of one's own, or all others."""
    if named := request.POST.get("session", ""):
        count = sessions.end(request.user, named)
    else:
        count = sessions.end_others(request.user, this=request.session.session_key)
    if count:
        audit.record(request.user, audit.SESSIONS_ENDED, by=request.user, count=count)
    messages.success(request, sessions.told(count))
    return redirect("core_own_sessions")

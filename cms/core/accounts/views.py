"""Logging in: password, second factor, setting one up. Open to whoever has no session yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.views import account as wagtail_account

from cms.core.accounts import audit, second_factor, standing, throttle, totp
from cms.core.accounts.forms import (
    THROTTLED,
    ChosenFactorForm,
    CodeForm,
    LoginForm,
    PasswordResetForm,
)
from cms.core.accounts.second_factor import CodeRefused
from cms.core.limits import coarse_network

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

    from cms.core.models import User

# In a session: the secret that is being set up, and where its visitor wanted to go.
SECRET = "new_second_factor"  # noqa: S105 - the name of a key
NEXT = "after_login"


class LoginView(wagtail_account.LoginView):
    """Wagtail's, with limits, and a second step where one is asked for."""

    form_class = LoginForm

    def get_form_class(self) -> type[LoginForm]:
        """Ours."""
        return LoginForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead on who gave a password already."""
        if standing.half(request):
            return _second_step(request, self.get_redirect_url())
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Begin a session; whoever has a second step to take goes there first."""
        response: HttpResponse = super().form_valid(form)
        user: User = form.get_user()  # type: ignore[attr-defined]
        if standing.half(self.request):
            return _second_step(self.request, self.get_redirect_url())
        return _welcome(self.request, response, user, how="password")

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """Say with the status, too, that there were too many."""
        response: HttpResponse = super().form_invalid(form)
        if form.has_error("__all__", THROTTLED):
            response.status_code = 429
        return response


class PasswordResetView(wagtail_account.PasswordResetView):
    """Wagtail's, which takes as long and says the same whoever is asked for."""

    def get_form_class(self) -> type[PasswordResetForm]:
        """Ours."""
        return PasswordResetForm


class PasswordResetConfirmView(wagtail_account.PasswordResetConfirmView):
    """Wagtail's; whoever came here by the mailed link is not stopped by strangers' guesses."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Remember the browser."""
        response: HttpResponse = super().form_valid(form)
        throttle.remember_browser(response, self.user.get_username())
        return response


def _welcome(request: HttpRequest, response: HttpResponse, user: User, *, how: str) -> HttpResponse:
    audit.record(user, audit.LOGIN, by=user, network=coarse_network(request), how=how)
    throttle.remember_browser(response, user.get_username())
    return response


def _second_step(request: HttpRequest, after: str) -> HttpResponse:
    request.session[NEXT] = after
    return redirect("core_login_code")


def _onward(request: HttpRequest) -> str:
    after = str(request.session.pop(NEXT, ""))
    safe = url_has_allowed_host_and_scheme(
        after, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return after if after and safe else reverse("wagtailadmin_home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Show the second factor."""
    user = standing.half(request)
    if user is None:
        return redirect("wagtailadmin_home")
    if not second_factor.has(user):
        return redirect("core_login_set_up")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kind = second_factor.check(
                user=user, code=form.cleaned_data["code"], now=timezone.now()
            )
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            standing.complete(request)
            onward = redirect(_onward(request))
            return _welcome(request, onward, user, how=f"password and {kind}")
    context = {"form": form, "person": user}
    return render(request, "core/accounts/code.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app: before the first entry where it is asked for, or by choice."""
    half = standing.half(request)
    user = half or standing.with_password(request)
    if user is None:
        return redirect("wagtailadmin_login")
    if second_factor.has(user):
        return redirect("core_login_code" if half else "core_second_factor")
    if SECRET not in request.session:
        request.session[SECRET] = totp.closed(totp.new_secret())
    secret = totp.opened(request.session[SECRET]) or ""
    given = request.POST or None
    # Whoever is on the way in typed the password a moment ago.
    form = CodeForm(given) if half else ChosenFactorForm(given, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factor.enrol(
                user=user, secret=secret, code=form.cleaned_data["code"], now=timezone.now()
            )
        except CodeRefused as refused:
            form.add_error("code", str(refused))
        else:
            del request.session[SECRET]
            return _set_up_done(request, user, codes, first=bool(half))
    issuer = f"{settings.WAGTAIL_SITE_NAME} ({request.get_host()})"
    address = totp.address(secret=secret, who=user.get_username(), issuer=issuer)
    context = {
        "form": form,
        "person": user,
        "is_first": bool(half),
        "picture": totp.picture(address),
        "address": address,
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    }
    return render(request, "core/accounts/set_up.html", context, status=400 if form.errors else 200)


def _set_up_done(
    request: HttpRequest, user: User, codes: list[str], *, first: bool
) -> HttpResponse:
    """Show the codes, this once; other sessions of the person had no second factor."""
    standing.complete(request)
    user.login_sessions.exclude(session_key=request.session.session_key).delete()
    onward = _onward(request) if first else reverse("core_second_factor")
    context = {"codes": codes, "onward": onward, "is_first": first}
    response = render(request, "core/accounts/codes.html", context)
    return _welcome(request, response, user, how="password and app") if first else response


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End a session that was only begun, to log in as somebody else."""
    request.session.flush()
    return redirect("wagtailadmin_login")

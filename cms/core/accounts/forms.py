"""The forms of logging in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from cms.core import mail
from cms.core.accounts import audit, throttle
from cms.core.limits import coarse_network
from cms.core.models import User

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.http import HttpRequest

THROTTLED = "throttled"
# Nobody has it, and nothing is sent to it.
NOBODY = "nobody@mail.invalid"


class LoginForm(WagtailLoginForm):
    """Name and password, so many times and no more."""

    def clean(self) -> dict[str, Any] | None:
        """Count before looking, so that guessing goes no faster than waiting."""
        name = self.cleaned_data.get("username")
        if name and not throttle.admits_login(self.request, name):
            raise forms.ValidationError(
                "There were too many attempts. Wait 15 minutes, or set a new password: the link"
                " in the mail lets you in.",
                code=THROTTLED,
            )
        cleaned: dict[str, Any] | None = super().clean()
        return cleaned

    def get_invalid_login_error(self) -> ValidationError:
        """Write down that somebody was refused, with as much work for names that nobody has."""
        network = coarse_network(self.request)
        person = User.objects.filter(username=self.cleaned_data.get("username", "")).first()
        if person is None:
            audit.record_nobody(audit.LOGIN_REFUSED, network=network)
        else:
            audit.record(person, audit.LOGIN_REFUSED, network=network)
        error: ValidationError = super().get_invalid_login_error()
        return error


class CodeForm(forms.Form):
    """A code of the app, or one on paper."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": "",
            }
        ),
        error_messages={"required": "Type the code that your app shows."},
    )


class ChosenFactorForm(CodeForm):
    """The first code of an app that somebody adds by choice, who logged in some time ago.

    Without the password, whoever finds an open browser could lock its owner out with an app.
    """

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type the password that you log in with."},
    )

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request, self._user = request, user

    def clean_password(self) -> str:
        """Counted like a login, so that guessing goes no faster here."""
        password: str = self.cleaned_data["password"]
        if not throttle.admits_login(self._request, self._user.get_username()):
            raise forms.ValidationError("There were too many attempts. Wait 15 minutes.")
        if not self._user.check_password(password):
            raise forms.ValidationError("This is not your password. Type it again.")
        return password


class PasswordResetForm(WagtailPasswordResetForm):
    """A wish for a link, answered alike and with as much work for addresses that nobody has."""

    def save(self, *, request: HttpRequest, **_: Any) -> None:
        """Write the mail into the outbox: to whom it concerns, or to nobody."""
        address = self.cleaned_data["email"]
        admitted = throttle.admits_reset(request, address)
        found = list(self.get_users(address))
        for person in found or [User(pk=0, username="nobody", email=NOBODY)]:
            mail.queue(
                to=person.email,
                subject="Set a new password",
                template="core/mail/new_password",
                context={
                    "person": person,
                    "uid": urlsafe_base64_encode(force_bytes(person.pk)),
                    "token": default_token_generator.make_token(person),
                },
                withheld=not (found and admitted),
            )

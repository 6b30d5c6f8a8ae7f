"""People with passwords and apps, and browsers that log in as them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from cms.core.accounts import totp
from cms.core.models import SecondFactor, User
from tests.factories.people import UserFactory

PASSWORD = "a whole sentence of words"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def person(*, with_app: bool = False, **fields: Any) -> User:
    """Somebody who can log in by the form; an editor where nothing else is said."""
    fields.setdefault("role", "Editors")
    user: User = UserFactory(**fields)
    user.set_password(PASSWORD)
    user.save()
    if with_app:
        SecondFactor.objects.create(user=user, secret=totp.closed(SECRET))
    return user


def code_now(*, secret: str = SECRET, later: int = 0, now: datetime | None = None) -> str:
    """What the app shows, some periods later."""
    return totp.code_at(secret, totp.step_at(now or timezone.now()) + later)


def give_password(client: Client, user: User | str, password: str = PASSWORD, **asked: Any) -> Any:
    """Send the login form."""
    name = user if isinstance(user, str) else user.get_username()
    headers = asked.pop("headers", {})
    data = {"username": name, "password": password, **asked}
    return client.post("/admin/login/", data, headers=headers)


def is_in(client: Client) -> bool:
    """Whether the admin lets this browser in."""
    return client.get("/admin/").status_code == 200

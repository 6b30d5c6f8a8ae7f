"""People who log in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser

if TYPE_CHECKING:
    from django.db.models import Manager

    from cms.core.models.accounts import LoginSession


class User(AbstractUser):
    """Somebody who works in the newsroom."""

    if TYPE_CHECKING:
        _password: str | None
        login_sessions: Manager[LoginSession]

    class Meta:
        verbose_name = "user"
        verbose_name_plural = "users"

    @property
    def public_name(self) -> str:
        """The name that readers and colleagues see."""
        return self.get_full_name() or self.get_username()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and where the password is another, end the sessions that began with the old one.

        A view that keeps its own visitor logged in gives them a new session afterwards.
        """
        password_is_new = self._password is not None
        super().save(*args, **kwargs)
        if password_is_new:
            self.login_sessions.all().delete()

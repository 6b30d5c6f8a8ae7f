"""People who log in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody who works in the newsroom."""

    class Meta:
        verbose_name = "user"
        verbose_name_plural = "users"

    @property
    def public_name(self) -> str:
        """The name that readers and colleagues see."""
        return self.get_full_name() or self.get_username()

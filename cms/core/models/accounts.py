"""What is known of how people log in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class LoginSession(AbstractBaseSession):
    """A session that knows whose it is, so that it can be listed and ended."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="login_sessions",
    )
    since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=80, blank=True)
    network = models.CharField(max_length=50, blank=True)

    class Meta:
        verbose_name = "session"
        verbose_name_plural = "sessions"


class SecondFactor(models.Model):
    """The authenticator app of a person, and how often somebody guessed at it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    secret = models.TextField(help_text="Encrypted; see cms.core.accounts.totp.")
    last_step = models.BigIntegerField(
        default=0, help_text="The latest period whose code was used; no older one is taken."
    )
    failures = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "second factor"

    def __str__(self) -> str:
        return f"Second factor of {self.user}"


class RecoveryCode(models.Model):
    """A code on paper that takes the place of the app, once."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = "recovery code"

    def __str__(self) -> str:
        return f"Recovery code of {self.factor.user}"

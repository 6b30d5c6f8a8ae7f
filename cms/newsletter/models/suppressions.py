"""Addresses that get nothing any more."""

from __future__ import annotations

from django.db import models


class SuppressionReason(models.TextChoices):
    """Why an address is not written to."""

    NEVER_AGAIN = "never", "Its owner wants no mail again"
    NO_MAILBOX = "bounced", "Its server says that there is no such mailbox"
    COMPLAINT = "complaint", "Its owner called our mail unwanted"


class Suppression(models.Model):
    """An address that the newsletter never writes to, known by a digest only."""

    wagtail_reference_index_ignore = True

    digest = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=10, choices=SuppressionReason)
    created_at = models.DateTimeField("since", auto_now_add=True)

    class Meta:
        verbose_name = "suppressed address"
        verbose_name_plural = "suppressed addresses"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.digest[:12]})"

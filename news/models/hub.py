"""What the WebSub hub is still to be told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class ChangedFeed(models.Model):
    """A feed of ours that changed, until the hub has taken note; one row however often it did."""

    path = models.CharField(max_length=255, unique=True)
    changed_at = models.DateTimeField(default=timezone.now)
    # Failures in a row, and when to try again.
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "pk"]

    def __str__(self) -> str:
        return self.path

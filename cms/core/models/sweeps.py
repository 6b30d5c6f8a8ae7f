"""What the sweep did last."""

from __future__ import annotations

from django.db import models


class SweepPart(models.Model):
    """One part of the sweep: when it last did its work, and when it last failed.

    Written by whichever process sweeps; told by `/metrics` and to whoever runs the server.
    """

    name = models.CharField(max_length=200, unique=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

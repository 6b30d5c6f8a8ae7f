"""What an import of members of Congress leaves for people to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from advocacy.models.representatives import Representative

if TYPE_CHECKING:
    from typing import Self


class DifferenceQuerySet(models.QuerySet["Difference"]):
    """Differences by what became of them."""

    def open(self) -> Self:
        """Those that nobody has decided on."""
        return self.filter(dismissed_at=None)


class Difference(models.Model):
    """What a file says otherwise than a person does: kept as the person has it, and shown."""

    representative = models.ForeignKey(
        Representative, on_delete=models.CASCADE, related_name="differences"
    )
    key = models.CharField(max_length=100, help_text="A field, or a channel by its import key.")
    label = models.CharField(max_length=160)
    ours = models.CharField(max_length=500, blank=True)
    theirs = models.CharField(max_length=500, blank=True)
    # What accepting it writes; null for a channel that the file has no more.
    offered = models.JSONField(null=True)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = DifferenceQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "difference"
        verbose_name_plural = "differences"
        ordering = ["representative__last_name", "representative_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["representative", "key"], name="difference_once_for_each_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.representative}: {self.label}"

"""What a moderator did to related links, kept for as long as it can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

# Longer ago, nobody remembers what one key press would put back.
UNDONE_WITHIN = timedelta(days=1)


class CurationQuerySet(models.QuerySet["Curation"]):
    """Questions about what was done."""

    def undoable(self) -> Self:
        """Those that can still be undone, the latest first."""
        return self.filter(undone_at=None, at__gt=timezone.now() - UNDONE_WITHIN).order_by("-pk")

    def past_undoing(self) -> Self:
        """Those that can no longer be undone."""
        return self.exclude(at__gt=timezone.now() - UNDONE_WITHIN)


class Curation(models.Model):
    """One action of one moderator, on one link or on many at once."""

    class Kind(models.TextChoices):
        """What was done; the label says it of the links."""

        APPROVE = "approve", "approved"
        REJECT = "reject", "rejected"
        PUT_BACK = "put_back", "put back among the suggestions"
        MOVE = "move", "moved"
        ADD = "add", "added"
        EDIT = "edit", "edited"
        REMOVE = "remove", "removed"
        KEEP = "keep", "kept although it did not answer"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # {"link", "article", "title", "before", "after"} each; before and after hold the fields that
    # changed, all of them where the link was added or removed, and None where there was no link.
    changes = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    objects = CurationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["by", "undone_at", "-id"], name="curation_last")]

    @property
    def about(self) -> list[dict[str, Any]]:
        """What was changed on purpose: the others that a move passes are not spoken of."""
        return self.changes[:1] if self.kind == self.Kind.MOVE else self.changes

    def __str__(self) -> str:
        titles = [change["title"] for change in self.about]
        what = f"“{titles[0]}”" if len(titles) == 1 else f"{len(titles)} links"
        return f"{what} {self.get_kind_display()}"

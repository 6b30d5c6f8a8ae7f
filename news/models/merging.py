"""Merges of tags, sources and categories: what was done, and what undoing needs."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class MergeQuerySet(models.QuerySet["Merge"]):
    """Questions about merges."""

    def under_way(self) -> Self:
        """Those that a worker has yet to finish, in either direction."""
        return self.filter(status__in=Merge.UNDER_WAY)


class Merge(models.Model):
    """One thing that became part of another, with all that is needed to part them again."""

    class Kind(models.TextChoices):
        """What was merged."""

        TAG = "tag", "Tag"
        SOURCE = "source", "Source"
        CATEGORY = "category", "Category"

    class Status(models.TextChoices):
        """Where it stands."""

        MERGING = "merging", "Being merged"
        MERGED = "merged", "Merged"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Stopped"

    UNDER_WAY = (Status.MERGING, Status.UNDOING)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    # By number and name: the one is gone afterwards, the other may be renamed or go too.
    old_id = models.PositiveBigIntegerField(db_index=True)
    old_name = models.CharField(max_length=200)
    into_id = models.PositiveBigIntegerField(db_index=True)
    into_name = models.CharField(max_length=200)
    # The rows that were deleted at the end: the thing itself, and its own versions.
    kept = models.JSONField(default=list)

    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.MERGING, db_index=True
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    # How far a worker is. Versions are looked through in the order of their numbers.
    versions_total = models.PositiveIntegerField(default=0)
    versions_looked_through = models.PositiveIntegerField(default=0)
    last_version = models.PositiveBigIntegerField(default=0)
    last_version_undone = models.PositiveBigIntegerField(default=0)
    touched_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=1)
    problem = models.TextField(blank=True)

    moved = models.PositiveIntegerField(default=0)
    given_back = models.PositiveIntegerField(default=0)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        default_permissions = ()
        permissions = [
            ("merge_tag", "Can merge and rename tags"),
            ("merge_source", "Can merge sources"),
            ("merge_category", "Can merge categories"),
        ]

    def __str__(self) -> str:
        return f"“{self.old_name}” into “{self.into_name}”"

    @property
    def not_given_back(self) -> int:
        """How much people had changed before it was undone."""
        return max(self.moved - self.given_back, 0)


class MergeStep(models.Model):
    """What one transaction of a merge moved."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="steps")
    # "news.ArticlePage.source" for a column, "news.ArticlePage:source" for a part of versions.
    place = models.CharField(max_length=120)
    # Of a column: "moved" and "removed"; of versions: "versions".
    record = models.JSONField()
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.place} of merge {self.merge_id}"

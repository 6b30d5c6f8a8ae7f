"""Addresses that categories, sources, tags, authors and what asks readers to act had before."""

from __future__ import annotations

from django.db import models


class FormerSlug(models.Model):
    """A slug that once led to a thing; what has it now comes first, and then this."""

    class Kind(models.TextChoices):
        """What it led to."""

        CATEGORY = "category", "Category"
        SOURCE = "source", "Source"
        TAG = "tag", "Tag"
        AUTHOR = "author", "Author"
        PETITION = "petition", "Petition"
        LETTER = "letter", "Letter"
        REPRESENTATIVE = "representative", "Representative"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    slug = models.CharField(max_length=160)
    # By number: the thing may have been merged into another, which its merge tells, and come back.
    object_id = models.PositiveBigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="former_slug_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"

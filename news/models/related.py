"""Links to other articles that a moderator approved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

# As many as one article shows.
SHOWN_AT_MOST = 10
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# How long after a check the next one is due: of a link that is well, of one that failed once, and
# of one that is known to be broken.
CHECK_AFTER = timedelta(days=7)
CHECK_AGAIN_AFTER = timedelta(hours=6)
CHECK_BROKEN_AFTER = timedelta(days=1)


class RelatedLinkQuerySet(models.QuerySet["RelatedLink"]):
    """Questions about related links."""

    def approved(self) -> Self:
        """Those a moderator approved, in the moderator's order."""
        return self.filter(status=RelatedLink.Status.APPROVED).order_by("position", "pk")

    def broken(self) -> Self:
        """Those that no longer answer, and that somebody might follow or approve."""
        # At any time at all: asked as a range, which SQLite too answers from its index.
        broken = self.filter(broken_since__gt=LONG_AGO)
        return broken.exclude(status=RelatedLink.Status.REJECTED)

    def due_for_check(self) -> Self:
        """Those whose address is to be asked by now; an article of our own is asked for nothing."""
        now = timezone.now()
        well = models.Q(failed_checks=0, checked_at__lte=now - CHECK_AFTER)
        failed = models.Q(failed_checks__gt=0, checked_at__lte=now - CHECK_AGAIN_AFTER)
        broken = models.Q(broken_since__isnull=False, checked_at__lte=now - CHECK_BROKEN_AFTER)
        due = models.Q(checked_at=None) | well | failed & models.Q(broken_since=None) | broken
        return self.exclude(status=RelatedLink.Status.REJECTED).filter(due, page=None)


class RelatedLink(models.Model):
    """A row beside the article, not part of its revision: curating needs no right to edit pages."""

    class Status(models.TextChoices):
        """What a moderator decided."""

        SUGGESTED = "suggested", "Suggested"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    article = models.ForeignKey(
        "news.ArticlePage", on_delete=models.CASCADE, related_name="related_links"
    )
    address = models.URLField(max_length=2000)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=160, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # What it leads to, where that is known here.
    story = models.ForeignKey(
        "news.Story",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="related_links",
    )
    page = models.ForeignKey(
        "news.ArticlePage",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="+",
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.APPROVED, db_index=True
    )
    position = models.PositiveIntegerField(
        default=100, help_text="Lower comes first. An article shows the first ten approved links."
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    rejected_because = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    # A suggestion says why it was made, in words for the moderator, and how sure it is (0 to 1).
    explanation = models.CharField(max_length=300, blank=True, editable=False)
    score = models.FloatField(null=True, editable=False)
    # Near-duplicates that this one stands for: {"title", "publisher", "address"} each.
    folded = models.JSONField(default=list, blank=True, editable=False)

    # What the periodic check found at its address.
    checked_at = models.DateTimeField(null=True, editable=False)
    failed_checks = models.PositiveIntegerField(default=0, editable=False)
    broken_since = models.DateTimeField(null=True, editable=False, db_index=True)
    check_message = models.CharField(max_length=300, blank=True, editable=False)

    objects = RelatedLinkQuerySet.as_manager()

    class Meta:
        ordering = ["article_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "address"], name="related_link_unique")
        ]
        indexes = [
            models.Index(fields=["article", "status", "position"], name="related_link_shown"),
            # The queue goes from one article to the next among the links of one state.
            models.Index(fields=["status", "article"], name="related_link_queued"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse other schemes than http(s), and a date that has not come yet."""
        super().clean()
        if self.address and not self.address.lower().startswith(("http://", "https://")):
            raise ValidationError(
                {"address": "Use an address that begins with http:// or https://."}
            )
        if self.published_at and self.published_at > timezone.now():
            raise ValidationError({"published_at": "This date is in the future."})

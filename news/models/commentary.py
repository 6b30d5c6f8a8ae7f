"""The record of how commentary came to be: draft runs, their blocks, edits and reviews.

These rows are what provenance, the gate and the evidence file are computed from. They are written
by ``news.drafting`` and ``news.reviews`` alone, and never edited by hand.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class Section(models.TextChoices):
    """The three sections of commentary; the value is the name of the article's field."""

    OPINION = "opinion", "Opinion"
    ACTION = "action", "Action"
    TO_DO = "to_do", "To Do"


class DraftRunQuerySet(models.QuerySet["DraftRun"]):
    """Questions about draft runs."""

    def unfinished(self) -> Self:
        """Those that wait for a worker or for the model."""
        return self.filter(status__in=[DraftRun.Status.QUEUED, DraftRun.Status.RUNNING])

    def this_month(self) -> Self:
        """Those asked for since the month began in the site's zone."""
        start = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return self.filter(requested_at__gte=start)

    def spent(self) -> Decimal:
        """What they cost, in USD; unfinished ones count with their estimate."""
        return self.aggregate(total=models.Sum("cost"))["total"] or Decimal(0)


class DraftRun(models.Model):
    """One call of the model for one section."""

    class Status(models.TextChoices):
        """Where a run stands."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        help_text="Chosen by the editor's browser, so that a repeated request starts no second run.",
    )
    section = models.CharField(max_length=8, choices=Section.choices)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.QUEUED, db_index=True
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="draft_runs"
    )
    requested_at = models.DateTimeField(default=timezone.now, db_index=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.SET_NULL)
    page = models.ForeignKey(
        "news.ArticlePage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="draft_runs",
        help_text="Blank until the page that the draft was asked for is saved.",
    )
    page_title = models.CharField(max_length=255, blank=True)
    source_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the text that the model was given."
    )
    prompt_version = models.CharField(max_length=40, blank=True)
    prompt_hash = models.CharField(max_length=64, blank=True)
    request = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the job needs to make the call. Emptied when the run has finished.",
    )

    model = models.CharField(max_length=120, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    usage_estimated = models.BooleanField(default=False)
    cost = models.DecimalField(
        max_digits=10,
        decimal_places=6,
        default=Decimal(0),
        help_text="In USD. An estimate until the run has finished.",
    )
    latency_ms = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(
        default=1, help_text="How often a worker was asked to do it."
    )

    failure_reason = models.CharField(max_length=40, blank=True)
    failure_message = models.TextField(blank=True)
    findings = models.JSONField(
        default=list, blank=True, help_text="What the guard dropped or flags to the editor."
    )
    blocks = models.JSONField(
        default=list, blank=True, help_text="The blocks made of the reply, as the editor gets them."
    )

    objects = DraftRunQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-pk"]
        permissions = [("draft_commentary", "Can have commentary drafted by the language model")]
        indexes = [models.Index(fields=["status", "started_at"], name="draft_run_unfinished")]

    def __str__(self) -> str:
        return f"{self.get_section_display()} for “{self.page_title or 'an untitled article'}”"

    @property
    def is_finished(self) -> bool:
        """No worker will touch it any more."""
        return self.status not in {self.Status.QUEUED, self.Status.RUNNING}


class DraftedBlock(models.Model):
    """A block that a run produced, as it was produced."""

    run = models.ForeignKey(DraftRun, on_delete=models.CASCADE, related_name="drafted_blocks")
    block_id = models.UUIDField(db_index=True)
    digest = models.CharField(
        max_length=64, db_index=True, help_text="SHA-256 of the block's words; see news.provenance."
    )
    text = models.TextField(help_text="The block's words, to know them again where they are moved.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "block_id"], name="drafted_block_unique")
        ]

    def __str__(self) -> str:
        return str(self.block_id)


class CommentaryEdit(models.Model):
    """Who last changed a section, or one block of it, and what it held then."""

    page = models.ForeignKey(
        "news.ArticlePage", on_delete=models.CASCADE, related_name="commentary_edits"
    )
    section = models.CharField(max_length=8, choices=Section.choices)
    block_id = models.CharField(
        max_length=36, blank=True, help_text="Blank where the row speaks of the whole section."
    )
    digest = models.CharField(max_length=64)
    editor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "section", "block_id"], name="commentary_edit_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()} of page {self.page_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Questions about reviews."""

    def asked(self) -> Self:
        """Those that wait for somebody's decision."""
        return self.filter(decision=Review.Decision.ASKED)

    def approved(self) -> Self:
        """Those that ended in an approval."""
        return self.filter(decision=Review.Decision.APPROVED)


class Review(models.Model):
    """Somebody's judgement of one section, bound to exactly the content that they saw."""

    class Decision(models.TextChoices):
        """How a review ended, or that it has not."""

        ASKED = "asked", "Asked for"
        APPROVED = "approved", "Approved"
        CHANGES = "changes", "Changes wanted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    page = models.ForeignKey("news.ArticlePage", on_delete=models.CASCADE, related_name="reviews")
    section = models.CharField(max_length=8, choices=Section.choices)
    content_hash = models.CharField(
        max_length=64,
        help_text="SHA-256 of the section's content; any later edit voids the review.",
    )
    content = models.JSONField(
        default=list, help_text="The section as the reviewer saw it, for the evidence file."
    )
    holds_model_text = models.BooleanField(
        default=False, help_text="A model drafted at least one block of that content."
    )
    decision = models.CharField(
        max_length=10, choices=Decision.choices, default=Decision.ASKED, db_index=True
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who is asked. Blank asks every reviewer.",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviews_decided",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        permissions = [("approve_commentary", "Can approve commentary")]
        indexes = [
            models.Index(fields=["page", "section", "content_hash"], name="review_of_content")
        ]

    def __str__(self) -> str:
        return f"{self.get_section_display()} of page {self.page_id}: {self.get_decision_display()}"

"""Feeds of sources, what each poll brought, and the stories that came that way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from news.addresses import AddressError, canonical

SHORTEST_INTERVAL = 5
LONGEST_INTERVAL = 7 * 24 * 60


class Feed(ClusterableModel):
    """One address at which a source says what is new."""

    source = models.ForeignKey("news.Source", on_delete=models.CASCADE, related_name="feeds")
    address = models.URLField(
        max_length=2000, unique=True, help_text="RSS, Atom, RDF or JSON Feed."
    )
    title = models.CharField(
        max_length=200, blank=True, help_text="Blank takes what the feed calls itself."
    )
    categories = ParentalManyToManyField(
        "news.Category",
        blank=True,
        related_name="+",
        help_text="An article that starts from one of its stories is filed under these.",
    )
    enabled = models.BooleanField(default=True, help_text="Off: kept, but not asked.")
    every = models.PositiveIntegerField(
        default=30,
        verbose_name="minutes between polls",
        validators=[MinValueValidator(SHORTEST_INTERVAL), MaxValueValidator(LONGEST_INTERVAL)],
    )

    # What the server told us the last time, to be told back.
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    polled_at = models.DateTimeField(null=True, editable=False)
    next_poll_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    # A process that polls it holds it until then; a killed one lets go by itself.
    claimed_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text="Polls in a row that failed."
    )
    last_error = models.TextField(blank=True, editable=False)

    panels = [
        FieldPanel("source"),
        FieldPanel("address"),
        FieldPanel("title"),
        FieldPanel("categories"),
        FieldPanel("every"),
        FieldPanel("enabled"),
    ]

    class Meta:
        ordering = ["source__name", "address"]

    def __str__(self) -> str:
        return self.title or self.address

    def clean(self) -> None:
        """Refuse what is no address of a feed; where it is a new one, begin with it at once."""
        try:
            canonical(self.address)
        except AddressError as error:
            raise ValidationError({"address": str(error)}) from error
        known = Feed.objects.filter(pk=self.pk).values_list("address", flat=True).first()
        if known is not None and known != self.address:
            self.etag = self.last_modified = self.last_error = ""
            self.failures = 0
            self.next_poll_at = timezone.now()


class FeedPoll(models.Model):
    """What one poll of one feed brought, or why it brought nothing."""

    class Outcome(models.TextChoices):
        """How it ended."""

        RUNNING = "running", "Running"
        READ = "read", "Read"
        UNCHANGED = "unchanged", "Unchanged"
        FAILED = "failed", "Failed"

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="polls")
    started_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    message = models.TextField(blank=True)
    items = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # Sentences: which item was refused or mended, and why.
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.feed} at {self.started_at:%Y-%m-%d %H:%M}"


class Story(index.Indexed, models.Model):
    """Something a feed brought: what happened, as its source tells it, in a line or two."""

    source = models.ForeignKey("news.Source", on_delete=models.CASCADE, related_name="stories")
    feed = models.ForeignKey(
        Feed, null=True, blank=True, on_delete=models.SET_NULL, related_name="stories"
    )
    # Canonical: one row for one address, whatever it was passed on with.
    address = models.CharField(max_length=2000, unique=True)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    author = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=16, blank=True)
    picture_address = models.CharField(max_length=2000, blank=True)
    # When its source says; where that is missing or cannot be, when we first saw it.
    published_at = models.DateTimeField(db_index=True)
    first_seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    # Equal for the same text under another address.
    fingerprint = models.CharField(max_length=64, blank=True, db_index=True)

    search_fields = [
        index.SearchField("title", boost=2),
        index.SearchField("summary"),
        index.FilterField("published_at"),
        index.FilterField("source_id"),
    ]

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name_plural = "stories"

    def __str__(self) -> str:
        return self.title

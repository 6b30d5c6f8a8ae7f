"""One text that goes to many subscribers, and the list of whom it goes to while it is on its way."""

from __future__ import annotations

import uuid

from django.db import models

from cms.newsletter.models.subscribers import Subscriber


class Mailing(models.Model):
    """A newsletter that is being sent, or was. It is written once and never changed.

    ``html`` and ``text`` are the whole mail with places (see ``cms.newsletter.letters``) for what
    differs from reader to reader; ``parts`` is a list of objects with ``kind`` ("heading", "article"
    or "prose"), ``topics`` (keys; those of an article), ``title``, ``html`` and ``text``.
    """

    wagtail_reference_index_ignore = True

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(
        max_length=200, blank=True, help_text="Blank: made of the titles that a reader gets."
    )
    preheader = models.CharField(max_length=250, blank=True)
    html = models.TextField()
    text = models.TextField()
    parts = models.JSONField()
    frequencies = models.JSONField(help_text="To readers who want the newsletter so often.")
    begun_at = models.DateTimeField()
    last_subscriber = models.BigIntegerField(
        default=0, help_text="Everybody up to this row is on the list, if it is for them."
    )
    addressed_at = models.DateTimeField(null=True, blank=True, help_text="When the list was whole.")
    finished_at = models.DateTimeField(null=True, blank=True)
    receivers = models.PositiveIntegerField(default=0)
    # Known for good when it is finished; until then the list is counted.
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    ended_before = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(
        default=0, help_text="How many of those sent came back as undeliverable."
    )
    unsubscribed = models.PositiveIntegerField(
        default=0, help_text="How many ended the newsletter with a link of this mail."
    )

    class Meta:
        verbose_name = "mailing"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject or f"Mailing {self.pk}"


class RecipientStatus(models.TextChoices):
    """What became of one mail."""

    WAITING = "waiting", "Waits"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    BOUNCED = "bounced", "Refused: no such mailbox"
    ENDED = "ended", "Had unsubscribed meanwhile"


class MailingRecipient(models.Model):
    """That one subscriber gets a mailing: exactly one row. Deleted when all of it is through."""

    Status = RecipientStatus
    wagtail_reference_index_ignore = True

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(
        max_length=8, choices=RecipientStatus, default=RecipientStatus.WAITING
    )
    due_at = models.DateTimeField(help_text="Not before; in a sender's hand until then.")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "subscriber"], name="mailing_once_to_each")
        ]
        indexes = [
            models.Index(
                fields=["mailing", "due_at", "id"],
                condition=models.Q(status="waiting"),
                name="mailing_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id} to {self.subscriber_id}"

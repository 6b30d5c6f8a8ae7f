"""Who gets the newsletter."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from cms.core.allowance import MailAllowance

if TYPE_CHECKING:
    from typing import Self


class SubscriberStatus(models.TextChoices):
    """Only confirmed subscribers are written to."""

    PENDING = "pending", "Pending"
    CONFIRMED = "confirmed", "Confirmed"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"


class Frequency(models.TextChoices):
    """How often somebody wants the newsletter."""

    EACH = "each", "Each article, soon after it is published"
    DAILY = "daily", "Once a day, when there is something new"
    WEEKLY = "weekly", "Once a week"


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers by what they agreed to."""

    def confirmed(self) -> Self:
        """Those who may be written to."""
        return self.filter(status=SubscriberStatus.CONFIRMED, refused_at__isnull=True)


class Subscriber(MailAllowance):
    """One address, with what it agreed to and when."""

    Status = SubscriberStatus
    wagtail_reference_index_ignore = True

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("e-mail", max_length=254)
    email_key = models.CharField("normalised e-mail", max_length=254, unique=True)
    status = models.CharField(
        max_length=12, choices=SubscriberStatus, default=SubscriberStatus.PENDING
    )
    frequency = models.CharField(
        "how often", max_length=6, choices=Frequency, default=Frequency.WEEKLY
    )
    topics = models.JSONField(
        default=list,
        blank=True,
        help_text="Keys of what they chose (see cms.newsletter.topics); none means everything.",
    )
    consent_text = models.TextField(blank=True, help_text="The words that were agreed to.")
    consent_source = models.CharField(
        "agreed to on", max_length=200, blank=True, help_text="Where it was agreed to."
    )
    consented_at = models.DateTimeField("asked for", null=True, blank=True)
    created_at = models.DateTimeField("first seen", auto_now_add=True)
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    unsubscribed_at = models.DateTimeField("unsubscribed", null=True, blank=True)
    refused_at = models.DateTimeField(
        "refused by its mail server",
        null=True,
        blank=True,
        help_text="Nothing more is sent until the address is confirmed again.",
    )

    soft_bounces = models.PositiveSmallIntegerField(
        "mails given up in a row",
        default=0,
        help_text="The address is marked as refused after so many that could not be delivered.",
    )
    soft_bounced_at = models.DateTimeField(
        "last mail given up", null=True, blank=True, editable=False
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = "subscriber"
        permissions = [
            ("export_subscriber", "Can export subscribers"),
            ("import_subscriber", "Can import subscribers"),
        ]
        verbose_name_plural = "subscribers"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=SubscriberStatus.CONFIRMED)
                | models.Q(confirmed_at__isnull=False),
                name="subscriber_confirmed_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_written_to(self) -> bool:
        """Whether newsletters go to this address."""
        return self.status == SubscriberStatus.CONFIRMED and self.refused_at is None

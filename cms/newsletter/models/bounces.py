"""What came back of a mailing."""

from __future__ import annotations

from django.db import models

from cms.newsletter.models.mailings import Mailing
from cms.newsletter.models.subscribers import Subscriber


class BounceKind(models.TextChoices):
    """What a report says of a mail."""

    GONE = "gone", "No such mailbox"
    FULL = "full", "Could not be delivered for now"
    REFUSED = "refused", "Refused, for a reason that is not the mailbox"
    COMPLAINT = "complaint", "Called unwanted by its reader"


class Bounce(models.Model):
    """That one mail came back, or was complained about: so that it counts once."""

    Kind = BounceKind
    wagtail_reference_index_ignore = True

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="+")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=BounceKind)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "returned mail"
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "subscriber", "kind"], name="bounce_counts_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.mailing_id} to {self.subscriber_id}"

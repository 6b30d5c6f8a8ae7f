"""Who signed what."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from advocacy.models.petitions import Petition
from cms.core.allowance import MailAllowance

if TYPE_CHECKING:
    from typing import Self


class SignatureStatus(models.TextChoices):
    """Whether the signer's address has been confirmed. Only confirmed signatures count."""

    PENDING = "pending", "Pending"
    CONFIRMED = "confirmed", "Confirmed"


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Signatures by what they count for."""

    def confirmed(self) -> Self:
        """Those that count."""
        return self.filter(status=SignatureStatus.CONFIRMED)

    def pending(self) -> Self:
        """Those whose mail waits for an answer."""
        return self.filter(status=SignatureStatus.PENDING)


class Signature(MailAllowance):
    """One address under one petition."""

    Status = SignatureStatus
    # A row for every signer in the table of "what points at what" would slow every signing, and
    # the registry's usage page would list the signers.
    wagtail_reference_index_ignore = True

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="signatures")
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    email = models.EmailField("e-mail", max_length=254)
    email_key = models.CharField("normalised e-mail", max_length=254, db_index=True)
    postal_code = models.CharField("ZIP code", max_length=10, blank=True)
    country = models.CharField(max_length=2, default="US")
    comment = models.TextField(max_length=1000, blank=True)
    wants_newsletter = models.BooleanField(default=False)
    status = models.CharField(
        max_length=10, choices=SignatureStatus, default=SignatureStatus.PENDING
    )
    created_at = models.DateTimeField("signed", auto_now_add=True)
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = "signature"
        verbose_name_plural = "signatures"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "email_key"], name="signature_once_per_petition"
            ),
            models.CheckConstraint(
                condition=models.Q(status=SignatureStatus.PENDING)
                | models.Q(confirmed_at__isnull=False),
                name="signature_confirmed_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["petition", "status", "-created_at"], name="signature_list_idx")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.petition}"

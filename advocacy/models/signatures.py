"""Who signed what."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from advocacy.forms import UNITED_STATES, country_names
from advocacy.models.petitions import Petition
from advocacy.zip_states import state_of
from cms.core.allowance import MailAllowance

if TYPE_CHECKING:
    from typing import Self


class SignatureStatus(models.TextChoices):
    """Whether the signer's address has been confirmed. Only confirmed signatures count."""

    PENDING = "pending", "Pending"
    CONFIRMED = "confirmed", "Confirmed"


class Display(models.TextChoices):
    """Whether name and comment stand under the petition."""

    PRIVATE = "private", "Not to be shown"
    WAITING = "waiting", "Waiting"
    SHOWN = "shown", "Shown"
    HIDDEN = "hidden", "Hidden"


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Signatures by what they count for."""

    def confirmed(self) -> Self:
        """Those that count."""
        return self.filter(status=SignatureStatus.CONFIRMED)

    def offered(self, display: Display) -> Self:
        """Those that count and that their signers agreed to show, by what was decided on them."""
        return self.confirmed().filter(display=display)

    def pending(self) -> Self:
        """Those whose mail waits for an answer."""
        return self.filter(status=SignatureStatus.PENDING)


class Signature(MailAllowance):
    """One address under one petition."""

    Status = SignatureStatus
    Display = Display
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
    display = models.CharField(
        "shown on the page", max_length=10, choices=Display, default=Display.PRIVATE
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
            models.Index(fields=["petition", "status", "-created_at"], name="signature_list_idx"),
            # A petition's page asks for the newest few that are shown, among a million that are not.
            models.Index(
                fields=["display", "petition", "-confirmed_at"], name="signature_display_idx"
            ),
        ]
        permissions = [
            ("moderate_signature", "Can decide which signers are shown under a petition")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.petition}"

    @property
    def public_name(self) -> str:
        """First name and initial, as in "Ada L.": enough to be proud of, too little to be found by."""
        first, *others = self.name.split() or [""]
        return f"{first} {others[-1][0]}." if others else first

    @property
    def place(self) -> str:
        """The state, or elsewhere the country; blank where neither is known."""
        if self.country != UNITED_STATES:
            return country_names().get(self.country, "")
        state = state_of(self.postal_code)
        return str(state.label) if state else "United States"

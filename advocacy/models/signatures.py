"""Who signed what."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from advocacy.forms import UNITED_STATES, country_names
from advocacy.models.petitions import Petition
from advocacy.zip_states import state_of
from cms.core.allowance import MailAllowance

if TYPE_CHECKING:
    from datetime import date
    from typing import Self


class SignatureStatus(models.TextChoices):
    """Whether the signer's address has been confirmed. Only confirmed signatures count."""

    PENDING = "pending", "Pending"
    CONFIRMED = "confirmed", "Confirmed"
    INVALID = "invalid", "Invalid"


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

    def identified(self) -> Self:
        """Those that still say who signed."""
        return self.filter(anonymised_at__isnull=True)

    def wanting_the_outcome(self) -> Self:
        """Those who count, and asked to be told how it ends."""
        return self.confirmed().identified().filter(wants_outcome=True)


class Invalidation(models.Model):
    """Signatures under one petition that somebody took out of the count, and why."""

    wagtail_reference_index_ignore = True

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="invalidations")
    reason = models.CharField(max_length=300)
    chosen_by = models.CharField("chosen by", max_length=500, help_text="The filter, in words.")
    count = models.PositiveIntegerField("signatures", default=0)
    counted = models.PositiveIntegerField(
        "of which had counted", default=0, help_text="So many fewer stand on the petition."
    )
    done_at = models.DateTimeField("done", auto_now_add=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField("undone", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "invalidation"
        verbose_name_plural = "invalidations"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.petition}: {self.reason}"


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
    wants_outcome = models.BooleanField("wants to be told how it ends", default=False)
    status = models.CharField(
        max_length=10, choices=SignatureStatus, default=SignatureStatus.PENDING
    )
    display = models.CharField(
        "shown on the page", max_length=10, choices=Display, default=Display.PRIVATE
    )
    created_at = models.DateTimeField("signed", auto_now_add=True)
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)
    invalidation = models.ForeignKey(
        Invalidation,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="signatures",
    )
    anonymised_at = models.DateTimeField("anonymised", null=True, blank=True, editable=False)

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
                condition=~models.Q(status=SignatureStatus.CONFIRMED)
                | models.Q(confirmed_at__isnull=False),
                name="signature_confirmed_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=SignatureStatus.INVALID)
                | models.Q(invalidation__isnull=False),
                name="signature_invalid_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["petition", "status", "-created_at"], name="signature_list_idx"),
            # A petition's page asks for the newest few that are shown, among a million that are not.
            models.Index(
                fields=["display", "petition", "-confirmed_at"], name="signature_display_idx"
            ),
            models.Index(
                fields=["petition", "confirmed_at"],
                condition=models.Q(status=SignatureStatus.CONFIRMED),
                name="signature_day_idx",
            ),
            models.Index(
                fields=["petition", "id"],
                condition=models.Q(wants_outcome=True),
                name="signature_outcome_idx",
            ),
            models.Index(
                fields=["created_at"],
                condition=models.Q(status=SignatureStatus.PENDING),
                name="signature_pending_idx",
            ),
            models.Index(
                fields=["petition", "id"],
                condition=models.Q(anonymised_at__isnull=True),
                name="signature_identified_idx",
            ),
        ]
        permissions = [
            ("moderate_signature", "Can decide which signers are shown under a petition"),
            ("export_signature", "Can export signatures"),
            ("invalidate_signature", "Can take signatures out of the count, and back"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Anonymised'}, {self.petition}"

    @property
    def full_place(self) -> str:
        """Where the signer lives, as precisely as they said."""
        country = country_names().get(self.country, self.country)
        return f"{self.postal_code}, {country}" if self.postal_code else country

    @property
    def comment_to_hand_over(self) -> str:
        """The comment, unless somebody here has read it and hidden it."""
        return "" if self.display == Display.HIDDEN else self.comment

    @property
    def signed_on(self) -> date:
        """The newsroom's day on which it was confirmed, or given."""
        return timezone.localdate(self.confirmed_at or self.created_at)

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


class SignatureDay(models.Model):
    """How many signatures of one day count: kept so that no chart has to read them all."""

    wagtail_reference_index_ignore = True

    petition = models.ForeignKey(Petition, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["petition", "day"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "day"], name="signature_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"

"""How a petition was brought to those whom it asks, and what they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel

from advocacy.models.petitions import Petition
from advocacy.models.representatives import Representative

if TYPE_CHECKING:
    from typing import Self


class DeliveryWay(models.TextChoices):
    """How signatures are brought to somebody."""

    HAND = "hand", "By hand"
    POST = "post", "By post"
    EMAIL = "email", "By e-mail"
    FORM = "form", "Through their contact form"
    MEETING = "meeting", "At a meeting"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries in the order of days."""

    def in_order(self) -> Self:
        """The first delivery first, with whom it went to."""
        return self.select_related("representative").order_by("delivered_on", "pk")


class Delivery(models.Model):
    """One handing over of one petition to one of those whom it asks."""

    Way = DeliveryWay

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="deliveries")
    representative = models.ForeignKey(
        Representative,
        on_delete=models.PROTECT,
        related_name="deliveries",
        help_text="One of those whom the petition asks.",
    )
    delivered_on = models.DateField("delivered on", default=timezone.localdate)
    way = models.CharField("how", max_length=10, choices=DeliveryWay, default=DeliveryWay.POST)
    signature_count = models.PositiveIntegerField(
        "signatures",
        null=True,
        blank=True,
        help_text="How many were delivered. Blank: as many as there are now.",
    )
    delivered_by = models.CharField(
        max_length=160,
        blank=True,
        help_text="Who brought or sent it, as readers will see it. May be blank.",
    )
    answer = models.TextField(
        max_length=3000, blank=True, help_text="What they answered, as readers will see it."
    )
    answered_on = models.DateField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    find_by = "petition__title"
    panels = [
        FieldPanel("petition"),
        FieldPanel("representative"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("delivered_on"), FieldPanel("way")]),
                FieldRowPanel([FieldPanel("signature_count"), FieldPanel("delivered_by")]),
            ],
            "Delivery",
        ),
        MultiFieldPanel([FieldPanel("answer"), FieldPanel("answered_on")], "Answer"),
    ]

    class Meta:
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        ordering = ["-delivered_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_on__isnull=True)
                | models.Q(answered_on__gte=models.F("delivered_on")),
                name="delivery_answered_after_it",
                violation_error_message="The answer came before the delivery. Check both days.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.petition} to {self.representative}"

    @property
    def has_answer(self) -> bool:
        """Whether they have answered."""
        return bool(self.answer)

    def clean(self) -> None:
        """To one of the targets, on a day that has come, with an answer that has words."""
        super().clean()
        errors: dict[str, str] = {}
        today = timezone.localdate()
        petition = Petition.objects.filter(pk=self.petition_id).first()
        if petition and self.representative_id:
            if not petition.target_rows.filter(representative=self.representative_id).exists():
                errors["representative"] = "The petition does not ask them. Choose a target of it."
            if self.signature_count is None:
                self.signature_count = petition.confirmed_count
        if self.delivered_on > today:
            errors["delivered_on"] = "This day has not come yet."
        if self.answered_on and self.answered_on > today:
            errors["answered_on"] = "This day has not come yet."
        if self.answered_on and not self.answer.strip():
            errors["answer"] = "Say what they answered, or leave the day of the answer blank."
        if errors:
            raise ValidationError(errors)

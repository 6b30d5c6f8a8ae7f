"""What should be looked at again, because something that it names has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from typing import Self


class Reason(models.TextChoices):
    """Why something should be looked at again."""

    OFFICE_CHANGED = "office_changed", "Another office"
    LEFT_OFFICE = "left_office", "Left office"
    SEAT_VACANT = "seat_vacant", "Seat vacant"
    CHANNEL_REPORTED = "channel_reported", "Contact reported wrong"
    CHANNEL_CHANGED = "channel_changed", "Contact changed"
    PETITION_CLOSED = "petition_closed", "Petition ended"


class SecondLookQuerySet(models.QuerySet["SecondLook"]):
    """Second looks by what became of them."""

    def open(self) -> Self:
        """Those that nobody has settled."""
        return self.filter(settled_at=None)

    def at(self, *models_: type[models.Model]) -> Self:
        """Those at places of these models; a page of any class is a place of ``Page``."""
        types = ContentType.objects.get_for_models(*models_, for_concrete_models=False)
        return self.filter(place_type__in=types.values())


class SecondLook(models.Model):
    """One reason to look at one page, petition or letter again: it names the entry."""

    place_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    place_id = models.PositiveBigIntegerField()
    place = GenericForeignKey("place_type", "place_id")
    entry_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    entry_id = models.PositiveBigIntegerField()
    entry = GenericForeignKey("entry_type", "entry_id")
    reason = models.CharField(max_length=20, choices=Reason)
    detail = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = SecondLookQuerySet.as_manager()

    # A look is no use of the entry: it must not stand among the places that use it.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "second look"
        verbose_name_plural = "second looks"
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place_type", "place_id", "entry_type", "entry_id", "reason"],
                condition=Q(settled_at=None),
                name="second_look_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["entry_type", "entry_id"], name="second_look_entry_idx"),
            models.Index(
                fields=["place_type", "-queued_at"],
                condition=Q(settled_at=None),
                name="second_look_open_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.detail}"

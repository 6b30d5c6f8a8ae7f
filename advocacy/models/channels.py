"""Channels: ways to reach a representative, each with the page that it stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from advocacy.channels import ChannelKind, Place, WrittenBy, checked_value, link_for

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True)
class OfficeAddress:
    """A place where somebody works: the channels that name the same place with the same label.

    It is no row of its own, so that letters, pages and imports know one thing only, the channel.
    """

    place: str
    name: str
    channels: list[Channel]

    @property
    def lines(self) -> list[str]:
        """The postal address, line by line; empty where none is known."""
        return next((c.lines for c in self.channels if c.kind == ChannelKind.POST), [])

    @property
    def phones(self) -> list[Channel]:
        """The numbers to call."""
        return [channel for channel in self.channels if channel.kind == ChannelKind.PHONE]

    @property
    def hours(self) -> str:
        """When somebody is there, as the office says it; blank where it does not."""
        return next((channel.hours for channel in self.channels if channel.hours), "")


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Channels by what may be done with them."""

    def usable(self) -> Self:
        """Those that say where they come from and when that was checked."""
        return self.exclude(source_address="").filter(checked_on__isnull=False)


class Channel(Orderable):
    """One way to reach a representative, with the page that it stands on."""

    Kind = ChannelKind

    representative = ParentalKey(
        "advocacy.Representative", on_delete=models.CASCADE, related_name="channels"
    )
    kind = models.CharField(max_length=10, choices=ChannelKind)
    place = models.CharField(
        "Office",
        max_length=10,
        choices=Place,
        blank=True,
        help_text="Channels with the same office and label stand together. Blank for forms.",
    )
    label = models.CharField(
        max_length=120, blank=True, help_text="As in Washington office or Contact form."
    )
    value = models.CharField(
        max_length=500, help_text="The number, the address or the link, in full."
    )
    hours = models.CharField(
        max_length=160, blank=True, help_text="When somebody is there, as in 9 to 5 on weekdays."
    )
    source_address = models.URLField(
        "Source",
        max_length=500,
        blank=True,
        help_text="The page that it stands on. Readers are not shown a channel without one.",
    )
    checked_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day you saw it there. Readers are not shown a channel without one.",
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    written_by = models.CharField(
        max_length=6,
        choices=WrittenBy,
        default=WrittenBy.PERSON,
        editable=False,
        help_text="An import keeps up to date what it wrote, and leaves alone what a person wrote.",
    )
    # Where an import finds it in its files; blank for what only people know.
    import_key = models.CharField(max_length=80, blank=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("label")]),
        FieldPanel("value"),
        FieldRowPanel([FieldPanel("place"), FieldPanel("hours")]),
        FieldRowPanel([FieldPanel("source_address"), FieldPanel("checked_on")]),
        FieldPanel("written_by", read_only=True),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "channel"
        verbose_name_plural = "channels"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    def clean(self) -> None:
        """Hold each kind to its own form of value."""
        super().clean()
        errors: dict[str, ValidationError | str] = {}
        if self.value and self.kind:
            try:
                self.value = checked_value(self.kind, self.value)
            except ValidationError as error:
                errors["value"] = error
        if self.source_address and not self.source_address.lower().startswith(
            ("http://", "https://")
        ):
            errors["source_address"] = "Use an address that begins with http:// or https://."
        if self.checked_on and self.checked_on > timezone.localdate():
            errors["checked_on"] = "This day has not come yet."
        if errors:
            raise ValidationError(errors)

    @property
    def is_usable(self) -> bool:
        """Whether readers may be shown it: it has a source and a date."""
        return bool(self.source_address and self.checked_on)

    @property
    def link(self) -> str:
        """The address that opens it (``tel:``, ``mailto:`` or http); blank for post and fax."""
        return link_for(self.kind, self.value)

    @property
    def lines(self) -> list[str]:
        """A postal address as it stands on an envelope: building, street, and last the town."""
        town = re.search(r", ([^,]+, [A-Z]{2} \d{5}(?:-\d{4})?)$", self.value)
        if town is None:
            return [self.value]
        before = self.value[: town.start()]
        street = re.search(r", (?=\d|P\.? ?O\.? )", before)
        # A number that follows a street is a suite, not a street.
        if street is None or re.match(r"\d|P\.? ?O\.? ", before):
            return [before, town[1]]
        return [before[: street.start()], before[street.end() :], town[1]]

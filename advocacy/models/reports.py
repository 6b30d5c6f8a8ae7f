"""What readers reported to be wrong with a way to reach somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from advocacy.channels import ChannelKind
from advocacy.models.representatives import Representative

if TYPE_CHECKING:
    from typing import Self


class Problem(models.TextChoices):
    """What may be wrong."""

    DEAD = "dead", "It does not work any more"
    STRANGER = "stranger", "It leads to somebody else"
    REFUSES = "refuses", "It works, but they do not take messages there"
    OTHER = "other", "Something else"


class ReportStatus(models.TextChoices):
    """What campaigners made of it."""

    OPEN = "open", "To be checked"
    ACCEPTED = "accepted", "Right: it was wrong"
    DISMISSED = "dismissed", "Dismissed"


class ChannelReportQuerySet(models.QuerySet["ChannelReport"]):
    """Reports by what became of them."""

    def open(self) -> Self:
        """Those on which nobody has decided."""
        return self.filter(status=ReportStatus.OPEN)


class ChannelReport(models.Model):
    """One thing that is wrong with one channel, however many readers say so.

    It keeps the channel's words, not its row: a report is about what stood there. Who reported is
    kept nowhere.
    """

    representative = models.ForeignKey(
        Representative, on_delete=models.CASCADE, related_name="channel_reports"
    )
    kind = models.CharField("channel", max_length=10, choices=ChannelKind, blank=True)
    value = models.CharField(max_length=500, blank=True)
    problem = models.CharField(max_length=10, choices=Problem)
    remarks = models.TextField(max_length=2000, blank=True)
    times = models.PositiveIntegerField("times reported", default=1)
    status = models.CharField(max_length=10, choices=ReportStatus, default=ReportStatus.OPEN)
    first_reported_at = models.DateTimeField("first reported", auto_now_add=True)
    last_reported_at = models.DateTimeField("last reported")
    decided_at = models.DateTimeField("decided", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ChannelReportQuerySet.as_manager()

    # A report is no use of the representative: it must not stand among the places that name them.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = "reported contact"
        verbose_name_plural = "reported contacts"
        ordering = ["-last_reported_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["representative", "kind", "value", "problem"],
                condition=Q(status=ReportStatus.OPEN),
                name="channel_report_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.representative.titled_name}: {self.what}"

    @property
    def what(self) -> str:
        """The channel in words; blank ones mean the entry as a whole."""
        return f"{self.get_kind_display()}, {self.value}" if self.kind else "the entry as a whole"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.status == ReportStatus.OPEN

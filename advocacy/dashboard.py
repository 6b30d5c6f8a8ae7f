"""What waits for campaigners: the panels of the registry on the admin's home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.urls import reverse
from django.utils import formats, timezone

from advocacy import comments, differences
from advocacy.looking_again import StalePetitionsAndLetters
from advocacy.models import (
    ChannelReport,
    Delivery,
    Difference,
    Display,
    Petition,
    PetitionStatus,
    Representative,
    Signature,
    SignatureStatus,
)
from cms.core.dashboard import ROWS, Panel

if TYPE_CHECKING:
    from cms.core.requests import AdminRequest

SOON = timedelta(days=14)
# Offices move and forms change; half a year is what one can stand by.
CHECKED_AGAIN_AFTER = timedelta(days=180)
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """A petition that somebody should do something about, and what."""

    petition: Petition
    reason: str


def petitions_due() -> list[Due]:
    """Petitions that end soon, have reached their goal or wait for their outcome.

    The nearest day first. One query.
    """
    today = timezone.localdate()
    asks = Q(closes_on__lte=today + SOON) | Q(confirmed_count__gte=F("goal"))
    rows = (
        Petition.objects.filter(live=True)
        .filter(Q(status=PetitionStatus.CLOSED) | Q(status=PetitionStatus.OPEN) & asks)
        .annotate(is_delivered=Exists(Delivery.objects.filter(petition=OuterRef("pk"))))
        .order_by(F("closes_on").asc(nulls_last=True), "pk")[:ROWS]
    )
    return [Due(row, _reason(row, is_delivered=row.is_delivered)) for row in rows]


def _reason(petition: Petition, *, is_delivered: bool) -> str:
    today = timezone.localdate()
    if petition.status == PetitionStatus.CLOSED:
        if is_delivered:
            return "Was delivered. Say what came of it: won or lost."
        return "Has closed. Deliver it, then say what came of it."
    if petition.closes_on and petition.closes_on < today:
        return "Its last day has passed, and it closes by itself within minutes."
    if petition.closes_on and petition.closes_on <= today + SOON:
        return f"Can be signed until {formats.date_format(petition.closes_on, 'F j, Y')}."
    return f"Has reached its goal of {petition.goal:,}. Raise the goal, or deliver it."


@dataclass(frozen=True)
class Waiting:
    """So many of something wait for a decision, and where it is made."""

    count: int
    one: str
    many: str
    do: str
    address: str

    @property
    def what(self) -> str:
        """What they are, after their number."""
        return self.one if self.count == 1 else self.many


class ToDecide(Panel):
    """Campaigners: what readers sent and imports left, in one place."""

    name = "to_decide"
    template_name = "advocacy/admin/panels/to_decide.html"
    permission = "advocacy.publish_petition"
    order = 95

    def rows(self) -> dict[str, Any]:
        """What waits, and what this person may decide; one query for each kind."""
        may = self.request.user.has_perm
        waiting = []
        if may(comments.PERMISSION):
            waiting.append(
                Waiting(
                    comments.queue(Display.WAITING).count(),
                    "signer agreed to be shown with name and comment.",
                    "signers agreed to be shown with name and comment.",
                    "Read and decide",
                    reverse("advocacy_comments"),
                )
            )
        if may("advocacy.change_channelreport"):
            waiting.append(
                Waiting(
                    ChannelReport.objects.open().count(),
                    "contact is reported wrong.",
                    "contacts are reported wrong.",
                    "Check",
                    f"{reverse('advocacy_channelreport_modeladmin_index')}?status__exact=open",
                )
            )
        if may(differences.PERMISSION):
            waiting.append(
                Waiting(
                    Difference.objects.open().count(),
                    "thing is said otherwise by the files of Congress.",
                    "things are said otherwise by the files of Congress.",
                    "Compare and decide",
                    reverse("advocacy_differences"),
                )
            )
        return {"waiting": [row for row in waiting if row.count]}


class PetitionsDue(Panel):
    """Campaigners: the petitions, how they grow, and which want something done."""

    name = "petitions_due"
    template_name = "advocacy/admin/panels/petitions_due.html"
    permission = "advocacy.publish_petition"
    order = 100

    def rows(self) -> dict[str, Any]:
        """What to do, and how many signed in the last seven days."""
        return {
            "due": petitions_due(),
            "open": Petition.objects.open_now().count(),
            "recent": Signature.objects.filter(
                status=SignatureStatus.CONFIRMED, confirmed_at__gte=timezone.now() - RECENT
            ).count(),
        }


class ChannelsToCheck(Panel):
    """Campaigners: whose channels nobody has looked at for long, or that readers do not see."""

    name = "channels_to_check"
    template_name = "advocacy/admin/panels/channels_to_check.html"
    permission = "advocacy.publish_representative"
    order = 110

    def rows(self) -> dict[str, Any]:
        """People in office, those checked longest ago first."""
        unseen = Q(channels__checked_on__isnull=True) | Q(channels__source_address="")
        old = Q(channels__checked_on__lt=timezone.localdate() - CHECKED_AGAIN_AFTER)
        return {
            "representatives": Representative.objects.in_office()
            .annotate(
                channel_count=Count("channels"),
                unseen=Count("channels", filter=unseen),
                old=Count("channels", filter=old & ~unseen),
                first_check=Min("channels__checked_on"),
            )
            .filter(Q(channel_count=0) | Q(unseen__gt=0) | Q(old__gt=0))
            .order_by(F("first_check").asc(nulls_first=True), "last_name", "pk")[:ROWS]
        }


PANELS: tuple[type[Panel], ...] = (
    ToDecide,
    PetitionsDue,
    StalePetitionsAndLetters,
    ChannelsToCheck,
)


def panels_for(request: AdminRequest) -> list[Panel]:
    """The panels that concern whoever asks."""
    return [panel for kind in PANELS if (panel := kind(request)).is_shown]

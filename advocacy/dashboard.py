"""What waits for campaigners: the panels of the registry on the admin's home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Q
from django.utils import formats, timezone

from advocacy import differences
from advocacy.looking_again import StalePetitionsAndLetters
from advocacy.models import (
    Difference,
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
    """Open petitions that end soon, have ended or have reached their goal; the nearest day first."""
    today = timezone.localdate()
    rows = (
        Petition.objects.filter(live=True, status=PetitionStatus.OPEN)
        .filter(Q(closes_on__lte=today + SOON) | Q(confirmed_count__gte=F("goal")))
        .order_by(F("closes_on").asc(nulls_last=True), "pk")[:ROWS]
    )
    return [Due(petition, _reason(petition)) for petition in rows]


def _reason(petition: Petition) -> str:
    today = timezone.localdate()
    if petition.closes_on and petition.closes_on < today:
        return "Its last day has passed. Set its status, and say what came of it."
    if petition.closes_on and petition.closes_on <= today + SOON:
        return f"Can be signed until {formats.date_format(petition.closes_on, 'F j, Y')}."
    return f"Has reached its goal of {petition.goal:,}. Raise the goal, or deliver it."


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


class Differences(Panel):
    """Campaigners: what an import left for them to decide on."""

    name = "differences"
    template_name = "advocacy/admin/panels/differences.html"
    permission = differences.PERMISSION
    order = 115

    def rows(self) -> dict[str, Any]:
        """How much there is to decide."""
        return {"count": Difference.objects.open().count()}


PANELS: tuple[type[Panel], ...] = (
    PetitionsDue,
    StalePetitionsAndLetters,
    ChannelsToCheck,
    Differences,
)


def panels_for(request: AdminRequest) -> list[Panel]:
    """The panels that concern whoever asks."""
    return [panel for kind in PANELS if (panel := kind(request)).is_shown]

"""Signatures by day: counted by the sweep once, so that no chart reads a million rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from advocacy.models import Petition, Signature, SignatureDay

if TYPE_CHECKING:
    from advocacy.models import Signature as SignatureRow

CHART_DAYS = 90
BAR, GAP, HEIGHT = 8, 2, 120


@dataclass(frozen=True)
class Bar:
    """A day of the chart: where its bar stands and how high it is, in the chart's own units."""

    day: date
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True)
class Chart:
    """The last days of a petition, the first of them first; every day has a bar."""

    bars: list[Bar]
    most: int
    before: int

    @property
    def width(self) -> int:
        """In the chart's own units."""
        return max(1, len(self.bars)) * (BAR + GAP)

    height: int = HEIGHT


def update() -> int:
    """Count the days of every petition whose days do not add up to its number; how many were.

    Only from the last known day on, so a petition of a million signatures costs one day of them.
    Safe twice at once: each writes what it counted, and the next run mends what came meanwhile.
    """
    stale = Petition.objects.annotate(told=Coalesce(Sum("days__count"), 0)).exclude(
        told=F("confirmed_count")
    )
    numbers = list(stale.order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        _count(number)
    return len(numbers)


def forget_from(signature: SignatureRow) -> None:
    """Have the days counted anew from the one on which a signature was confirmed."""
    if signature.confirmed_at is not None:
        day = timezone.localdate(signature.confirmed_at)
        SignatureDay.objects.filter(petition_id=signature.petition_id, day__gte=day).delete()


def chart(petition: Petition, *, days: int = CHART_DAYS) -> Chart:
    """The last days, up to today or to the last one with a signature. One query."""
    counts = dict(petition.days.order_by("day").values_list("day", "count"))
    if not counts:
        return Chart([], 0, 0)
    today = timezone.localdate()
    last = max(counts) if petition.has_ended else max(today, *counts)
    first = max(min(counts), last - timedelta(days=days - 1))
    most = max((count for day, count in counts.items() if first <= day <= last), default=0)
    bars = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        count = counts.get(day, 0)
        height = max(1, round(count / most * HEIGHT)) if count else 0
        bars.append(Bar(day, count, number * (BAR + GAP), HEIGHT - height, height))
    return Chart(bars, most, sum(count for day, count in counts.items() if day < first))


def _count(petition_id: int) -> None:
    last = SignatureDay.objects.filter(petition=petition_id).order_by("-day").first()
    rows = Signature.objects.confirmed().filter(petition=petition_id)
    if last is not None:
        midnight = timezone.make_aware(datetime.combine(last.day, time.min))
        rows = rows.filter(confirmed_at__gte=midnight)
    counted = (
        rows.annotate(day=TruncDate("confirmed_at"))
        .order_by()
        .values("day")
        .annotate(total=Count("pk"))
    )
    days = [
        SignatureDay(petition_id=petition_id, day=row["day"], count=row["total"]) for row in counted
    ]
    SignatureDay.objects.bulk_create(
        days, update_conflicts=True, unique_fields=["petition", "day"], update_fields=["count"]
    )

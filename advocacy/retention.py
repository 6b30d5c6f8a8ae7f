"""What is forgotten, and when. The numbers stand in the settings; ``sweep`` does the forgetting.

Everything happens in batches, each a transaction of its own, and is safe at any time and twice at
once.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log

from advocacy import own_data
from advocacy.anonymity import anonymise
from advocacy.models import (
    AdvocacySettings,
    DataRequest,
    Petition,
    Signature,
    SignatureStatus,
)
from advocacy.models.petitions import ENDED

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500


@dataclass(frozen=True)
class Report:
    """What one run forgot."""

    unconfirmed: int
    anonymised: int
    links: int

    def __str__(self) -> str:
        return (
            f"{self.unconfirmed} unconfirmed signatures deleted, {self.anonymised} anonymised, "
            f"{self.links} links forgotten"
        )


def forget() -> Report:
    """Delete and anonymise what has been kept for long enough."""
    rules = AdvocacySettings.for_everybody()
    now = timezone.now()
    # One that ended before its end was noted down counts from today.
    Petition.objects.filter(status__in=ENDED, closed_at__isnull=True).update(closed_at=now)
    return Report(
        unconfirmed=_delete_unconfirmed(now - timedelta(days=rules.pending_days)),
        anonymised=_anonymise_ended(months_before(now, rules.anonymise_months)),
        links=_delete_links(now - own_data.LINK_LASTS),
    )


def months_before(moment: datetime, months: int) -> datetime:
    """The same time of day so many months earlier, on the last day of a shorter month."""
    years, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(years, month + 1)[1])
    return moment.replace(year=years, month=month + 1, day=day)


def _delete_unconfirmed(before: datetime) -> int:
    """Those whose last mail is older, too: somebody may have signed once more meanwhile."""
    old = Signature.objects.pending().filter(
        Q(mails_since__isnull=True) | Q(mails_since__lt=before), created_at__lt=before
    )
    deleted = 0
    while True:
        with transaction.atomic():
            numbers = _locked(old)
            # Asked once more: where rows cannot be locked, one may have been confirmed since.
            found, _ = old.filter(pk__in=numbers).delete()
        deleted += found
        if len(numbers) < BATCH:
            return deleted


def _anonymise_ended(before: datetime) -> int:
    """One log entry for each petition, when its last signature has lost its name."""
    total = 0
    due = Petition.objects.filter(status__in=ENDED, closed_at__lt=before).order_by("pk")
    for petition in due:
        rest = Signature.objects.filter(petition=petition).identified()
        done = 0
        while True:
            with transaction.atomic():
                rows = list(rest.filter(pk__in=_locked(rest)))
                unconfirmed = [row.pk for row in rows if row.status == SignatureStatus.PENDING]
                Signature.objects.filter(pk__in=unconfirmed).pending().delete()
                done += len(anonymise(row for row in rows if row.pk not in unconfirmed))
            if len(rows) < BATCH:
                break
        if done:
            log(petition, "advocacy.signature.anonymise", data={"count": done})
        total += done
    return total


def _delete_links(before: datetime) -> int:
    deleted, _ = DataRequest.objects.filter(asked_at__lt=before).delete()
    return deleted


def _locked(rows: QuerySet[Signature]) -> list[int]:
    """The keys of the next batch, held until the transaction ends; others' are left to them."""
    can_skip = connection.features.has_select_for_update_skip_locked
    locked = rows.select_for_update(skip_locked=can_skip)
    return list(locked.order_by("pk").values_list("pk", flat=True)[:BATCH])

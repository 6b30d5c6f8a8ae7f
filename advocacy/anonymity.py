"""Taking the person out of a signature that counts, so that the number stays true."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils import timezone

from advocacy.models import Display, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable

# What anonymising changes. ``country`` stays: it names nobody, and says where a petition was signed.
CHANGED = [
    "name",
    "email",
    "email_key",
    "reference",
    "postal_code",
    "comment",
    "wants_newsletter",
    "wants_outcome",
    "display",
    "mails_since",
    "mails_sent",
    "created_at",
    "confirmed_at",
    "anonymised_at",
]


def anonymise(signatures: Iterable[Signature]) -> list[Signature]:
    """Take the person out of signatures that count, in the caller's transaction; those it did.

    Each stays one row with a key of its own, so "one for each address" still holds. The times
    become days: a minute could still be found in somebody's mail.
    """
    now = timezone.now()
    rows = [signature for signature in signatures if signature.anonymised_at is None]
    for row in rows:
        row.name = row.email = row.postal_code = row.comment = ""
        row.reference = uuid.uuid4()
        row.email_key = f"anonymous:{row.reference}"
        row.wants_newsletter = row.wants_outcome = False
        row.display = Display.PRIVATE
        row.mails_since, row.mails_sent = None, 0
        row.created_at = _midnight(row.created_at)
        row.confirmed_at = _midnight(row.confirmed_at) if row.confirmed_at else None
        row.anonymised_at = now
    Signature.objects.bulk_update(rows, CHANGED)
    return rows


def _midnight(moment: datetime) -> datetime:
    """The beginning of the newsroom's day."""
    return timezone.make_aware(datetime.combine(timezone.localdate(moment), time.min))

"""Taking signatures out of the count, with a reason, and putting them back. Nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.log_actions import log

from advocacy import page_tags
from advocacy.models import (
    Invalidation,
    Petition,
    Signature,
    SignatureDay,
    SignatureStatus,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cms.core.models import User

PERMISSION = "advocacy.invalidate_signature"


class NothingToInvalidateError(ValueError):
    """None of the chosen signatures is one that counts or could still count."""


class AlreadyUndoneError(ValueError):
    """Somebody has put these signatures back before."""


def may_invalidate(user: User, petition: Petition) -> bool:
    """Whether this person may change what this petition counts."""
    permitted = petition.snippet_viewset.permission_policy.user_has_permission_for_instance
    return bool(user.has_perm(PERMISSION) and permitted(user, "change", petition))


def invalidate(
    *,
    petition: Petition,
    chosen: QuerySet[Signature],
    reason: str,
    chosen_by: str,
    by: User,
) -> Invalidation:
    """Take the chosen signatures under one petition out of its count.

    Args:
        petition: Signatures under any other are left alone.
        chosen: An unsliced queryset.
        reason: For colleagues; kept with each signature.
        chosen_by: The filter in words, for the history.
        by: Who answers for it.

    Raises:
        NothingToInvalidateError: nothing was changed.
    """
    with transaction.atomic():
        done = Invalidation.objects.create(
            petition=petition, reason=reason, chosen_by=chosen_by[:500], done_by=by
        )
        rows = chosen.order_by().filter(petition=petition)
        change = {"status": SignatureStatus.INVALID, "invalidation": done}
        counted = rows.filter(status=SignatureStatus.CONFIRMED).update(**change)
        waiting = rows.filter(status=SignatureStatus.PENDING).update(**change)
        if not counted + waiting:
            raise NothingToInvalidateError("There is nothing among these that counts or waits.")
        done.counted, done.count = counted, counted + waiting
        done.save(update_fields=["counted", "count"])
        # The sweep counts the days anew.
        SignatureDay.objects.filter(petition=petition).delete()
        Petition.objects.filter(pk=petition.pk).update(
            confirmed_count=F("confirmed_count") - counted
        )
        page_tags.counted(petition.pk)
        log(
            petition,
            "advocacy.signature.invalidate",
            user=by,
            data={
                "invalidation": done.pk,
                "reason": reason,
                "filter": done.chosen_by,
                "count": done.count,
                "counted": counted,
            },
        )
    return done


def undo(*, invalidation: Invalidation, by: User) -> int:
    """Put signatures back as they were; how many. Those erased meanwhile stay erased.

    Raises:
        AlreadyUndoneError: it was undone before, perhaps a moment ago.
    """
    with transaction.atomic():
        first = Invalidation.objects.filter(pk=invalidation.pk, undone_at__isnull=True).update(
            undone_at=timezone.now(), undone_by=by
        )
        if not first:
            raise AlreadyUndoneError("These signatures were put back before.")
        rows = Signature.objects.filter(
            invalidation_id=invalidation.pk, status=SignatureStatus.INVALID
        )
        counted = rows.filter(confirmed_at__isnull=False).update(
            status=SignatureStatus.CONFIRMED, invalidation=None
        )
        waiting = rows.update(status=SignatureStatus.PENDING, invalidation=None)
        petition = invalidation.petition
        SignatureDay.objects.filter(petition=petition).delete()
        Petition.objects.filter(pk=petition.pk).update(
            confirmed_count=F("confirmed_count") + counted
        )
        page_tags.counted(petition.pk)
        log(
            petition,
            "advocacy.signature.restore",
            user=by,
            data={
                "invalidation": invalidation.pk,
                "count": counted + waiting,
                "counted": counted,
            },
        )
    return counted + waiting

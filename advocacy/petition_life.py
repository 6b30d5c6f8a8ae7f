"""The life of a petition: each move from one status to the next, with what follows from it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.log_actions import log

from advocacy import staleness
from advocacy.models import Petition, PetitionStatus
from advocacy.models.petitions import ENDED

if TYPE_CHECKING:
    from cms.core.models import User

logger = logging.getLogger(__name__)

PERMISSION = "advocacy.publish_petition"

_DRAFT, _OPEN, _CLOSED = PetitionStatus.DRAFT, PetitionStatus.OPEN, PetitionStatus.CLOSED
_WON, _LOST, _ARCHIVED = PetitionStatus.WON, PetitionStatus.LOST, PetitionStatus.ARCHIVED
# From where one may come. An outcome may be put right: won for lost, and back.
MOVES: dict[PetitionStatus, frozenset[PetitionStatus]] = {
    _OPEN: frozenset({_DRAFT, _CLOSED}),
    _CLOSED: frozenset({_OPEN}),
    _WON: frozenset({_OPEN, _CLOSED, _LOST}),
    _LOST: frozenset({_OPEN, _CLOSED, _WON}),
    _ARCHIVED: frozenset({_DRAFT, _CLOSED, _WON, _LOST}),
}


class MoveRefused(ValueError):
    """A petition cannot make this move; the message says why, and the way out."""


def moves_from(status: str) -> list[PetitionStatus]:
    """Where a petition may go from here."""
    return [to for to, sources in MOVES.items() if status in sources]


def open_for_signing(*, petition: Petition, by: User | None = None) -> None:
    """Let it be signed: for the first time, or again.

    Raises:
        MoveRefused: its last day has gone by, or signers of it have been forgotten by now.
    """
    if petition.is_past_its_day:
        raise MoveRefused("Its last day for signing has gone by. Give it a later one first.")
    if petition.signatures.filter(anonymised_at__isnull=False).exists():
        # Whoever has been forgotten could sign a second time.
        raise MoveRefused(
            "Some of its signatures are anonymous by now, so the same people could sign it twice. "
            "Write a new petition, and name it as the successor of this one."
        )
    _move(petition, _OPEN, by=by)


def close(*, petition: Petition, by: User | None = None) -> None:
    """Take no more signatures. What waits for its confirmation is not counted any more.

    Raises:
        MoveRefused: it is not open.
    """
    _move(petition, _CLOSED, by=by)


def win(*, petition: Petition, outcome: str, by: User | None = None) -> None:
    """It got what it asked for; the outcome says how, as rich text.

    Raises:
        MoveRefused: from where it stands it cannot be won, or the outcome says nothing.
    """
    _move(petition, _WON, by=by, outcome=_told(outcome))


def lose(*, petition: Petition, outcome: str, by: User | None = None) -> None:
    """It has ended without what it asked for; the outcome says why, as rich text.

    Raises:
        MoveRefused: from where it stands it cannot be lost, or the outcome says nothing.
    """
    _move(petition, _LOST, by=by, outcome=_told(outcome))


def archive(*, petition: Petition, by: User | None = None) -> None:
    """Put it away: no longer listed, while its page stays.

    Raises:
        MoveRefused: it is still open.
    """
    _move(petition, _ARCHIVED, by=by)


def close_overdue() -> int:
    """Close what is open beyond its last day; how many. Safe twice at once."""
    closed = 0
    overdue = Petition.objects.filter(status=_OPEN, closes_on__lt=timezone.localdate())
    for petition in overdue.order_by("pk"):
        try:
            close(petition=petition)
        except MoveRefused:
            # Somebody else was first.
            continue
        closed += 1
    return closed


def _told(outcome: str) -> str:
    if not strip_tags(outcome).strip():
        raise MoveRefused("Tell those who signed what came of it.")
    return outcome


def _move(
    petition: Petition, to: PetitionStatus, *, by: User | None, outcome: str | None = None
) -> None:
    """One transaction: the row, what follows for whoever names it, and one entry in its log."""
    with transaction.atomic():
        row = Petition.objects.select_for_update().get(pk=petition.pk)
        before = PetitionStatus(row.status)
        if before not in MOVES[to]:
            raise MoveRefused(
                f"This petition is {before.label.lower()}, and cannot become {to.label.lower()}."
            )
        if outcome is not None:
            row = _write_outcome(row, outcome, by=by)
        row.status = to
        row.closed_at = (row.closed_at or timezone.now()) if to in ENDED else None
        row.save(update_fields=["status", "closed_at"])
        if before == _OPEN:
            staleness.queue(
                entry=row, reason=staleness.Reason.PETITION_CLOSED, detail=row.closed_because
            )
        log(
            row,
            f"advocacy.petition.{to.value}",
            user=by,
            data={"from": before.value, "to": to.value},
        )
    petition.refresh_from_db()
    logger.info("Petition %s went from %s to %s", row.pk, before.value, to.value)


def _write_outcome(row: Petition, outcome: str, *, by: User | None) -> Petition:
    """Put the outcome into what readers see and into the version that editors go on with.

    A draft that waits for approval stays a draft: only the outcome goes out.
    """
    drafted = row.has_unpublished_changes or not row.live
    Petition.objects.filter(pk=row.pk).update(outcome=outcome)
    latest: Petition = row.get_latest_revision_as_object() if row.latest_revision_id else row
    latest.outcome = outcome
    revision = latest.save_revision(user=by)
    if not drafted:
        revision.publish(user=by, log_action=False, skip_permission_checks=True)
    return Petition.objects.get(pk=row.pk)

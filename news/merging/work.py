"""Merging and undoing, step by step: each step is one transaction, and says what it moved.

A worker that is killed loses the step it was in and no more; the sweep has another go on.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Revision

from news.merging import moving, names, rows
from news.merging.kinds import Column, Kind, columns, parts
from news.merging.signals import touched
from news.models import Category, Merge, MergeStep

if TYPE_CHECKING:
    from cms.core.models import User

logger = logging.getLogger(__name__)

# A worker says that it lives with every step; none takes that long.
LOST_AFTER = timedelta(minutes=2)
ATTEMPTS_AT_MOST = 3


class MergeRefusedError(Exception):
    """It cannot be done; the message says why, and the way out."""


def start(*, kind: Kind, old_id: int, into_id: int, by: User) -> Merge:
    """Have one thing become part of another."""
    from news.merging.tasks import run_merge  # noqa: PLC0415 - the task calls this module

    if old_id == into_id:
        raise MergeRefusedError(f"A {kind.word} cannot be merged into itself. Choose another one.")
    with transaction.atomic():
        # The order keeps two merges of the same pair, one in each direction, from waiting for
        # each other.
        locked = kind.model._default_manager.select_for_update().order_by("pk")
        there = {row.pk: row for row in locked.filter(pk__in=[old_id, into_id])}
        if len(there) < 2:
            raise MergeRefusedError(
                f"One of the two {kind.words} is gone: somebody deleted or merged it meanwhile."
                " Nothing was changed."
            )
        _refuse_if_taken(kind, {old_id, into_id})
        old, into = there[old_id], there[into_id]
        _refuse_if_too_deep(old, into)
        merge = Merge.objects.create(
            kind=kind.value,
            old_id=old.pk,
            old_name=str(old),
            into_id=into.pk,
            into_name=str(into),
            kept=_dumped(old),
            requested_by=by,
            versions_total=moving.versions(kind).count(),
        )
        log(
            instance=into,
            action="news.merge",
            user=by,
            data={"merge": merge.pk, "old": merge.old_name, "into": merge.into_name},
        )
    run_merge.enqueue(merge.pk)
    merge.refresh_from_db()
    return merge


def _refuse_if_taken(kind: Kind, numbers: set[int]) -> None:
    held = [*Merge.UNDER_WAY, Merge.Status.FAILED]
    other = (
        Merge.objects.filter(kind=kind.value, status__in=held)
        .filter(Q(old_id__in=numbers) | Q(into_id__in=numbers))
        .first()
    )
    if other is None:
        return
    if other.status == Merge.Status.FAILED:
        raise MergeRefusedError(f"Merging {other} stopped half-way. Undo that first.")
    raise MergeRefusedError(f"{other} is still under way. Wait until it has ended, then try again.")


def _refuse_if_too_deep(old: Any, into: Any) -> None:
    """Categories below one that is merged go with it, and there is one level only."""
    if not isinstance(old, Category) or into.parent_id is None:
        return
    if (below := old.children.first()) is not None:
        raise MergeRefusedError(
            f"“{below}” is below “{old}”, and “{into}” is below another category itself. Give"
            f" those below “{old}” another place first."
        )


def undo(*, merge_id: int, by: User) -> Merge:
    """Part two things again, as far as they were left as the merge left them."""
    from news.merging.tasks import run_merge  # noqa: PLC0415 - the task calls this module

    with transaction.atomic():
        merge = Merge.objects.select_for_update().get(pk=merge_id)
        kind = Kind(merge.kind)
        _refuse_to_undo(merge, kind)
        merge.status, merge.problem, merge.attempts = Merge.Status.UNDOING, "", 1
        merge.undone_by, merge.undone_at, merge.touched_at = by, timezone.now(), timezone.now()
        merge.last_version_undone = merge.last_version
        merge.save()
        things = kind.model._default_manager
        if not things.filter(pk=merge.old_id).exists():
            rows.restore(merge.kept)
        old = things.get(pk=merge.old_id)
        log(
            instance=old,
            action="news.merge.undo",
            user=by,
            data={"merge": merge.pk, "old": merge.old_name, "into": merge.into_name},
        )
    touched.send(sender=kind.model, model=kind.model, pks=[merge.old_id])
    run_merge.enqueue(merge.pk)
    merge.refresh_from_db()
    return merge


def _refuse_to_undo(merge: Merge, kind: Kind) -> None:
    if merge.status not in {Merge.Status.MERGED, Merge.Status.FAILED}:
        raise MergeRefusedError(
            f"{merge} was undone already, or is still under way. Nothing was changed."
        )
    later = Merge.objects.filter(kind=merge.kind, old_id=merge.into_id).exclude(
        status=Merge.Status.UNDONE
    )
    if (first := later.first()) is not None:
        raise MergeRefusedError(
            f"“{merge.into_name}” was merged itself since. Undo {first} first, then this."
        )
    # What is under way with either, or stopped, other than this one.
    others = Merge.objects.filter(kind=merge.kind, status__in=Merge.UNDER_WAY).filter(
        Q(old_id=merge.into_id) | Q(into_id__in=[merge.old_id, merge.into_id])
    )
    if (other := others.exclude(pk=merge.pk).first()) is not None:
        raise MergeRefusedError(f"{other} is still under way. Wait until it has ended.")
    if merge.status == Merge.Status.MERGED and (
        taken := names.taken(kind, merge.kept[-1]["fields"])
    ):
        raise MergeRefusedError(
            f"There is a {kind.word} “{taken}” again, made since. Rename it, or merge it into"
            f" “{merge.into_name}”, then undo this."
        )
    _refuse_if_no_place_is_left(merge)


def _refuse_if_no_place_is_left(merge: Merge) -> None:
    """A category that comes back goes below the one it was below, which may be below one by now."""
    if merge.kind != Merge.Kind.CATEGORY or merge.status != Merge.Status.MERGED:
        return
    parent = merge.kept[-1]["fields"]["parent_id"]
    above = Category.objects.filter(pk=parent).select_related("parent").first()
    if above is not None and above.parent is not None:
        raise MergeRefusedError(
            f"“{merge.old_name}” was below “{above}”, which is below “{above.parent}” by now, and"
            f" there is one level only. Take “{above}” out of “{above.parent}”, then undo this."
        )


def run(merge_id: int) -> None:
    """Go on with a merge, in whichever direction, to its end."""
    try:
        while _step(merge_id):
            pass
    except DatabaseError as error:
        # The sweep tries again; what was done stays done.
        logger.exception("Merge %s was interrupted", merge_id)
        Merge.objects.filter(pk=merge_id).update(problem=str(error)[:2000])


@transaction.atomic
def _step(merge_id: int) -> bool:
    """Do the next step; whether there is more to do. Two workers take turns at the row's lock."""
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    if merge.status == Merge.Status.MERGING:
        more = _merge(merge)
    elif merge.status == Merge.Status.UNDOING:
        more = _undo(merge)
    else:
        return False
    merge.touched_at = timezone.now()
    merge.save()
    return more


def _values(merge: Merge, column: Column) -> dict[str, Any]:
    if column.written_out:
        return {"old": merge.old_name, "new": merge.into_name}
    return {"old": merge.old_id, "new": merge.into_id}


def _merge(merge: Merge) -> bool:
    kind = Kind(merge.kind)
    if not kind.model._default_manager.filter(pk=merge.into_id).exists():
        merge.status = Merge.Status.FAILED
        merge.problem = (
            f"“{merge.into_name}” was deleted meanwhile. “{merge.old_name}” is still there, and"
            " keeps what was not moved yet."
        )
        return False
    if kind.model is Category:
        there = Category.objects.in_bulk([merge.old_id, merge.into_id])
        try:
            _refuse_if_too_deep(there.get(merge.old_id), there[merge.into_id])
        except MergeRefusedError as error:
            merge.status, merge.problem = Merge.Status.FAILED, str(error)
            return False
    if _move_next_rows(merge, kind):
        return True
    window = moving.versions(kind).filter(pk__gt=merge.last_version).order_by("pk")
    numbers = list(window.values_list("pk", flat=True)[: moving.BATCH])
    if numbers:
        _move_versions(merge, kind, Revision.objects.filter(pk__in=numbers))
        merge.last_version = numbers[-1]
        merge.versions_looked_through += len(numbers)
        return True
    return _finish(merge, kind)


def _move_next_rows(merge: Merge, kind: Kind) -> bool:
    for column in columns(kind):
        record = moving.move(column, kind=kind, **_values(merge, column))
        if record is not None:
            merge.moved += len(record["moved"]) + len(record["removed"])
            MergeStep.objects.create(merge=merge, place=column.place, record=record)
            return True
    return False


def _move_versions(merge: Merge, kind: Kind, found: Any) -> bool:
    """Rewrite those that name the old thing; whether any did."""
    hits = moving.naming(kind, found, merge.old_id)
    for part, pks in hits.items():
        record = moving.rewrite(part, pks, old=merge.old_id, new=merge.into_id)
        merge.moved += len(record["versions"])
        MergeStep.objects.create(merge=merge, place=part.place, record=record)
    return bool(hits)


def _finish(merge: Merge, kind: Kind) -> bool:
    """Delete the old thing, if nobody has named it again meanwhile."""
    # Nothing new can point at it once it is locked.
    old = kind.model._default_manager.select_for_update().filter(pk=merge.old_id).first()
    if old is not None and _move_next_rows(merge, kind):
        return True
    # Versions that an open editor overwrote behind us.
    recent = moving.versions(kind).filter(created_at__gte=merge.requested_at)
    if _move_versions(merge, kind, recent):
        return True
    if old is not None:
        merge.kept = _dumped(old)
        old.delete()
    merge.status, merge.finished_at, merge.problem = Merge.Status.MERGED, timezone.now(), ""
    return False


def _dumped(thing: Any) -> list[dict[str, Any]]:
    """A thing and, before it, its own versions, which go with it."""
    own = Revision.objects.for_instance(thing).order_by("pk")
    return [*map(rows.dump, own), rows.dump(thing)]


def _undo(merge: Merge) -> bool:
    kind = Kind(merge.kind)
    step = merge.steps.filter(undone=False).order_by("-pk").first()
    if step is not None:
        merge.given_back += _undo_step(merge, kind, step)
        step.undone = True
        step.save(update_fields=["undone"])
        return True
    window = moving.versions(kind).filter(pk__gt=merge.last_version_undone).order_by("pk")
    numbers = list(window.values_list("pk", flat=True)[: moving.BATCH])
    if numbers:
        hits = moving.naming(kind, Revision.objects.filter(pk__in=numbers), merge.into_id)
        for part, pks in hits.items():
            moving.restore_later(
                part, pks, marker=merge.last_version, old=merge.old_id, new=merge.into_id
            )
        merge.last_version_undone = numbers[-1]
        return True
    merge.status, merge.problem = Merge.Status.UNDONE, ""
    return False


def _undo_step(merge: Merge, kind: Kind, step: MergeStep) -> int:
    for column in columns(kind):
        if column.place == step.place and _has_no_room(merge, column):
            return 0
        if column.place == step.place:
            return moving.give_back(column, step.record, kind=kind, **_values(merge, column))
    for part in parts(kind):
        if part.place == step.place:
            return moving.restore(part, step.record, old=merge.old_id, new=merge.into_id)
    # A place that this version of the program no longer has.
    return 0


def _has_no_room(merge: Merge, column: Column) -> bool:
    """Whether categories that were below one stay, as that one is below another by now."""
    return (
        column.model is Category
        and Category.objects.filter(pk=merge.old_id).exclude(parent=None).exists()
    )


def take_up_lost() -> str:
    """Go on with what a killed worker left; stop at the third time. For the sweep."""
    from news.merging.tasks import run_merge  # noqa: PLC0415 - the task calls this module

    now = timezone.now()
    lost = Merge.objects.under_way().filter(touched_at__lt=now - LOST_AFTER)
    given_up = lost.filter(attempts__gte=ATTEMPTS_AT_MOST).update(status=Merge.Status.FAILED)
    again = [
        merge.pk
        for merge in lost.filter(attempts__lt=ATTEMPTS_AT_MOST)
        if Merge.objects.filter(pk=merge.pk, touched_at=merge.touched_at).update(
            touched_at=now, attempts=F("attempts") + 1
        )
    ]
    for merge_id in again:
        run_merge.enqueue(merge_id)
    return f"merges: {len(again)} gone on with, {given_up} stopped"

"""What names something that has changed: queued for another look, and settled by whoever looked."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import Page, ReferenceIndex
from wagtail.permissions import policy_registry

from advocacy.models import Letter, Petition, PetitionStatus, Representative
from advocacy.models.staleness import Reason, SecondLook
from advocacy.registry import find

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from django.db.models import Model

    from advocacy.registry import Entry
    from cms.core.models import User

__all__ = ["Reason", "noticing", "queue", "reopen", "settle"]

ENDED = {
    PetitionStatus.CLOSED,
    PetitionStatus.WON,
    PetitionStatus.LOST,
    PetitionStatus.ARCHIVED,
}
# Rows that a panel looks into for the places that it lists.
LOOKED_AT = 200


def queue(*, entry: Entry, reason: Reason, detail: str = "") -> int:
    """Ask for another look at every page, petition and letter that names the entry.

    Runs in the caller's transaction. Pages are found through Wagtail's reference index, petitions
    and letters through their targets; petitions that have ended need no other look. Where one is
    asked for already, with the same reason, it only takes the newer detail. Returns how many are
    new. Six queries at most, however many places there are.
    """
    places = _naming(entry)
    if not places:
        return 0
    entry_type = _type_of(type(entry))
    same = SecondLook.objects.open().filter(entry_type=entry_type, entry_id=entry.pk, reason=reason)
    detail = detail[:300]
    known = set(same.values_list("place_type_id", "place_id"))
    if known:
        same.update(detail=detail)
    now = timezone.now()
    new = [
        SecondLook(
            place_type_id=place_type,
            place_id=place_id,
            entry_type=entry_type,
            entry_id=entry.pk,
            reason=reason,
            detail=detail,
            queued_at=now,
        )
        for place_type, place_id in sorted(places - known)
    ]
    # Another process may queue the same at this moment; the constraint keeps one.
    SecondLook.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def settle(*, rows: Collection[int], user: User) -> int:
    """Somebody has looked: close these rows. Returns how many were open."""
    return (
        SecondLook.objects.open()
        .filter(pk__in=rows)
        .update(settled_at=timezone.now(), settled_by=user)
    )


def reopen(*, rows: Collection[int], user: User) -> int:
    """Undo one's own ``settle``, unless the same was asked for anew meanwhile."""
    twin = SecondLook.objects.open().filter(
        place_type=OuterRef("place_type"),
        place_id=OuterRef("place_id"),
        entry_type=OuterRef("entry_type"),
        entry_id=OuterRef("entry_id"),
        reason=OuterRef("reason"),
    )
    with transaction.atomic():
        chosen = list(
            SecondLook.objects.filter(~Exists(twin), pk__in=rows, settled_by=user)
            .order_by("-pk")
            .values_list("pk", "place_type", "place_id", "entry_type", "entry_id", "reason")
        )
        # Of two that were settled one after the other, only one may be open again.
        latest = {tuple(same): pk for pk, *same in reversed(chosen)}
        return SecondLook.objects.filter(pk__in=latest.values()).update(
            settled_at=None, settled_by=None
        )


def may_settle(user: User, place: Model) -> bool:
    """Whether somebody may say that they have looked: those who may change it."""
    if isinstance(place, Page):
        return place.permissions_for_user(user).can_edit()
    return bool(policy_registry.get(place).user_has_permission_for_instance(user, "change", place))


def forget(place_or_entry: Model) -> None:
    """Drop what concerns something that was deleted."""
    kind = _type_of(type(place_or_entry))
    SecondLook.objects.filter(place_type=kind, place_id=place_or_entry.pk).delete()
    SecondLook.objects.filter(entry_type=kind, entry_id=place_or_entry.pk).delete()


def _type_of(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


def _naming(entry: Entry) -> set[tuple[int, int]]:
    """Type and id of everything that names the entry."""
    page_type = _type_of(Page).pk
    references = ReferenceIndex.objects.filter(
        base_content_type=page_type,
        to_content_type=_type_of(type(entry)),
        to_object_id=str(entry.pk),
    )
    found = {(page_type, int(pk)) for pk in references.values_list("object_id", flat=True)}
    if isinstance(entry, Representative):
        petitions = Petition.objects.exclude(status__in=ENDED).filter(
            target_rows__representative=entry
        )
        letters = Letter.objects.filter(target_rows__representative=entry)
        for model, named in ((Petition, petitions), (Letter, letters)):
            found |= {(_type_of(model).pk, pk) for pk in named.values_list("pk", flat=True)}
    return found


# Noticing changes ---------------------------------------------------------------------------------


@contextmanager
def noticing(entry: Petition | Representative) -> Iterator[None]:
    """Whatever writes to an entry inside, its form, a draft's publication or an import, queues.

    One transaction. What is published and changes here asks for another look at what names it.
    """
    with transaction.atomic():
        before = _stored(entry)
        yield
        if before is None or not before.live or (after := _stored(entry)) is None:
            return
        for reason, detail in _changes(before, after):
            queue(entry=after, reason=reason, detail=detail)


def _stored(entry: Petition | Representative) -> Petition | Representative | None:
    if entry.pk is None:
        return None
    if isinstance(entry, Representative):
        return Representative.objects.with_channels().filter(pk=entry.pk).first()
    return Petition.objects.filter(pk=entry.pk).first()


def _changes(
    before: Petition | Representative, after: Petition | Representative
) -> Iterator[tuple[Reason, str]]:
    if isinstance(before, Petition) and isinstance(after, Petition):
        if after.status in ENDED and before.status not in ENDED:
            yield Reason.PETITION_CLOSED, after.closed_because
    elif isinstance(before, Representative) and isinstance(after, Representative):
        if (was := before.office_line) != (now := after.office_line):
            yield Reason.OFFICE_CHANGED, f"Was {was}; is {now}."
        if after.left_office_on and not before.left_office_on:
            day = date_format(after.left_office_on)
            yield Reason.LEFT_OFFICE, f"{after.titled_name} left office on {day}."
        gone = _reach(before) - _reach(after)
        if gone:
            yield Reason.CHANNEL_CHANGED, f"No longer listed: {', '.join(sorted(gone))}."


def _reach(representative: Representative) -> Counter[str]:
    """What readers can use to reach somebody, by kind and value."""
    return Counter(str(channel) for channel in representative.usable_channels)


# What panels list ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Why:
    """One reason, and the entry that it is about."""

    reason: str
    entry: Entry
    detail: str
    queued_at: datetime


@dataclass(frozen=True)
class Stale:
    """Something to look at again, with all the reasons; ``rows`` are what a look settles."""

    place: Any
    whys: list[Why]
    rows: list[int]


def listed(rows: Collection[SecondLook], places: Collection[Model], limit: int) -> list[Stale]:
    """The rows by place, in the order of their first row. One query, for the entries."""
    by_type: dict[int, type[Entry]] = {
        _type_of(model).pk: model for model in (Petition, Representative, Letter)
    }
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(by_type[row.entry_type_id]._meta.model_name or "", set()).add(
            row.entry_id
        )
    entries = find(wanted)
    # A page of any class is a place of Page.
    by_key = {
        (_type_of(Page if isinstance(place, Page) else type(place)).pk, place.pk): place
        for place in places
    }
    found: dict[tuple[int, int], Stale] = {}
    for row in rows:
        place = by_key.get((row.place_type_id, row.place_id))
        entry = entries.get((by_type[row.entry_type_id], row.entry_id))
        if place is None or entry is None:
            continue
        stale = found.setdefault((row.place_type_id, row.place_id), Stale(place, [], []))
        stale.whys.append(Why(row.get_reason_display(), entry, row.detail, row.queued_at))
        stale.rows.append(row.pk)
    return list(found.values())[:limit]

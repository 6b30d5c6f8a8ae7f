"""What waits for another look, on the admin's home; ``news`` lists its articles with it, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.middleware.csrf import get_token
from django.utils import timezone
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import Page
from wagtail.permissions import policy_registry

from advocacy.models import Letter, Petition, Representative, SecondLook
from advocacy.registry import find
from cms.core.dashboard import ROWS, Panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Model

    from advocacy.registry import Entry
    from cms.core.models import User

# Rows to look into for the places that a panel lists.
LOOKED_AT = 200
# As long as this, what somebody has looked at is offered to be put back.
UNDO_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Why:
    """One reason for another look, and the entry that it is about."""

    row: SecondLook
    entry: Entry


@dataclass(frozen=True)
class Stale:
    """A page, petition or letter to look at again, with all the reasons."""

    place: Any
    address: str
    whys: list[Why]

    @property
    def title(self) -> str:
        """As whoever edits it knows it."""
        return self.place.draft_title if isinstance(self.place, Page) else str(self.place)


def second_looks(*models: type[Model], user: User) -> tuple[list[Stale], list[Stale]]:
    """What waits at these models for somebody who may change it, and what they have just settled.

    Both the latest first. Two queries and one for each model, however many there are; besides
    those for the permissions, which Wagtail keeps on the user.
    """
    allowed = {
        model: policy_registry.get_by_type(model).instances_user_has_permission_for(user, "change")
        for model in models
    }
    types = ContentType.objects.get_for_models(*models)
    may = Q(pk=None)
    for model in models:
        may |= Q(place_type=types[model], place_id__in=allowed[model].values("pk"))
    own = Q(settled_by=user, settled_at__gt=timezone.now() - UNDO_FOR)
    rows = list(SecondLook.objects.filter(may, Q(settled_at=None) | own)[:LOOKED_AT])
    places: dict[tuple[int, int], Model] = {}
    for model in models:
        kind = types[model].pk
        ids = {row.place_id for row in rows if row.place_type_id == kind}
        places.update(
            {(kind, place.pk): place for place in model._default_manager.filter(pk__in=ids)}
        )
    named = _entries(rows)
    finder = AdminURLFinder(user)
    waiting: dict[tuple[int, int], Stale] = {}
    settled: dict[tuple[int, int], Stale] = {}
    for row in rows:
        key = row.place_type_id, row.place_id
        if key not in places or row.pk not in named:
            continue
        into = waiting if row.settled_at is None else settled
        if key not in into:
            into[key] = Stale(places[key], finder.get_edit_url(places[key]) or "", [])
        into[key].whys.append(Why(row, named[row.pk]))
    return list(waiting.values())[:ROWS], list(settled.values())[:ROWS]


def _entries(rows: Sequence[SecondLook]) -> Mapping[int, Entry]:
    """The entry that each row is about, by the row. One query."""
    kinds = {
        ContentType.objects.get_for_model(model).pk: model
        for model in (Petition, Representative, Letter)
    }
    wanted: dict[str, set[int]] = {}
    for row in rows:
        model = kinds[row.entry_type_id]
        wanted.setdefault(model._meta.model_name or "", set()).add(row.entry_id)
    entries = find(wanted)
    return {
        row.pk: entries[key]
        for row in rows
        if (key := (kinds[row.entry_type_id], row.entry_id)) in entries
    }


class SecondLooks(Panel):
    """What should be looked at again at some models, with a button that says somebody has."""

    template_name = "advocacy/admin/panels/second_looks.html"
    heading = ""
    nothing = ""
    places: ClassVar[tuple[type[Model], ...]] = ()

    def rows(self) -> dict[str, Any]:
        """What waits, what was settled, and what the buttons need."""
        waiting, settled = second_looks(*self.places, user=self.request.user)
        return {
            "panel_id": self.name.replace("_", "-"),
            "heading": self.heading,
            "nothing": self.nothing,
            "waiting": waiting,
            "settled": settled,
            # A panel is rendered without the request.
            "csrf_token": get_token(self.request),
        }


class StalePetitionsAndLetters(SecondLooks):
    """Campaigners: petitions and letters that name what has changed."""

    name = "stale_petitions_and_letters"
    heading = "Petitions and letters to look at again"
    nothing = "Nobody whom a petition or letter names has changed."
    permission = "advocacy.publish_petition"
    order = 105
    places = (Petition, Letter)

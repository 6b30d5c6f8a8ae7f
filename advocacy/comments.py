"""Who is shown under a petition: a campaigner reads each signer's name and comment first.

Signers agree to be shown, or are not. What they agreed to waits until somebody decides; each decision
can be changed, and the last one undone as a whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from wagtail.log_actions import log

from advocacy.models import Display, Petition, Signature

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from advocacy.models.signatures import SignatureQuerySet
    from cms.core.models import User

PERMISSION = "advocacy.moderate_signature"
# What a decision may be; nobody decides for a signer who did not agree.
DECISIONS = (Display.WAITING, Display.SHOWN, Display.HIDDEN)
LOG_ACTION = "advocacy.signers.decide"


@dataclass(frozen=True)
class Decided:
    """What one decision changed: enough to undo it."""

    display: Display
    before: dict[int, Display]


def queue(display: Display) -> SignatureQuerySet:
    """Those who agreed to be shown, by what was decided; the oldest wait longest and come first."""
    order = "confirmed_at" if display == Display.WAITING else "-confirmed_at"
    offered: SignatureQuerySet = Signature.objects.offered(display)
    return offered.select_related("petition").order_by(order, "pk")


def counts(petition: Petition | None = None) -> dict[Display, int]:
    """How many there are of each, of one petition or of all."""
    rows = Signature.objects.confirmed().filter(display__in=DECISIONS).order_by()
    if petition is not None:
        rows = rows.filter(petition=petition)
    found = dict(rows.values_list("display").annotate(number=Count("pk")))
    return {display: found.get(display.value, 0) for display in DECISIONS}


@transaction.atomic
def decide(*, signatures: Collection[int], display: Display, user: User) -> Decided:
    """Show or hide these signers, or let them wait again; those decided so already stay.

    Raises:
        ValueError: the display is no decision.
    """
    if display not in DECISIONS:
        raise ValueError(display)
    rows = list(
        Signature.objects.confirmed()
        .filter(pk__in=signatures, display__in=DECISIONS)
        .exclude(display=display)
        .select_for_update(of=("self",))
        .values_list("pk", "display", "petition_id")
    )
    before = {pk: Display(was) for pk, was, _ in rows}
    Signature.objects.filter(pk__in=before).update(display=display)
    _log(display, (petition for _, _, petition in rows), user)
    return Decided(display, before)


@transaction.atomic
def undo(*, decided: Decided, user: User) -> int:
    """Put back what a decision changed, where nobody has decided anew since; how many."""
    changed = 0
    for was in set(decided.before.values()):
        rows = Signature.objects.confirmed().filter(
            pk__in=[pk for pk, display in decided.before.items() if display == was],
            display=decided.display,
        )
        petitions = list(rows.values_list("petition_id", flat=True))
        changed += rows.update(display=was)
        _log(was, petitions, user)
    return changed


def _log(display: Display, petitions: Iterable[int], user: User) -> None:
    numbers = Counter(petitions)
    for petition in Petition.objects.filter(pk__in=numbers):
        data = {"display": display.value, "number": numbers[petition.pk]}
        log(instance=petition, action=LOG_ACTION, user=user, data=data)

"""Writing what an import found: channels, differences, the history, and a draft that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from wagtail.log_actions import log

from advocacy.legislators.merging import WRITTEN
from advocacy.models import Channel, Difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from advocacy.legislators.merging import Found, Plan
    from advocacy.models import Representative

IMPORTED = "advocacy.import"


def record_channels(entry: Representative, made: Plan, *, taken: int) -> None:
    """Write the channels of a plan; new ones come after ``taken``. Four statements at most."""
    for order, channel in enumerate(made.new, start=taken):
        channel.representative, channel.sort_order = entry, order
    if made.new:
        Channel.objects.bulk_create(made.new)
    if made.changed:
        Channel.objects.bulk_update(made.changed, [*WRITTEN, "checked_on", "checked_by"])
    if made.known:
        Channel.objects.bulk_update(made.known, ["import_key", "place", "hours"])
    if made.gone:
        Channel.objects.filter(pk__in=[channel.pk for channel in made.gone]).delete()


def record_in_history(entry: Representative, words: Sequence[str]) -> None:
    """Say in the history of an entry what an import did.

    No revision is written: a copy of everything at each import would cost more than it tells, and
    the editor opens what is live.
    """
    log(instance=entry, action=IMPORTED, data={"words": "; ".join(words)[:2000]})


def record_in_draft(
    entry: Representative, plan: Callable[[Representative, Iterable[Channel]], Plan]
) -> None:
    """Write the same into a draft that waits: published later, it would set everything back."""
    draft = entry.get_latest_revision_as_object()
    # The row has been written by now; the draft is compared with what the import before wrote.
    draft.imported = entry.imported
    made = plan(draft, list(draft.channels.all()))
    for name, value in made.fields.items():
        setattr(draft, name, value)
    kept = [c for c in draft.channels.all() if c not in made.gone]
    for order, channel in enumerate(made.new, start=len(kept)):
        channel.sort_order = order
    draft.channels = [*kept, *made.new]
    draft.save_revision(changed=True, log_action=False)


def record_differences(
    entry: Representative, found: Iterable[Found], known: Iterable[Difference]
) -> None:
    """Keep one row for each difference; one that was dismissed stays so until the file changes."""
    rows = {row.key: row for row in known}
    now = timezone.now()
    for difference in found:
        values: dict[str, Any] = {
            "label": difference.label[:160],
            "ours": difference.ours[:500],
            "theirs": difference.theirs[:500],
            "offered": difference.offered,
        }
        row = rows.pop(difference.key, None)
        if row is None:
            Difference.objects.create(
                representative=entry, key=difference.key, found_at=now, **values
            )
        elif any(getattr(row, name) != value for name, value in values.items()):
            if row.offered != difference.offered:
                values |= {"found_at": now, "dismissed_at": None, "dismissed_by": None}
            Difference.objects.filter(pk=row.pk).update(**values)
    if rows:
        Difference.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()

"""What a file says otherwise than a person did: taken over, or dismissed, by somebody who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from advocacy.channels import WrittenBy
from advocacy.models import Channel, Difference, Representative

if TYPE_CHECKING:
    from cms.core.models import User

PERMISSION = "advocacy.publish_representative"
CHANNEL = "channel:"


class DifferenceRefusedError(Exception):
    """Nothing was changed; the message says why, and the way out."""


def accept(*, difference: Difference, user: User) -> None:
    """Publish what the file says; from now on imports keep it up to date.

    Raises:
        DifferenceRefusedError: somebody has a draft of the entry, or it would break its rules.
    """
    with transaction.atomic():
        entry = Representative.objects.select_for_update().get(pk=difference.representative_id)
        if entry.has_unpublished_changes:
            raise DifferenceRefusedError(
                f"There is a draft of {entry} that is not published. Publish it or go back to the "
                "live version, then decide here."
            )
        imported = {
            "fields": dict(entry.imported.get("fields", {})),
            "channels": dict(entry.imported.get("channels", {})),
        }
        if difference.key.startswith(CHANNEL):
            _take_channel(entry, difference, imported["channels"])
        else:
            _take_field(entry, difference, imported["fields"])
        try:
            entry.full_clean()
        except ValidationError as error:
            raise DifferenceRefusedError(
                f"{entry} would not be in order with it: {' '.join(error.messages)} Edit the entry "
                "instead."
            ) from error
        # A revision holds what people see; this belongs to the row.
        Representative.objects.filter(pk=entry.pk).update(imported=imported)
        difference.delete()
        entry.save_revision(user=user).publish(user=user)


def dismiss(*, difference: Difference, user: User) -> bool:
    """Keep what a person wrote; asked again only when the file says something else."""
    return bool(
        Difference.objects.open()
        .filter(pk=difference.pk)
        .update(dismissed_at=timezone.now(), dismissed_by=user)
    )


def reopen(*, difference: Difference) -> bool:
    """Undo ``dismiss``."""
    return bool(
        Difference.objects.filter(pk=difference.pk, dismissed_at__isnull=False).update(
            dismissed_at=None, dismissed_by=None
        )
    )


def _take_field(entry: Representative, difference: Difference, imported: dict[str, Any]) -> None:
    offered = (difference.offered or {}).get("value")
    field = Representative._meta.get_field(difference.key)
    setattr(entry, difference.key, field.to_python(offered))
    imported[difference.key] = offered


def _take_channel(entry: Representative, difference: Difference, imported: dict[str, Any]) -> None:
    key, offered = difference.key.removeprefix(CHANNEL), difference.offered
    channels = list(entry.channels.all())
    ours = next((channel for channel in channels if channel.import_key == key), None)
    if offered is None:
        entry.channels = [channel for channel in channels if channel is not ours]
        imported.pop(key, None)
        return
    if ours is None:
        ours = Channel(import_key=key, sort_order=len(channels))
        channels.append(ours)
    for name, value in offered.items():
        setattr(ours, name, value)
    # The file was read on that day; nobody here has looked at the page.
    ours.checked_on, ours.checked_by = timezone.localdate(difference.found_at), None
    ours.written_by = WrittenBy.IMPORT
    entry.channels = channels
    imported[key] = offered["value"]

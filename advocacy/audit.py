"""What the histories of petitions, representatives and the site say, besides what Wagtail says.

No signer's name or address stands in them: they are kept for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.log_actions import LogFormatter

from advocacy import comments
from advocacy.legislators.recording import IMPORTED
from advocacy.models import PetitionStatus

if TYPE_CHECKING:
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import ModelLogEntry


class Told(LogFormatter):
    """An entry of a history, with its numbers; the words come with each action."""

    words = ""

    def format_message(self, log_entry: ModelLogEntry) -> str:
        """The words, filled in; what an older version did not write down is left out."""
        return self.words.format_map(_Known(log_entry.data))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


ACTIONS = {
    "advocacy.signature.export": (
        "Export signatures",
        "{kind}: {count} signatures exported ({filter})",
    ),
    "advocacy.signature.invalidate": (
        "Invalidate signatures",
        "{count} signatures taken out of the count, {counted} of which had counted: {reason}"
        " ({filter})",
    ),
    "advocacy.signature.restore": (
        "Restore signatures",
        "{count} signatures put back, {counted} of which count",
    ),
    "advocacy.signature.erase": (
        "Erase a signature",
        "A signature was erased by its signer: {how}",
    ),
    "advocacy.signature.anonymise": ("Anonymise signatures", "{count} signatures anonymised"),
    comments.LOG_ACTION: ("Show or hide signers", "Signers decided on: {number} {display}"),
    "advocacy.subscription.erase": (
        "Erase a subscription",
        "A subscription to the newsletter was erased by its owner",
    ),
    "advocacy.report.accept": (
        "Accept a report",
        "Reported contact accepted as wrong: {channel} ({problem})",
    ),
    "advocacy.report.dismiss": (
        "Dismiss a report",
        "Reported contact found to be right: {channel} ({problem})",
    ),
    IMPORTED: ("Import", "Imported: {words}"),
    "advocacy.notice.send": ("Write to signers", "“{subject}” sent to {count} signers"),
    **{
        f"advocacy.petition.{status.value}": (f"Set to {status.label}", "From {from} to {to}")
        for status in PetitionStatus
    },
}


def register(actions: LogActionRegistry) -> None:
    """Tell Wagtail the words of each action."""
    for action, (label, words) in ACTIONS.items():
        formatter = type("Told", (Told,), {"label": label, "words": words})
        actions.register_action(action)(formatter)

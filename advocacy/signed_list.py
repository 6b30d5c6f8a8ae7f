"""The list of those who signed, for handing over: name, place, comment.

An e-mail address never, and no comment that somebody here has hidden from readers.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from wagtail.log_actions import log

from advocacy.models import Petition, Signature
from cms.core import replica
from cms.core.spreadsheets import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from cms.core.models import User

PERMISSION = "advocacy.export_signature"
HEADINGS = ("Number", "Name", "Place", "Comment", "Signed")
# As many as a browser lays out for printing without trouble: some 60 sheets.
PART = 2000


class _Line:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def signers(petition: Petition) -> QuerySet[Signature]:
    """Those who count and still have a name, in the order in which they signed."""
    return Signature.objects.confirmed().identified().filter(petition=petition).order_by("pk")


def as_csv(petition: Petition) -> Iterator[str]:
    """The list, line by line; never more than some rows of it in memory."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEADINGS)
    for number, signature in enumerate(replica.rows(signers(petition)), 1):
        yield writer.writerow(
            (
                number,
                as_text(signature.name),
                as_text(signature.full_place),
                as_text(signature.comment_to_hand_over),
                signature.signed_on.isoformat(),
            )
        )


def part(petition: Petition, number: int) -> list[Signature]:
    """The signers on one part of the printed list, the first part being 1."""
    begin = (number - 1) * PART
    return list(signers(petition)[begin : begin + PART])


def note_export(*, petition: Petition, by: User, kind: str, chosen_by: str, count: int) -> None:
    """Write down that somebody took a list of signers away: who, what, chosen how, how many."""
    log(
        petition,
        "advocacy.signature.export",
        user=by,
        data={"kind": kind, "filter": chosen_by, "count": count},
    )

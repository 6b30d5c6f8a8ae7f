"""Reading what came back: undeliverable mails, and complaints."""

from __future__ import annotations

import mailbox
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from cms.newsletter import bounces
from cms.newsletter.bounces import Outcome
from cms.newsletter.delivery_reports import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser

SAID = {
    Outcome.GONE: "no such mailbox",
    Outcome.FULL: "not delivered for now",
    Outcome.REFUSED: "refused for another reason",
    Outcome.COMPLAINT: "complaints",
    Outcome.KNOWN: "read before",
    Outcome.OLD: "of no meaning any more",
    Outcome.NOT_OURS: "about no mail of ours",
    Outcome.NO_REPORT: "no reports",
}


class Command(BaseCommand):
    """Safe to run at any time, twice at once, and again over the same mailbox."""

    help = (
        "Read reports about undeliverable mails (RFC 3464) and complaints (RFC 5965): one message "
        "from standard input, or all of a mailbox. Messages of other kinds are left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where they are."""
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--maildir", type=Path, metavar="FOLDER", help="A Maildir.")
        where.add_argument("--mbox", type=Path, metavar="FILE", help="A file of many messages.")
        parser.add_argument(
            "--delete",
            action="store_true",
            help="With --maildir: delete the reports about our mails that were read.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each message; one that makes no sense stops no other."""
        folder, file = options["maildir"], options["mbox"]
        if options["delete"] and not folder:
            raise CommandError("--delete goes with --maildir.")
        found: Counter[Outcome] = Counter()
        if folder:
            for path in _files(folder):
                found[self._read_file(path, delete=options["delete"])] += 1
        elif file:
            for content in _messages(file):
                found[bounces.take(content)] += 1
        else:
            found[bounces.take(sys.stdin.buffer.read(LARGEST))] += 1
        said = ", ".join(f"{found[outcome]} {said}" for outcome, said in SAID.items())
        self.stdout.write(f"{found.total()} messages: {said}.")

    def _read_file(self, path: Path, *, delete: bool) -> Outcome:
        try:
            with path.open("rb") as opened:
                outcome = bounces.take(opened.read(LARGEST))
            if delete and outcome.is_done:
                path.unlink()
        except FileNotFoundError:
            # Somebody who reads the same mailbox has moved it; the next run finds it.
            return Outcome.NO_REPORT
        return outcome


def _files(folder: Path) -> list[Path]:
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise CommandError(f"{folder} is no Maildir: it has no folders “new” and “cur”.")
    try:
        return [
            path
            for part in ("new", "cur")
            for path in sorted((folder / part).iterdir())
            if path.is_file() and not path.name.startswith(".")
        ]
    except OSError as error:
        raise CommandError(f"{folder} cannot be read: {error.strerror}.") from error


def _messages(file: Path) -> Iterator[bytes]:
    try:
        box = mailbox.mbox(file, create=False)
        for key in box.iterkeys():
            yield box.get_bytes(key)[:LARGEST]
    except mailbox.NoSuchMailboxError as error:
        raise CommandError(f"{file} is not there.") from error
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error

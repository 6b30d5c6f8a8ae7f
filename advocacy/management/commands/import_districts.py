"""Brings the map from ZIP codes to congressional districts up to date."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.formats import date_format
from tqdm import tqdm

from advocacy import districts, lookup
from advocacy.models import District
from advocacy.models.representatives import ordinal
from cms.core.fetching import FetchError, fetch

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

FETCH_SECONDS = 60.0
SHOWN_SEATS = 20


class Command(BaseCommand):
    """Reads a file, and puts what it says in the place of the map that is there."""

    help = (
        "Replace the map from ZIP codes to congressional districts. A line that cannot be read"
        " refuses the whole file: then nothing is changed and the exit status is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and what it cannot say of itself."""
        parser.add_argument("--file", type=Path, help=f"By default {districts.PUBLISHED_FILE}")
        parser.add_argument("--dry-run", action="store_true", help="Report, and change nothing.")
        parser.add_argument(
            "--congress",
            type=_congress,
            default=districts.CONGRESS,
            help="The Congress whose districts the map shows (%(default)s).",
        )
        parser.add_argument(
            "--published",
            type=_day,
            metavar="YYYY-MM-DD",
            help="When the map was published; known for the files that this version knows.",
        )
        parser.add_argument(
            "--source",
            type=_address,
            default=districts.PROJECT,
            help="The page that the map comes from, which readers are shown (%(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what will happen, read, write, report."""
        self.quiet = options["verbosity"] == 0
        self.say(
            f"District map from {options['file'] or districts.PUBLISHED_FILE}\n"
            "A line that cannot be read refuses the whole file; nothing is changed then."
        )
        if options["dry_run"]:
            self.say("This is a dry run: nothing is changed.")
        content = self.content(options["file"])
        try:
            with self.bar("Lines", content.count(b"\n")) as bar:
                new = districts.read_map(content, progress=bar.update)
        except districts.MapRefusedError as refused:
            raise CommandError(self.refusal(refused)) from refused
        published_on = options["published"] or districts.PUBLISHED_ON.get(new.digest)
        if options["dry_run"]:
            change = districts.change_of(new, old=districts.stored_map())
        else:
            with self.bar("ZIP codes", len(new)) as bar:
                change = districts.replace_map(
                    new,
                    congress=options["congress"],
                    published_on=published_on,
                    source_address=options["source"],
                    progress=bar.update,
                )
        self.report(change, len(new))
        self.report_vintage(options["congress"], published_on)
        if not options["dry_run"]:
            self.report_seats()

    def content(self, path: Path | None) -> bytes:
        """The bytes of the file that was named, or of the published one."""
        try:
            if path is None:
                return fetch(
                    districts.PUBLISHED_FILE,
                    most_bytes=districts.MOST_BYTES,
                    seconds=FETCH_SECONDS,
                    https_only=True,
                ).content
            with path.open("rb") as file:
                # A byte more than is taken tells a file that is too long, however long it is.
                return file.read(districts.MOST_BYTES + 1)
        except FetchError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except OSError as error:
            raise CommandError(
                f"{path} cannot be read: {error.strerror}. Nothing was changed."
            ) from error

    def refusal(self, refused: districts.MapRefusedError) -> str:
        """Why nothing was changed, line by line."""
        more = refused.count - len(refused.reasons)
        lines = [
            f"Refused, and nothing was changed: {refused.count:,} line(s) cannot be read.",
            *refused.reasons,
            *([f"and {more:,} more."] if more else []),
        ]
        return "\n".join(lines)

    def report(self, change: districts.Change, zip_codes: int) -> None:
        """What became of each ZIP code."""
        self.say(
            f"{zip_codes:,} ZIP codes: {change.created:,} created, {change.updated:,} updated, "
            f"{change.unchanged:,} unchanged, {change.removed:,} removed, 0 refused."
        )

    def report_vintage(self, congress: int, published_on: datetime.date | None) -> None:
        """What readers are told about the map's age."""
        day = (
            f"published on {date_format(published_on, 'F j, Y')}"
            if published_on
            else "without a date, which --published gives"
        )
        self.say(f"Readers see: districts of the {ordinal(congress)} Congress, {day}.")

    def report_seats(self) -> None:
        """Which seats readers are told are vacant: the operator should recognize each."""
        count = District.objects.count()
        if not lookup.knows_the_house():
            self.say(
                f"The registry has members for few of the {count} districts, so no seat is called "
                "vacant. Run import_legislators."
            )
            return
        vacant = [str(district) for district in lookup.vacant_seats()]
        more = len(vacant) - SHOWN_SEATS
        named = ", ".join(vacant[:SHOWN_SEATS]) + (f" and {more} more" if more > 0 else "")
        self.say(f"{count} districts; vacant, as the registry has nobody there: {named or 'none'}.")

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)

    def bar(self, what: str, total: int) -> Any:
        # None: no bar where no terminal shows it.
        return tqdm(
            total=total, desc=what, ncols=78, unit="", disable=self.quiet or None, leave=False
        )


def _congress(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not 100 <= number <= 199:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of a Congress, as in 119.")
    return number


def _day(value: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is no day, as in 2024-11-12.") from error
    if day > timezone.localdate():
        raise argparse.ArgumentTypeError(f"{value} has not come yet.")
    return day


def _address(value: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(
            f"{value!r} is no address that begins with https://."
        ) from error
    return value

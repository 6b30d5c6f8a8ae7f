"""Brings members of Congress in the registry up to date."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from advocacy.legislators import runs
from advocacy.legislators.files import MOST_BYTES, PUBLISHED, FileRefusedError
from cms.core.fetching import FetchError, fetch

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from advocacy.legislators.runs import Report

FETCH_SECONDS = 120.0
# Lines of each kind that are written; -v 2 writes all.
SHOWN = 20
BESIDES = ("offices", "social", "contact_forms")


class Command(BaseCommand):
    """Reads the files, imports member by member, and reports."""

    help = (
        "Import members of Congress. An entry that cannot be used is refused by name and line and "
        "the others are imported, each in a transaction of its own; what people wrote is kept. "
        "The exit status is 1 if anything was refused or a file could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which files; by default the published ones."""
        parser.add_argument(
            "--file",
            type=Path,
            help="legislators-current.yaml. Given, nothing is fetched, and only the files that are "
            "named are read.",
        )
        parser.add_argument("--offices", type=Path, help="legislators-district-offices.yaml")
        parser.add_argument("--social", type=Path, help="legislators-social-media.yaml")
        parser.add_argument(
            "--contact-forms",
            type=Path,
            help="A table with the columns bioguide and contact_form; never fetched.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Report, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what will happen, read, write, report."""
        self.quiet = options["verbosity"] == 0
        self.shown = SHOWN if options["verbosity"] < 2 else None
        if options["file"] is None and any(options[name] for name in BESIDES[:2]):
            raise CommandError("Give --file as well: then nothing is fetched.")
        self.say(
            "Members of Congress from "
            f"{options['file'] or 'the published files'}\n"
            "An entry that cannot be used is refused by name and line; the others are imported."
        )
        if options["dry_run"]:
            self.say("This is a dry run: nothing is changed.")
        sources = self.sources(options)
        today = timezone.localdate()
        if options["file"] is not None:
            # A local file says what was so when it was written.
            written = datetime.datetime.fromtimestamp(
                options["file"].stat().st_mtime, tz=timezone.get_current_timezone()
            )
            today = min(today, written.date())
        # None: no bar where no terminal shows it.
        with tqdm(
            desc="Members", ncols=78, unit="", disable=self.quiet or None, leave=False
        ) as bar:
            try:
                report = runs.run(
                    sources=sources,
                    today=today,
                    dry_run=options["dry_run"],
                    started=bar.reset,
                    progress=bar.update,
                )
            except FileRefusedError as error:
                raise CommandError(
                    f"The file of members is refused, and nothing was changed. {error}"
                ) from error
        self.report(report)
        if not report.is_whole:
            raise CommandError(f"{len(report.refused)} refused; see above.")

    def sources(self, options: dict[str, Any]) -> runs.Sources:
        """The bytes of the files that were named, or of the published ones."""
        forms = self.content(options["contact_forms"]) if options["contact_forms"] else None
        if options["file"] is None:
            found = {name: self.fetched(address) for name, address in PUBLISHED.items()}
            return runs.Sources(**found, forms=forms)
        return runs.Sources(
            file=self.content(options["file"]),
            offices=self.content(options["offices"]) if options["offices"] else None,
            social=self.content(options["social"]) if options["social"] else None,
            forms=forms,
        )

    def fetched(self, address: str) -> bytes:
        """A published file. Raises CommandError."""
        try:
            return fetch(
                address, most_bytes=MOST_BYTES, seconds=FETCH_SECONDS, https_only=True
            ).content
        except FetchError as error:
            raise CommandError(f"{error} Nothing was changed.") from error

    def content(self, path: Path) -> bytes:
        """A local file. Raises CommandError."""
        try:
            with path.open("rb") as file:
                # A byte more than is taken tells a file that is too long, however long it is.
                return file.read(MOST_BYTES + 1)
        except OSError as error:
            raise CommandError(
                f"{path} cannot be read: {error.strerror}. Nothing was changed."
            ) from error

    def report(self, report: Report) -> None:
        """What became of each member, and why."""
        self.say(
            f"{len(report.created)} created, {len(report.updated)} updated, "
            f"{report.unchanged} unchanged, {len(report.conflicting)} conflicting, "
            f"{len(report.left)} left office, {len(report.refused)} refused."
        )
        for heading, lines in (
            ("Updated", report.updated),
            ("Conflicting (ours was kept)", report.conflicting),
            ("Left office", report.left),
            ("Vacant seats", report.vacant),
            ("Not taken", report.passed_over),
        ):
            self.lines(heading, lines, self.shown)
        # Whoever must mend the file needs all of them.
        self.lines("Refused", report.refused, None)

    def lines(self, heading: str, lines: list[str], most: int | None) -> None:
        """One kind of thing that happened, with as many examples as were asked for."""
        if not lines:
            return
        self.say(f"{heading}: {len(lines)}")
        for line in lines[:most]:
            self.say(f"  {line}")
        if most is not None and len(lines) > most:
            self.say(f"  and {len(lines) - most} more; -v 2 names all.")

    def say(self, line: str) -> None:
        """Unless nothing is to be heard."""
        if not self.quiet:
            self.stdout.write(line)

"""A copy of everything, put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from cms.core.backups import restoring
from cms.core.backups.errors import BackupError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Puts the database and the uploads of a copy in place of those that are here."""

    help = "Put a copy made by `manage.py backup` in place. Stop web, worker and sweep before."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which copy, and whether anything may be lost for it."""
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Even if somebody works here already."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what is left to do."""
        try:
            manifest = restoring.restore(options["file"], replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] == 0:
            return
        self.stdout.write(f"Restored {sum(manifest.rows.values())} rows as of {manifest.made_at}.")
        if not manifest.has_uploads:
            self.stdout.write(
                "The copy holds no uploads: bring them back from where they are kept."
            )
        self.stdout.write("Now run migrate, and rebuild_search where SEARCH_URL is set.")

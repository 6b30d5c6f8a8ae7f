"""A copy of everything that cannot be made again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cms.core.backups import archive
from cms.core.backups.errors import BackupError

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Writes the database and the uploads into one file, while the site goes on."""

    help = "Write a copy of database and uploads into FOLDER; restore it with `manage.py restore`."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, and what is left out or thrown away."""
        parser.add_argument("folder", type=Path, help="Made if missing. Keep it off this machine.")
        parser.add_argument(
            "--without-uploads",
            action="store_true",
            help="The database alone, as for object storage.",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="Afterwards, delete all but the newest N copies there.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, say where, tidy up."""
        keep = options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep wants at least 1.")
        quiet = options["verbosity"] == 0 or not sys.stderr.isatty()
        try:
            with tqdm(unit="B", unit_scale=True, desc="Copying", disable=quiet, leave=False) as bar:
                file = archive.write(
                    options["folder"],
                    with_uploads=not options["without_uploads"],
                    progress=bar.update,
                )
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(file))
        if keep:
            for old in sorted(options["folder"].glob("dovetail-*.tar.gz"))[:-keep]:
                old.unlink()

"""Migrations, one process at a time, in the way of nobody."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import locks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from cms.core import replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser
    from django.db.backends.base.base import BaseDatabaseWrapper

# Any number, as long as nothing else on this database uses the same one.
LOCK = 0x646F7665
# How long a statement may wait for a table while readers queue up behind it, and how often it may.
PATIENCE = "5s"
TRIES = 20
PAUSE = 2.0


class Command(migrate.Command):
    """Django's command, safe where several servers are started at once, and while people read.

    Who comes second waits, and then finds nothing left to do. On PostgreSQL no statement waits
    longer than five seconds for a table that somebody uses: it gives way, and is tried again.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        """Django's own; and how long to insist."""
        super().add_arguments(parser)
        parser.add_argument(
            "--tries",
            type=int,
            default=TRIES,
            help="PostgreSQL: how often to try again where a table is in use.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for whoever migrates now, then migrate."""
        if options["database"] == replica.ALIAS:
            raise CommandError("The replica follows by itself: migrate the database.")
        connection = connections[options["database"]]
        with self.one_at_a_time(connection):
            # What follows a migration looks into the cache; does nothing where that is elsewhere.
            call_command("createcachetable", database=options["database"], verbosity=0)
            for left in reversed(range(max(1, options["tries"]))):
                try:
                    super().handle(*args, **options)
                    break
                except OperationalError as error:
                    if getattr(error.__cause__, "sqlstate", "") != "55P03":
                        raise
                    if not left:
                        raise CommandError(
                            "A table was in use all the time. Nothing is half done: try again when "
                            "fewer people write, or see pg_stat_activity for who holds it."
                        ) from error
                    self.stderr.write("A table is in use; trying again.")
                    time.sleep(PAUSE)

    @contextmanager
    def one_at_a_time(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Hold the lock that every migrating process takes."""
        if connection.vendor != "postgresql":
            with self._lock_file(Path(settings.DATA_DIR) / "migrate.lock"):
                yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.stderr.write("Another process is migrating; waiting for it.")
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
        try:
            yield
        finally:
            if connection.connection is not None and not connection.connection.closed:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    @contextmanager
    def _lock_file(self, path: Path) -> Iterator[IO[str]]:
        with path.open("w") as file:
            if not locks.lock(file, locks.LOCK_EX | locks.LOCK_NB):
                self.stderr.write("Another process is migrating; waiting for it.")
                locks.lock(file, locks.LOCK_EX)
            yield file

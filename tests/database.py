"""The database as migrations left it, brought back after every test that commits.

Django empties every table after a transactional test, and with them the root page, the site, the
collections and the groups that migrations made. So a copy is taken once, and put back each time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from wagtail.models import Site

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

ROOT = Path(__file__).parents[1]


def state_of_migrations() -> str:
    """A name for what all migrations together make: another one when any of them changes."""
    state = hashlib.sha256((ROOT / "requirements/base.txt").read_bytes())
    for pattern in ("*/migrations/*.py", "cms/*/migrations/*.py"):
        for file in sorted(ROOT.glob(pattern)):
            state.update(file.read_bytes())
    return state.hexdigest()[:16]


class Snapshot(Protocol):
    """Every row of the database at one moment."""

    def restore(self) -> None:
        """Put exactly those rows back, and the counters that number new ones."""


class SQLiteSnapshot:
    """A copy of the file beside it."""

    def __init__(self) -> None:
        self._file = Path(connection.settings_dict["NAME"])
        self._pristine = self._file.with_suffix(".pristine")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self._pristine)])

    def keep(self, kept: Path) -> None:
        """Leave a copy for later runs; two processes may do so at once."""
        for stale in kept.parent.glob("*.sqlite3"):
            stale.unlink(missing_ok=True)
        copy = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(self._pristine, copy)
        copy.replace(kept)

    def restore(self) -> None:
        connection.close()
        for leftover in ("-wal", "-shm", "-journal"):
            Path(f"{self._file}{leftover}").unlink(missing_ok=True)
        # A new file under the old name: who still holds the old one writes where nobody reads.
        copy = self._file.with_suffix(".copy")
        shutil.copyfile(self._pristine, copy)
        copy.replace(self._file)


class PostgreSQLSnapshot:
    """The rows of each table as COPY writes them, and the state of each sequence."""

    def __init__(self) -> None:
        self._tables = connection.introspection.table_names(include_views=False)
        self._rows: dict[str, bytes] = {}
        with connection.cursor() as cursor:
            for table in self._filled(cursor):
                with cursor.copy(f"COPY {_quoted(table)} TO STDOUT") as copy:
                    self._rows[table] = b"".join(copy)
            cursor.execute(
                "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL"
                " FROM pg_sequences WHERE schemaname = current_schema()"
            )
            self._sequences = cursor.fetchall()

    def restore(self) -> None:
        # Foreign keys are deferred, so the order of the tables does not matter.
        with transaction.atomic(), connection.cursor() as cursor:
            for table in self._filled(cursor):
                cursor.execute(f"DELETE FROM {_quoted(table)}")  # noqa: S608 - a table of ours
            for table, rows in self._rows.items():
                with cursor.copy(f"COPY {_quoted(table)} FROM STDIN") as copy:
                    copy.write(rows)
            for name, value, is_called in self._sequences:
                cursor.execute("SELECT setval(%s, %s, %s)", [_quoted(name), value, is_called])

    def _filled(self, cursor: CursorWrapper) -> list[str]:
        """The tables that hold a row; most of the hundred hold none."""
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}' WHERE EXISTS (SELECT FROM {_quoted(table)})"  # noqa: S608 - as above
                for table in self._tables
            )
        )
        return [table for (table,) in cursor.fetchall()]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def snapshot() -> Snapshot:
    """Take a copy of what the database holds now."""
    return PostgreSQLSnapshot() if connection.vendor == "postgresql" else SQLiteSnapshot()


def forget_rows() -> None:
    """Drop what the process remembers of rows that are gone."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()

"""The database's part of a copy: every row, as of one moment, in the database's own format."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from cms.core import replica
from cms.core.backups.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

# What the dump is called inside of a copy, by the kind of database.
DUMPS = {"sqlite": "database.sqlite3", "postgresql": "database.sql"}


def dump_to(file: Path) -> dict[str, int]:
    """Write every row of the database to a file; other processes go on reading and writing.

    Answers with the number of rows of each table, counted at the same moment.
    """
    if connection.vendor == "sqlite":
        return _dump_sqlite(file)
    return _dump_postgresql(file)


def restore_from(file: Path) -> None:
    """Put exactly the rows of a dump into the database, and take out whatever was there."""
    if connection.vendor == "sqlite":
        _restore_sqlite(file)
    else:
        _restore_postgresql(file)


def count_rows() -> dict[str, int]:
    """The number of rows of each table now."""
    counts = {}
    with replica.connection().cursor() as cursor:
        for table in _tables():
            cursor.execute(
                f"SELECT count(*) FROM {connection.ops.quote_name(table)}"  # noqa: S608 - a table of ours
            )
            counts[table] = int(cursor.fetchone()[0])
    return counts


def is_empty() -> bool:
    """Whether nobody works here yet: there is no login, or not even a table for one."""
    user = get_user_model()
    return user._meta.db_table not in _tables() or not user.objects.exists()


def _tables() -> list[str]:
    return sorted(connection.introspection.table_names(include_views=False))


# SQLite -------------------------------------------------------------------------------------------


def _dump_sqlite(file: Path) -> dict[str, int]:
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        # Page by page while others write; where a writer is in the way, it begins anew.
        connection.connection.backup(copy)
        # The copy stands alone, without the files that SQLite keeps beside a database in use.
        copy.execute("PRAGMA journal_mode=DELETE")
        tables = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        known = set(_tables())
        return {
            table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - a table of ours
            for (table,) in sorted(tables)
            if table in known
        }


def _restore_sqlite(file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        copy.backup(connection.connection)
    connection.close()


# PostgreSQL ---------------------------------------------------------------------------------------


def _dump_postgresql(file: Path) -> dict[str, int]:
    source = replica.connection()
    with transaction.atomic(using=source.alias):
        with source.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        _run(
            "pg_dump",
            ["--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}"],
            source,
        )
        return count_rows()


def _restore_postgresql(file: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
    # Or psql would wait for our own connection.
    connection.close()
    _run(
        "psql",
        [
            "--no-psqlrc",
            "--quiet",
            "--output=/dev/null",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            # Nobody waits for ever for a process that was forgotten.
            "--command=SET lock_timeout = '30s'",
            f"--command=DROP SCHEMA {schema} CASCADE",
            f"--command=CREATE SCHEMA {schema}",
            f"--file={file}",
        ],
    )


def _run(program: str, options: Sequence[str], on: BaseDatabaseWrapper = connection) -> None:
    """Run one of PostgreSQL's own programs on a database. The password is in no command line."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(
            f"{program} is not installed. It comes with PostgreSQL's client programs."
        )
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(on.settings_dict, [])
    result = subprocess.run(  # noqa: S603 - PostgreSQL's programs, with our options
        [found, *arguments[1:], *options],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if result.returncode:
        raise BackupError(f"{program} failed: {result.stderr.strip() or result.returncode}")

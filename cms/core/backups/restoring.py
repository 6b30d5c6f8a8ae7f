"""From a copy back to a running site."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from cms.core.backups import archive, databases
from cms.core.backups.errors import BackupError


def restore(file: Path, *, replace: bool = False) -> archive.Manifest:
    """Put everything in a copy in place of what is here; answers with what the copy held.

    Nothing is touched before the whole copy was proved, and the database is changed in one
    transaction. The uploads that were here are kept in a folder beside. Raises BackupError: where
    the copy is not whole, is of another kind of database or of a newer version, or where there is
    something here and ``replace`` was not said.
    """
    if not replace and not databases.is_empty():
        raise BackupError(
            "Somebody works here already. Say --replace to lose all that is in this database."
        )
    uploads = archive.uploads_folder()
    beside = uploads.parent if uploads else Path(settings.DATA_DIR)
    with archive.unpacked(file, beside=beside) as (manifest, folder):
        _check(manifest)
        databases.restore_from(folder / databases.DUMPS[manifest.vendor])
        if manifest.has_uploads and uploads:
            _move_uploads(folder / archive.UPLOADS, uploads)
        counted = databases.count_rows()
    wrong = [table for table, rows in manifest.rows.items() if counted.get(table) != rows]
    if wrong:
        raise BackupError(
            f"Rows are missing in {', '.join(wrong)}. Stop what writes, and try again."
        )
    for cache in caches.all():
        cache.clear()
    return manifest


def _check(manifest: archive.Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"The copy is of {manifest.vendor}, and DATABASE_URL names {connection.vendor}."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = sorted(set(manifest.migrations) - {f"{app}.{name}" for app, name in known})
    replaced = {f"{app}.{name}" for migration in known.values() for app, name in migration.replaces}
    unknown = [name for name in unknown if name not in replaced]
    if unknown:
        raise BackupError(
            f"The copy is of a newer version than this one, which does not know {unknown[0]}."
        )


def _move_uploads(source: Path, target: Path) -> None:
    # A copy without a single upload has no folder for them.
    source.mkdir(exist_ok=True)
    if target.exists():
        target.rename(
            target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        )
    source.rename(target)

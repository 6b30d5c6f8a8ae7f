"""One file that holds a copy: the database's dump, the uploads, and what they were."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cms.core import replica
from cms.core.backups import databases
from cms.core.backups.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANIFEST = "manifest.json"
UPLOADS = "media"
FORMAT = 1
# A copy is made when nobody waits for it, so it waits for the replica.
BEHIND_SECONDS = 30.0


@dataclass
class Manifest:
    """What a copy holds; the last entry of its file."""

    made_at: str
    vendor: str
    rows: dict[str, int]
    migrations: list[str]
    has_uploads: bool
    # The SHA-256 of each file in the copy, by its name there.
    digests: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def no_progress(done: int) -> None:
    """Told how many bytes were copied; this one does not care."""


def write(
    folder: Path, *, with_uploads: bool = True, progress: Callable[[int], None] = no_progress
) -> Path:
    """Write a copy of everything into a folder, readable by its owner only; say where it is.

    The database is copied as of one moment, uploads after it: an upload that is deleted meanwhile
    is left out. The file has its name only once it is whole. Raises BackupError.
    """
    made_at = datetime.now(UTC)
    target = folder / f"dovetail-{made_at:%Y%m%dT%H%M%S%fZ}.tar.gz"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as work:
            part = Path(work) / "copy"
            with (
                os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as raw,
                tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar,
            ):
                _write_parts(tar, Path(work), made_at, with_uploads, progress)
            _to_disk(part)
            part.replace(target)
            _to_disk(folder)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror or error}") from error
    return target


def _write_parts(
    tar: tarfile.TarFile,
    work: Path,
    made_at: datetime,
    with_uploads: bool,
    progress: Callable[[int], None],
) -> None:
    uploads = uploads_folder() if with_uploads else None
    dump = work / databases.DUMPS[connection.vendor]
    manifest = Manifest(
        made_at=made_at.isoformat(),
        vendor=connection.vendor,
        migrations=_applied(),
        rows=replica.ask(
            lambda: databases.dump_to(dump), patience=BEHIND_SECONDS, failures=(BackupError,)
        ),
        has_uploads=uploads is not None,
    )
    _add(tar, dump, dump.name, manifest, progress)
    dump.unlink()
    for file in sorted(uploads.rglob("*")) if uploads else ():
        if file.is_file() and not file.is_symlink():
            _add(tar, file, f"{UPLOADS}/{file.relative_to(uploads or file)}", manifest, progress)
    content = json.dumps(asdict(manifest), indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _add(
    tar: tarfile.TarFile,
    file: Path,
    name: str,
    manifest: Manifest,
    progress: Callable[[int], None],
) -> None:
    try:
        source = file.open("rb")
    except FileNotFoundError:
        return
    with source:
        entry = tarfile.TarInfo(name)
        status = os.fstat(source.fileno())
        entry.size, entry.mtime = status.st_size, int(status.st_mtime)
        reader = _Digesting(source, progress)
        tar.addfile(entry, reader)
        manifest.digests[name] = reader.hexdigest()


class _Digesting(io.RawIOBase):
    """Reads a file and makes its digest on the way."""

    def __init__(self, source: IO[bytes], progress: Callable[[int], None]) -> None:
        self._source, self._digest, self._progress = source, hashlib.sha256(), progress

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._digest.update(piece)
        self._progress(len(piece))
        return piece

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def unpacked(file: Path, *, beside: Path) -> Iterator[tuple[Manifest, Path]]:
    """A copy's manifest and a folder with its files, each proved whole; gone afterwards.

    The folder is made in ``beside``, so that what is in it can be moved into place. Raises
    BackupError where the file is no copy of ours, or was changed or cut short.
    """
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as work:
        folder = Path(work)
        try:
            with tarfile.open(file, "r:gz") as tar:
                # Refuses absolute names, names that lead out of the folder, links and devices.
                tar.extractall(folder, filter="data")
            content = json.loads((folder / MANIFEST).read_bytes())
            manifest = _manifest(content)
        except (tarfile.TarError, EOFError, OSError, ValueError, TypeError) as error:
            raise BackupError(f"{file} is no whole copy: {error}") from error
        _prove(file, folder, manifest)
        yield manifest, folder


def _manifest(content: dict[str, Any]) -> Manifest:
    manifest = Manifest(**content)
    if manifest.format != FORMAT:
        raise ValueError(f"its format is {manifest.format}, and {FORMAT} is what is read here")
    return manifest


def _prove(file: Path, folder: Path, manifest: Manifest) -> None:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {
        MANIFEST
    }
    if found != set(manifest.digests):
        name = sorted(found ^ set(manifest.digests))[0]
        raise BackupError(f"{file} is no whole copy: {name} is missing, or does not belong to it.")
    for name, expected in manifest.digests.items():
        with (folder / name).open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != expected:
                raise BackupError(f"{file} is no whole copy: {name} was changed.")


def uploads_folder() -> Path | None:
    """Where uploads lie; None where somebody else's storage holds them."""
    if not isinstance(default_storage, FileSystemStorage):
        return None
    return Path(settings.MEDIA_ROOT)


def _applied() -> list[str]:
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
    )


def _to_disk(path: Path) -> None:
    """Wait until what is said to be written is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

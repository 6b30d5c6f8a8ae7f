"""Where pages are kept: in the memory of a process, and in files for the others of this machine."""

from __future__ import annotations

import fcntl
import os
import threading
from collections import OrderedDict
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from cms.core.page_cache.entries import Entry, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

MEMORY_BYTES = 32 * 1024 * 1024
DISK_BYTES = 512 * 1024 * 1024
# After so many files that this process wrote, it looks whether there are too many.
TRIM_EVERY = 200


class Memory:
    """The pages that this process sent last, up to a number of bytes."""

    def __init__(self, most: int = MEMORY_BYTES) -> None:
        self._most = most
        self._entries: OrderedDict[str, tuple[Entry, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Entry | None:
        """The page, good or not."""
        found = self._entries.get(key)
        if found is None:
            return None
        # Another thread may have pushed it out at this moment.
        with suppress(KeyError):
            self._entries.move_to_end(key)
        return found[0]

    def put(self, entry: Entry) -> None:
        """Keep it, and push out those that nobody asked for the longest; again when it has grown."""
        with self._lock:
            if (old := self._entries.pop(entry.key, None)) is not None:
                self._bytes -= old[1]
            self._entries[entry.key] = (entry, entry.size)
            self._bytes += entry.size
            while self._bytes > self._most and self._entries:
                _, (_, size) = self._entries.popitem(last=False)
                self._bytes -= size

    def __len__(self) -> int:
        return len(self._entries)


class Store(Protocol):
    """What the processes share. Whatever fails here costs a page its place, and nobody an answer."""

    def get(self, key: str) -> Entry | None:
        """The page, good or not."""
        ...

    def put(self, entry: Entry) -> None:
        """Keep it for the others."""
        ...

    def making(self, key: str) -> AbstractContextManager[bool]:
        """True inside where no other process makes this page at the moment."""
        ...


class Files:
    """A folder of pages."""

    def __init__(self, folder: Path, most: int = DISK_BYTES) -> None:
        """Make the folder. OSError where that cannot be."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._most = folder, most
        self._written = 0
        self._trimming = threading.Lock()
        # Held for as long as the process lives: closing it would give up what others hold.
        self._locks = os.open(folder / "locks", os.O_RDWR | os.O_CREAT, 0o600)

    def _path(self, key: str) -> Path:
        name = blake2b(key.encode(), digest_size=20).hexdigest()
        return self._folder / name[:2] / name[2:]

    def get(self, key: str) -> Entry | None:
        """The page, good or not; None for what is no whole page."""
        try:
            return Entry.from_bytes(self._path(key).read_bytes(), key=key)
        except (FileNotFoundError, UnreadableError):
            return None

    def put(self, entry: Entry) -> None:
        """Write it beside, then in its place, so that nobody reads half of it."""
        path = self._path(entry.key)
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            draft.write_bytes(entry.to_bytes())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        self._written += 1
        if self._written % TRIM_EVERY == 0:
            self.trim()

    def trim(self) -> None:
        """Take away the oldest files until the rest has room."""
        if not self._trimming.acquire(blocking=False):
            return
        try:
            found = []
            for folder in os.scandir(self._folder):
                if folder.is_dir():
                    for file in os.scandir(folder):
                        with suppress(FileNotFoundError):
                            about = file.stat()
                            found.append((about.st_mtime, about.st_size, file.path))
            room = self._most
            for _, size, path in sorted(found, reverse=True):
                room -= size
                if room < 0:
                    with suppress(FileNotFoundError):
                        os.unlink(path)
        finally:
            self._trimming.release()

    @contextmanager
    def making(self, key: str) -> Iterator[bool]:
        """Hold one byte of a file, which the system lets go of if this process dies."""
        at = int.from_bytes(blake2b(key.encode(), digest_size=4).digest(), "big") >> 1
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, at)

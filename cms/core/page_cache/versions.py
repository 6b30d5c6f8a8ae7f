"""When each tag was touched last, the same for all processes that serve readers.

A table of numbers: each touch takes the next *generation*, and writes it where the tag's name leads
by its checksum. What was made at a generation is good while none of its tags has a higher one. Tags
may share a place: then a page is made anew for nothing, and never kept wrongly.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from django.conf import settings

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable

    Numbers = memoryview[int] | array[int]

logger = logging.getLogger(__name__)

PLACES = 65_536
# Before the places: what was made earlier than the first number is of another table; the newest.
FLOOR, NEWEST, FIRST = 0, 1, 2
SIZE = (FIRST + PLACES) * 8
# For how long after its rendering began a page is kept although a tag that changes often was touched.
# Half of what a change may take to show: the other half is for who makes the next page.
SOFT_SECONDS = 0.5
# How often the file is looked for: somebody may have deleted it.
LOOK_EVERY = 1.0


class Versions(Protocol):
    """Where the generations are."""

    numbers: Numbers

    def known(self) -> bool:
        """Whether the numbers can be relied on now."""
        ...

    def touch(self, places: set[int]) -> None:
        """Give these places the next generation, everywhere."""
        ...

    def close(self) -> None:
        """Be of no more use."""
        ...


def place(tag: str) -> int:
    """Where a tag's generation stands among the numbers."""
    return FIRST + crc32(tag.encode()) % PLACES


class FileVersions:
    """A file that every process of this machine has mapped into its memory."""

    def __init__(self, path: Path) -> None:
        """Make the file if it is not there. OSError where that cannot be."""
        self._path = path
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._inode = 0
        self._open()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            _make(self._path)
        with self._path.open("r+b") as file:
            mapped = mmap.mmap(file.fileno(), SIZE)
            self._inode = os.fstat(file.fileno()).st_ino
        self.numbers: Numbers = memoryview(mapped).cast("Q")

    def known(self) -> bool:
        """Always, unless the file is gone and cannot be made again."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_EVERY:
            self._looked_at = now
            self._look()
        return True

    def close(self) -> None:
        """Nothing is open but memory."""

    def _look(self) -> None:
        """Take the file that has the name now: another one means that nothing kept is good."""
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            inode = -1
        if inode != self._inode:
            self._open()

    def touch(self, places: set[int]) -> None:
        """Write the next generation, first to the places, and then as the newest."""
        with self._lock:
            self._look()
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                number = self.numbers[NEWEST] + 1
                for at in places:
                    self.numbers[at] = number
                self.numbers[NEWEST] = number


def _make(path: Path) -> None:
    """A new table, there at once as a whole; another process may be as quick."""
    # Later than anything that was made by an earlier table.
    start = time.time_ns().to_bytes(8, sys.byteorder)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    draft.write_bytes(start + start + bytes(SIZE - 16))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


_opened: Versions | None = None
_opening = threading.Lock()
_said: set[str] = set()


def opened() -> Versions | None:
    """The table of this site; None where it cannot be had."""
    global _opened
    if _opened is None:
        with _opening:
            if _opened is None:
                try:
                    _opened = _open()
                except OSError as error:
                    say_once("table", "No page is kept, the table of versions fails: %s", error)
    return _opened


def close() -> None:
    """Forget the table, as a new process would."""
    global _opened
    if _opened is not None:
        _opened.close()
    _opened = None


def _open() -> Versions:
    if address := redis_address():
        from cms.core.page_cache.redis_versions import RedisVersions  # noqa: PLC0415 - it reads this

        return RedisVersions(address)
    return FileVersions(folder() / "versions")


def redis_address() -> str:
    """The Redis server of the site's cache; blank where it has none."""
    cache = settings.CACHES["default"]
    location = cache.get("LOCATION", "")
    return str(location) if "redis" in cache["BACKEND"].lower() else ""


def folder() -> Path:
    """Where this machine keeps pages."""
    return Path(settings.DATA_DIR) / "cache" / "pages"


def say_once(what: str, message: str, *details: object) -> None:
    """A warning that a process writes once, however often there is reason."""
    if what not in _said:
        _said.add(what)
        logger.warning(message, *details)


def forget_what_was_said() -> None:
    """Say it again when there is reason."""
    _said.clear()


def now() -> int:
    """The generation from which something that is made now is good; 0 where none is known."""
    versions = opened()
    return versions.numbers[NEWEST] if versions is not None and versions.known() else 0


def unchanged(tags: Iterable[str], *, since: int) -> bool:
    """Whether none of the tags was touched since that generation; False where it is not known."""
    versions = opened()
    if versions is None or not since or not versions.known():
        return False
    numbers = versions.numbers
    return since >= numbers[FLOOR] and all(numbers[place(tag)] <= since for tag in tags)


def latest(*tags: str) -> int:
    """When any of these was touched last, to be part of a key; 0 where it is not known."""
    versions = opened()
    if versions is None or not versions.known():
        return 0
    return max(versions.numbers[FLOOR], *(versions.numbers[place(tag)] for tag in tags))


def touch(tags: Iterable[str]) -> None:
    """Have whatever shows one of the tags made anew, in every process. Never raises."""
    versions = opened()
    if versions is None:
        return
    try:
        versions.touch({place(tag) for tag in tags})
    except Exception as error:  # noqa: BLE001 - whoever changed something must not suffer
        logger.error(  # noqa: TRY400 - the cause is said, and a trace says no more
            "Readers may see old pages for some minutes, no version can be written: %s", error
        )

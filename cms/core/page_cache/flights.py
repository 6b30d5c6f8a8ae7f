"""One rendering of a page at a time in this process; the others wait for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Flights:
    """Pages that are being made."""

    def __init__(self) -> None:
        self._under_way: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    @contextmanager
    def one(self, key: str) -> Iterator[threading.Event | None]:
        """None for the first that asks; for the others an event that is set when it is through."""
        with self._lock:
            other = self._under_way.get(key)
            if other is None:
                mine = self._under_way[key] = threading.Event()
        if other is not None:
            yield other
            return
        try:
            yield None
        finally:
            with self._lock:
                del self._under_way[key]
            mine.set()

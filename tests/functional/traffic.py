"""Requests that the live server is answering right now."""

from __future__ import annotations

import threading
import time

from django.core.signals import request_finished, request_started


class Traffic:
    """Counts requests from their start to the end of their answer, whichever thread has them."""

    def __init__(self) -> None:
        self._number = 0
        self._lock = threading.Lock()
        request_started.connect(self._began)
        request_finished.connect(self._ended)

    def stop(self) -> None:
        """Count no more."""
        request_started.disconnect(self._began)
        request_finished.disconnect(self._ended)

    def wait_for_silence(self, *, seconds: float) -> bool:
        """Whether every answer came to its end within so many seconds."""
        deadline = time.monotonic() + seconds
        while self._number and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self._number

    def _began(self, **_: object) -> None:
        with self._lock:
            self._number += 1

    def _ended(self, **_: object) -> None:
        with self._lock:
            self._number -= 1

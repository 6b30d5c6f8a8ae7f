"""A part that may be away: asked while it answers, left alone for some seconds when it does not.

So a page that needs it ten times waits once, and of all pages only one in those seconds.
"""

from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger(__name__)

# Seconds for which a part that did not answer is not asked again.
PAUSE = 5.0
SAID_AGAIN_AFTER = 60.0


class Absence:
    """Whether a part is away, as all threads of this process know it."""

    def __init__(self, consequence: str) -> None:
        """``consequence`` is what the log says before the reason."""
        self._consequence = consequence
        self._lock = threading.Lock()
        self._until: float | None = None
        self._said_at: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether it did not answer when it was asked last."""
        return self._until is not None

    def may_ask(self) -> bool:
        """True while it answers; after a pause, for the first who asks."""
        if self._until is None:
            return True
        with self._lock:
            now = time.monotonic()
            if now < (self._until or 0):
                return False
            self._until = now + PAUSE
            return True

    def begins(self, reason: str) -> None:
        """It did not answer."""
        with self._lock:
            now = time.monotonic()
            self._until = now + PAUSE
            if self._said_at is None or now - self._said_at >= SAID_AGAIN_AFTER:
                self._said_at = now
                logger.warning("%s: %s", self._consequence, reason)

    def ends(self) -> None:
        """It answered."""
        self._until = None

    def forget(self) -> None:
        """As if nothing had ever been asked."""
        self._until = self._said_at = None

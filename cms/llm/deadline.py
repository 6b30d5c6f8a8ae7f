"""How long a call may go on, by the clock on the wall and by the wish of whoever asked for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from cms.llm.errors import FailureReason, LanguageModelError

# A cancelled call ends about this many seconds later; `cancelled` may ask a database.
POLL_SECONDS = 0.25


class Deadline:
    """Seconds that run from its making, whatever the server does meanwhile.

    It is asked between any two reads of the network, because a client's own timeout starts anew
    with every byte that arrives.
    """

    def __init__(self, *, seconds: float, cancelled: Callable[[], bool]):
        self._started = time.monotonic()
        self._ends = self._started + seconds
        self._cancelled = cancelled
        self._asked = float("-inf")

    def elapsed(self) -> float:
        return time.monotonic() - self._started

    def remaining(self) -> float:
        return self._ends - time.monotonic()

    def check(self) -> None:
        """Raise `LanguageModelError` once the time is over, or the caller wants no answer."""
        now = time.monotonic()
        if now >= self._ends:
            raise LanguageModelError(
                FailureReason.DEADLINE, f"no answer within {self._ends - self._started:g} s"
            )
        if now - self._asked >= POLL_SECONDS:
            self._asked = now
            if self._cancelled():
                raise LanguageModelError(FailureReason.CANCELLED)

    def slice(self) -> float:
        """Seconds to block for at most before the next `check`; never zero."""
        return max(0.001, min(POLL_SECONDS, self.remaining()))

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, self.slice()))

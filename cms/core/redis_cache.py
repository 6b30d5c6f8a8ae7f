"""Django's cache on a Redis server that may be away: then there is nothing in it.

Pages are slower then, and nothing is limited, but nobody is refused. A server that does not answer
is left alone for some seconds, so that a page which looks into the cache ten times waits once, and of
all pages only one in those seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

logger = logging.getLogger(__name__)

# Seconds for one question, and for which a server that did not answer is not asked again.
TIMEOUT = 0.5
PAUSE = 5.0
SAID_AGAIN_AFTER = 60.0

Answer = TypeVar("Answer")


class _Absence:
    """Whether a server is away, as all threads of this process know it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: float | None = None
        self._said_at: float | None = None

    def may_ask(self) -> bool:
        """True while the server answers; after a pause, for the first who asks."""
        if self._until is None:
            return True
        with self._lock:
            now = time.monotonic()
            if now < (self._until or 0):
                return False
            self._until = now + PAUSE
            return True

    def begins(self, error: Exception) -> None:
        """It did not answer."""
        with self._lock:
            now = time.monotonic()
            self._until = now + PAUSE
            if self._said_at is None or now - self._said_at >= SAID_AGAIN_AFTER:
                self._said_at = now
                logger.warning("The cache is away, all is made anew: %s", type(error).__name__)

    def ends(self) -> None:
        """It answered."""
        self._until = None

    def forget(self) -> None:
        """As if nothing had ever been asked."""
        self._until = self._said_at = None


_absences: dict[str, _Absence] = {}


def forget_absences() -> None:
    """Ask every server again, as a new process would."""
    for absence in _absences.values():
        absence.forget()


class RedisCache(DjangoRedisCache):
    """What cannot be asked is not there, and what cannot be written is forgotten."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        params = {**params, "OPTIONS": {**params.get("OPTIONS", {})}}
        for name in ("socket_timeout", "socket_connect_timeout"):
            params["OPTIONS"].setdefault(name, TIMEOUT)
        super().__init__(server, params)
        # Each thread has a cache of its own, and all have one server.
        self._absence = _absences.setdefault(str(server), _Absence())

    def _ask(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        if not self._absence.may_ask():
            return otherwise
        try:
            answer = question()
        except (redis.RedisError, OSError) as error:
            self._absence.begins(error)
            return otherwise
        self._absence.ends()
        return answer

    def add(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        return self._ask(lambda: super(RedisCache, self).add(key, value, timeout, version), False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda: super(RedisCache, self).get(key, default, version), default)

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._ask(lambda: super(RedisCache, self).set(key, value, timeout, version), None)

    def touch(
        self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._ask(lambda: super(RedisCache, self).touch(key, timeout, version), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ask(lambda: super(RedisCache, self).delete(key, version), False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        asked = list(keys)
        return self._ask(lambda: super(RedisCache, self).get_many(asked, version), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._ask(lambda: super(RedisCache, self).has_key(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where there is nothing to count up, as every cache does."""
        counted = self._ask(lambda: super(RedisCache, self).incr(key, delta, version), None)
        if counted is None:
            raise ValueError(f"Key {key!r} not found.")
        return counted

    def set_many(
        self,
        data: Mapping[Any, Any],
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> list[Any]:
        """Answers with the keys that were not written."""
        return self._ask(
            lambda: super(RedisCache, self).set_many(dict(data), timeout, version), list(data)
        )

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        gone = list(keys)
        self._ask(lambda: super(RedisCache, self).delete_many(gone, version), None)

    def clear(self) -> None:
        self._ask(lambda: super(RedisCache, self).clear(), None)

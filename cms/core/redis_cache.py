"""Django's cache on a Redis server that may be away: then there is nothing in it.

Pages are slower then, and nothing is limited, but nobody is refused. A server that does not answer
is left alone for some seconds, so that a page which looks into the cache ten times waits once, and of
all pages only one in those seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache

from cms.core.absence import Absence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Seconds for one question.
TIMEOUT = 0.5

Answer = TypeVar("Answer")


_absences: dict[str, Absence] = {}


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
        self._absence = _absences.setdefault(
            str(server), Absence("The cache is away, all is made anew")
        )

    def _ask(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        if not self._absence.may_ask():
            return otherwise
        try:
            answer = question()
        except (redis.RedisError, OSError) as error:
            self._absence.begins(type(error).__name__)
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

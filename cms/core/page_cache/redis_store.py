"""Pages on a Redis server, for processes on many machines; how many, the server's limit says."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import redis

from cms.core.page_cache.entries import Entry, UnreadableError
from cms.core.page_cache.redis_versions import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

# Whoever dies while making a page keeps the others waiting no longer.
LOCKED_MS = 10_000
# Let go of a lock only if it is still one's own.
LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisStore:
    """What the machines share."""

    def __init__(self, address: str) -> None:
        """Nothing is asked of the server yet."""
        self._redis = connect(address)
        self._let_go = self._redis.register_script(LET_GO)

    def get(self, key: str) -> Entry | None:
        """The page, good or not."""
        written: Any = self._redis.get(_name("page", key))
        if written is None:
            return None
        with suppress(UnreadableError):
            return Entry.from_bytes(written, key=key)
        return None

    def put(self, entry: Entry) -> None:
        """Keep it until it is too old whatever was touched."""
        seconds = max(1, int(entry.good_until - time.time()))
        self._redis.set(_name("page", entry.key), entry.to_bytes(), ex=seconds)

    @contextmanager
    def making(self, key: str) -> Iterator[bool]:
        """Hold a key that goes by itself."""
        name, mine = _name("making", key), secrets.token_hex(8)
        if not self._redis.set(name, mine, nx=True, px=LOCKED_MS):
            yield False
            return
        try:
            yield True
        finally:
            with suppress(redis.RedisError):
                self._let_go(keys=[name], args=[mine])


def _name(what: str, key: str) -> str:
    return f"dovetail:pages:{what}:{blake2b(key.encode(), digest_size=20).hexdigest()}"

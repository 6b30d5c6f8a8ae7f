"""Versions of tags on a Redis server, for processes on many machines.

Redis counts the generations and tells everybody who listens of each touch. Every process has the
numbers in its own memory, so that an answer from the cache asks nobody. A process that has not heard
from Redis for a second trusts none of what it keeps.
"""

from __future__ import annotations

import logging
import threading
import time
from array import array
from typing import TYPE_CHECKING, Any

import redis

from cms.core.page_cache.versions import FIRST, FLOOR, NEWEST, PLACES, say_once

if TYPE_CHECKING:
    from cms.core.page_cache.versions import Numbers

logger = logging.getLogger(__name__)

GENERATION = "dovetail:pages:generation"
CHANNEL = "dovetail:pages:touched"
# Counting and telling are one step, so that nobody hears of a later generation first. Generations are
# microseconds at least, by the server's clock and nobody else's: a server that has lost its memory goes
# on where no kept page has been. One that is full tells all the same.
TOUCH = """
local clock = redis.call('TIME')
local number = tonumber(redis.call('GET', KEYS[1]) or '0') + 1
number = math.max(number, clock[1] * 1000000 + clock[2], tonumber(ARGV[1]))
local written = string.format('%.0f', number)
redis.pcall('SET', KEYS[1], written)
redis.call('PUBLISH', ARGV[2], written .. ' ' .. ARGV[3])
return written
"""
TRUSTED_FOR = 1.0
ASK_EVERY = 0.25
TIMEOUT = 1.0
WAIT = 0.5
ATTEMPTS = 3


def connect(address: str) -> redis.Redis:
    """A client that gives up soon; nothing is asked yet."""
    return redis.Redis.from_url(address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


class RedisVersions:
    """The numbers, as this process has heard of them."""

    def __init__(self, address: str) -> None:
        """Nothing is asked of the server before somebody reads or touches."""
        self._redis = connect(address)
        self._touch = self._redis.register_script(TOUCH)
        self.numbers: Numbers = array("Q", bytes((FIRST + PLACES) * 8))
        self._heard_at = 0.0
        # The generation that was heard of last on this connection.
        self._last = 0
        self._listener: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ended = threading.Event()

    def known(self) -> bool:
        """Whether the server was heard from within the last second."""
        if self._listener is None:
            self._listen()
        return time.monotonic() - self._heard_at < TRUSTED_FOR

    def touch(self, places: set[int]) -> None:
        """Have the server count and tell; a few attempts, then redis.RedisError."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._count(places)
            except redis.RedisError:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    def _count(self, places: set[int]) -> int:
        told = " ".join(map(str, sorted(places)))
        return int(self._touch(keys=[GENERATION], args=[self.numbers[NEWEST] + 1, CHANNEL, told]))

    def close(self) -> None:
        """Listen no more."""
        self._ended.set()
        if self._listener is not None:
            self._listener.join(5)
        self._redis.close()

    def _listen(self) -> None:
        """Begin, and give the server a moment to answer."""
        with self._starting:
            if self._listener is not None:
                return
            self._listener = threading.Thread(
                target=self._hear_always, name="page versions", daemon=True
            )
            self._listener.start()
        until = time.monotonic() + WAIT
        while not self._heard_at and time.monotonic() < until:
            time.sleep(0.005)

    def _hear_always(self) -> None:
        while not self._ended.is_set():
            try:
                self._hear()
            except (redis.RedisError, OSError, ValueError) as error:
                self._heard_at = 0.0
                say_once("redis", "No page is kept, Redis fails: %s", error)
                self._ended.wait(WAIT)

    def _hear(self) -> None:
        """Listen until the connection breaks; what was kept before it is not trusted any more."""
        with self._redis.pubsub() as channel:
            channel.subscribe(CHANNEL)
            if channel.get_message(timeout=TIMEOUT) is None:
                raise redis.ConnectionError("no answer")
            # Who touches from now on is heard; what was made before may have missed something.
            # The others hear of it too, so that what they make from now on is good here.
            number = self._count(set())
            self.numbers[FLOOR] = self.numbers[NEWEST] = number
            self._last = 0
            self._heard_at = time.monotonic()
            while not self._ended.is_set():
                channel.ping()
                asked_at = time.monotonic()
                while (message := channel.get_message(timeout=ASK_EVERY)) is not None:
                    if message["type"] == "pong":
                        self._heard_at = asked_at
                    elif message["type"] == "message":
                        self._take(message)
                if time.monotonic() - self._heard_at > TRUSTED_FOR:
                    raise redis.ConnectionError("no answer")

    def _take(self, message: dict[str, Any]) -> None:
        number, *places = map(int, message["data"].split())
        if number <= self._last:
            raise redis.ConnectionError("another server, or its clock was put back")
        self._last = number
        for at in places:
            if FIRST <= at < FIRST + PLACES:
                self.numbers[at] = number
        self.numbers[NEWEST] = max(number, self.numbers[NEWEST])

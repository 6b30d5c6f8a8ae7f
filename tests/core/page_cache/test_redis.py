"""With Redis: many machines know at once, and nobody is refused when it is gone."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import LazySettings

from cms.core import processes
from cms.core.page_cache import versions
from cms.core.page_cache.redis_store import RedisStore
from cms.core.page_cache.redis_versions import GENERATION, RedisVersions
from cms.core.page_cache.versions import FLOOR, NEWEST, place
from tests.core.page_cache.reader import Reader
from tests.core.page_cache.test_sharing import Slow, entry

PATIENCE = 30.0


class Server:
    """A Redis on a free port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.port = processes.free_port()
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"],  # noqa: S607 - wherever it is
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.address).ping())
        except redis.RedisError:
            return False

    def hush(self) -> None:
        """Take connections and say nothing, as a machine that hangs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def until(is_so: Callable[[], bool]) -> None:
    """Wait for it."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, "it did not come to be"
        time.sleep(0.02)


@pytest.fixture
def server(tmp_path: Path, settings: LazySettings) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server on this machine")
    here = Server(tmp_path)
    here.start()
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": here.address,
        },
    }
    versions.close()
    yield here
    versions.close()
    here.stop()


def test_a_touch_on_one_machine_is_heard_on_the_others(server: Server) -> None:
    one, other = RedisVersions(server.address), RedisVersions(server.address)
    try:
        assert one.known()
        assert other.known()
        since = other.numbers[NEWEST]
        at = place("page:1")
        one.touch({at})
        begun = time.monotonic()
        until(lambda: other.numbers[at] > since and one.numbers[at] == other.numbers[at])
        assert time.monotonic() - begun < 1
        assert other.numbers[place("page:2")] <= since
    finally:
        one.close()
        other.close()


def test_a_server_that_is_full_tells_of_changes_all_the_same(server: Server) -> None:
    one = RedisVersions(server.address)
    try:
        assert one.known()
        client: Any = redis.Redis.from_url(server.address)
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "1")
        # A process that has never asked it anything.
        touching = RedisVersions(server.address)
        for name in ("page:1", "page:2", "page:1"):
            since = one.numbers[NEWEST]
            touching.touch({place(name)})
            until(lambda: one.numbers[place(name)] > since)  # noqa: B023 - it is called in this turn
        assert one.known()
    finally:
        one.close()


def test_a_server_that_counts_from_an_earlier_time_makes_everything_old(server: Server) -> None:
    one, client = RedisVersions(server.address), redis.Redis.from_url(server.address)
    try:
        assert one.known()
        # As another server had counted, whose clock was ahead by an hour.
        client.set(GENERATION, (time.time_ns() // 1000) + 3_600_000_000)
        touching = RedisVersions(server.address)
        touching.touch({place("page:1")})
        until(lambda: one.numbers[place("page:1")] > 0)
        made = one.numbers[NEWEST]
        client.delete(GENERATION)
        touching.touch({place("page:2")})
        until(lambda: one.known() and one.numbers[FLOOR] > made)
    finally:
        one.close()


def test_pages_are_shared_and_made_anew_when_touched(server: Server) -> None:
    slow = Slow()
    slow.go.set()
    one, other = Reader(slow), Reader(slow)
    assert one.ask("/").how == "miss"
    assert other.ask("/").how == "hit"
    versions.touch(["page:1"])
    until(lambda: one.ask("/").body == b"2")
    until(lambda: other.ask("/").body == b"2")
    assert slow.number == 2


def test_one_machine_at_a_time_makes_a_page(server: Server) -> None:
    one, other = RedisStore(server.address), RedisStore(server.address)
    with one.making("key") as mine:
        assert mine
        with other.making("key") as also_mine:
            assert not also_mine
        with other.making("another") as mine_too:
            assert mine_too
    with other.making("key") as now_mine:
        assert now_mine


def test_without_redis_pages_are_slower_and_never_refused_or_old(server: Server) -> None:
    slow = Slow()
    slow.go.set()
    reader = Reader(slow)
    reader.ask("/")
    assert reader.ask("/").how == "hit"

    server.stop()
    until(lambda: not reader.ask("/").how)
    assert reader.ask("/").status == 200
    versions.touch(["page:1"])  # Nobody hears it.

    server.start()
    until(lambda: bool(reader.ask("/").how))
    # What was kept before may have missed something.
    number = int(reader.ask("/").body)
    assert number == slow.number
    assert number > 2


def test_what_a_server_holds_that_is_no_page_is_none(server: Server) -> None:
    shared = RedisStore(server.address)
    shared.put(entry())
    assert shared.get("key") is not None
    client: Any = redis.Redis.from_url(server.address)
    for name in client.keys("dovetail:pages:page:*"):
        client.set(name, b"garbage")
    assert shared.get("key") is None

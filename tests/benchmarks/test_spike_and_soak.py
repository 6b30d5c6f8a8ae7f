"""What carries a spike is measured with our own configuration, and a soak tells what it saw."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import soak, spike
from benchmarks.measuring import crowd, load, memory, nginx, site
from cms.core import processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = b"<!doctype html><title>Kept</title>"


class Origin(ThreadingHTTPServer):
    """A site that counts what it is asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str] = []


class Answer(BaseHTTPRequestHandler):
    """A page as our page cache sends it, or none."""

    protocol_version = "HTTP/1.1"
    server: Origin

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = not self.path.startswith("/gone")
        self.send_response(200 if found else 404)
        self.send_header("Cache-Control", "public, max-age=0, s-maxage=60")
        self.send_header("X-Page-Cache", "hit" if len(self.server.asked) > 1 else "miss")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Origin()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[site.Site]:
    # The group takes signals for itself, which belong to the test run.
    monkeypatch.setattr("cms.core.processes.signal.signal", lambda *given: None)
    group = processes.Group()
    yield site.Site(group, tmp_path, processes.free_port(), dict(os.environ))
    group.end()


def test_nginx_keeps_pages_with_our_configuration_and_has_a_floor(
    here: site.Site, origin: Origin
) -> None:
    if nginx.program() is None:
        pytest.skip("nginx is not installed")
    port = processes.free_port()
    nginx.start(here, port=port, behind=origin.server_port, page=b"ready")

    def read(address: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=30) as answer:
            whole: bytes = answer.read()
        return whole

    assert [read("/news/") for _ in range(3)] == [PAGE] * 3
    assert origin.asked == ["/news/"]
    assert read(nginx.STATIC) == b"ready"
    assert origin.asked == ["/news/"]


def test_a_configuration_that_says_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="does not say “listen 443"):
        nginx.adapted("server {\n}\n", port=1, behind=2, folder=tmp_path)


def test_renderings_of_a_cold_page_are_what_no_cache_answered(origin: Origin) -> None:
    seen = spike.cold(origin.server_port, "/news/")
    assert len(origin.asked) == spike.COLD_READERS
    assert seen["renderings"] >= 1
    assert seen["failures"] == {}
    assert spike.cold(origin.server_port, "/news/")["renderings"] == 0
    assert spike.cold(origin.server_port, "/gone/")["failures"] == {"HTTP 404": 100}


def test_load_tells_rates_and_what_is_missing(here: site.Site, origin: Origin) -> None:
    seen = load.press(here, origin.server_port, "/", servers=[os.getpid()], readers=2, seconds=1)
    assert seen["failures"] == {}
    assert seen["requests"] == pytest.approx(len(origin.asked), abs=4)
    assert min(seen["rate"], seen["p50"], seen["p95"], seen["per_cpu_second"]) > 0
    refused = load.press(
        here, origin.server_port, "/gone/", servers=[os.getpid()], readers=2, seconds=1
    )
    assert refused["requests"] == 0
    assert sum(refused["failures"].values()) > 0
    unheard = load.press(
        here, processes.free_port(), "/", servers=[os.getpid()], readers=1, seconds=1
    )
    assert unheard["requests"] == 0
    assert unheard["failures"]


def test_a_crowd_keeps_to_its_rate_and_counts_what_fails(origin: Origin) -> None:
    def read(addresses: list[tuple[str, float]], **given: Any) -> dict[str, Any]:
        return asyncio.run(crowd.read(origin.server_port, addresses, readers=3, **given))

    slow = read([("/", 3), ("/news/", 1)], seconds=1, rate=20)
    # The first is asked at once; fewer are no fault of the crowd's on a busy machine.
    assert 1 <= slow["requests"] <= 21
    assert slow["failures"] == {}
    assert len(origin.asked) == slow["requests"]
    assert slow["slowest"] >= slow["p95"] >= slow["p50"] > 0
    gone = read([("/gone", 1)], seconds=0.2)
    assert gone["failures"] == {"HTTP 404 at /gone": gone["requests"]}


def test_memory_is_of_a_process_and_those_below() -> None:
    held = memory.megabytes(os.getpid())
    assert held[os.getpid()] > 10
    child = subprocess.Popen(["sleep", "60"])  # noqa: S607 - it waits
    try:
        assert child.pid in memory.megabytes(os.getpid())
    finally:
        child.kill()
        child.wait()
    assert memory.megabytes(child.pid) == {}


@pytest.mark.parametrize(
    ("megabytes", "gained"),
    [
        ([100.0] * 40, 0.0),
        # What is gained while it warms up is not held against it.
        ([50.0] * 12 + [100.0] * 28, 0.0),
        ([100.0] * 20 + [110.0] * 20, 10.0),
        ([100.0], None),
        ([], None),
    ],
)
def test_growth_is_from_the_warm_up_to_the_end(
    megabytes: list[float], gained: float | None
) -> None:
    assert soak.growth([{"web": each} for each in megabytes], "web") == gained


def test_a_soak_says_what_went_wrong() -> None:
    log = soak.Log(errors=["NeverShown: /news/"], ages={"published": [0.1, 6.0]}, signed=3)
    seen = {"rate": 7.0, "requests": 9, "p50": 1.0, "p95": 2.0, "slowest": 3.0}
    figures = soak.summary(
        soak.arguments(["--minutes=1"]),
        {"rate": 10.0, "failures": {"HTTP 500 at /": 1}},
        {**seen, "failures": {"HTTP 500 at /": 2}},
        [{"largest": 90.0, "web": 200.0, "worker": 80.0}] * 30,
        log,
    )
    assert (figures["errors"], figures["oldest_s"], figures["web_mb"]) == (4, 6.0, 90.0)
    assert figures["growth_percent"] == 0
    assert soak.wrong(figures) == [
        "4 errors: {'HTTP 500 at /': 3}",
        "nothing was moderated",
    ]
    assert json.dumps(figures)


def test_what_is_done_again_and_again_ends_and_tells_its_errors() -> None:
    log = soak.Log()
    done = threading.Event()

    def do(number: int) -> None:
        if number == 1:
            raise LookupError("no article")
        done.set()

    thread = log.keep_doing(0.01, do)
    assert done.wait(30)
    log.over.set()
    thread.join(30)
    assert not thread.is_alive()
    assert log.errors == ["LookupError: no article"]

"""A cache in front hears what changed, and holds nobody up when it does not listen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import LazySettings

from cms.core import processes
from cms.core.page_cache import purging, tags

PATIENCE = 30


class InFront(ThreadingHTTPServer):
    """A cache that remembers what it was asked to forget."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []
        self.something = threading.Semaphore(0)
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: InFront

    def do_PURGE(self) -> None:
        self.server.heard.append(
            (self.path, self.headers.get("Host", ""), self.headers.get("Surrogate-Key", ""))
        )
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.something.release()

    def log_message(self, *arguments: object) -> None:
        """Nothing is said."""


@pytest.fixture
def in_front(settings: LazySettings) -> Iterator[InFront]:
    with InFront() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.CDN_PURGE_URL = server.address
        yield server
        server.shutdown()
        thread.join(PATIENCE)


def test_what_is_touched_at_once_is_told_together(in_front: InFront) -> None:
    for number in range(10):
        tags.touch_now(f"page:{number}", "articles")
    heard: set[str] = set()
    while len(heard) < 11:
        assert in_front.something.acquire(timeout=PATIENCE)
        heard |= {name for _, _, names in in_front.heard for name in names.split()}
    assert heard == {"articles", *(f"page:{number}" for number in range(10))}
    assert len(in_front.heard) <= 3


def test_wagtail_has_an_address_forgotten(in_front: InFront) -> None:
    purging.InFront({}).purge("https://news.example.org/news/a/?page=2")
    assert in_front.heard == [("/news/a/?page=2", "news.example.org", "")]


def test_a_cache_in_front_that_is_down_is_told_of_in_the_log_and_holds_nobody_up(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CDN_PURGE_URL = f"http://127.0.0.1:{processes.free_port()}"
    with caplog.at_level(logging.WARNING):
        tags.touch_now("page:1")
        sender = purging._sender
        assert sender is not None
        sender.join(PATIENCE)
    assert "was not told of a change" in caplog.text

"""A server of feeds on this machine, which can be as difficult as those on the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from news.models import Feed
from tests.factories.news import FeedFactory
from tests.fileserver import Answer, sending, serving

RSS_TYPE = {"Content-Type": "application/rss+xml"}


def feed(content: bytes, *, etag: str = "", last_modified: str = "", **headers: str) -> Answer:
    """An answer with a feed; asked with what it said before, it says that nothing has changed."""
    told = {**RSS_TYPE, **headers}
    if etag:
        told["ETag"] = etag
    if last_modified:
        told["Last-Modified"] = last_modified

    def answer(handler: BaseHTTPRequestHandler) -> None:
        same = (etag and handler.headers["If-None-Match"] == etag) or (
            last_modified and handler.headers["If-Modified-Since"] == last_modified
        )
        if same:
            handler.send_response(304)
            handler.end_headers()
        else:
            sending(content, headers=told)(handler)

    return answer


def status(number: int, **headers: str) -> Answer:
    """An answer without a feed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return sending(b"", status=number, headers=named)


@dataclass
class NewsAgent:
    """What stands at each path, and what was asked for so far."""

    base: str = ""
    feeds: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    # Called with the path while a request waits for its answer.
    meanwhile: Callable[[str], None] = lambda _: None

    def at(self, path: str, host: str = "localhost") -> str:
        """The address of a path."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{host}:{parts.port}{path}"

    def carries(self, path: str, answer: Answer, **fields: Any) -> Feed:
        """Put something at a path, and have a feed of it here, which is due."""
        self.feeds[path] = answer
        return FeedFactory(address=self.at(path), **fields)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def selling() -> Iterator[NewsAgent]:
    """A server, while it runs."""
    agent = NewsAgent()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        agent.asked.append((handler.path, dict(handler.headers)))
        agent.meanwhile(handler.path)
        agent.feeds.get(handler.path, status(404))(handler)

    with serving(answer, encrypted=False) as address:
        agent.base = address
        yield agent

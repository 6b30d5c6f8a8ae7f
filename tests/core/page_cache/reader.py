"""A reader who asks the page cache as a web server would, and knows how often Django was asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.core.handlers.wsgi import WSGIHandler

from cms.core.page_cache.wsgi import PageCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Answer:
    """What came back; headers by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def how(self) -> str:
        """What the cache says of itself; blank where Django answered for this reader alone."""
        return self.headers.get("x-page-cache", "")

    @property
    def text(self) -> str:
        return self.body.decode()


class Reader:
    """Asks one cache in front of a real Django, or of whatever ``application`` is."""

    def __init__(self, application: Callable[..., Any] | None = None) -> None:
        self._application = application or WSGIHandler()
        self._counting = threading.Lock()
        self.renderings: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.cache = PageCache(self._count)

    def _count(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._counting:
            self.renderings.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
            self.seen.append(dict(environ))
        result: Iterable[bytes] = self._application(environ, start_response)
        return result

    def ask(
        self, address: str, *, method: str = "GET", client: str = "192.0.2.7", **headers: str
    ) -> Answer:
        """Ask for an address; ``if_none_match="…"`` and the like are sent as headers."""
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": client,
            "HTTP_HOST": "testserver",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        began: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, given: list[tuple[str, str]], exc_info: Any = None) -> None:
            began.append((status, given))

        result = self.cache(environ, start_response)  # type: ignore[arg-type]  # no write()
        try:
            body = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        status, given = began[-1]
        return Answer(int(status.split()[0]), {name.lower(): value for name, value in given}, body)

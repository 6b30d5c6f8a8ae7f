"""A server on loopback that sends files, or misbehaves as a test asks."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cms.core import fetching
from cms.core.connections import Reach

# A key and a certificate for "localhost", good for nothing else.
CERTIFICATE = Path(__file__).parent / "data" / "localhost.pem"
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer, *, encrypted: bool = True) -> Iterator[str]:
    """The address of a server that answers in this way, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Whoever has enough hangs up.
            with suppress(OSError):
                answer(self)

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if encrypted else 'http'}://localhost:{server.server_port}/file"
    finally:
        server.shutdown()
        server.server_close()


def sending(content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer that is whole and honest."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    return answer


def trust_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``fetch`` reach the server above: this host, its ports, its certificate, nothing else."""
    here = Reach(ports=range(1, 65536), loopback=True, certificates=str(CERTIFICATE))
    monkeypatch.setattr(fetching, "REACH", here)

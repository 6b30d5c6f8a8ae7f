"""HTTP to a language model that ends when its deadline does, even while nothing or a drip arrives."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from cms.llm.deadline import POLL_SECONDS, Deadline
from cms.llm.errors import FailureReason, LanguageModelError

CONNECT_SECONDS = 5.0
# Everything that one connection may bring: a streamed reply takes some 50 times its text.
WIRE_LIMIT = 8 * 1024 * 1024
WRITE_PIECE = 16 * 1024


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline):
        self._stream = stream
        self._deadline = deadline
        self._received = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            self._deadline.check()
            try:
                data = self._stream.read(max_bytes, self._deadline.slice())
            except httpcore2.ReadTimeout:
                continue
            self._received += len(data)
            if self._received > WIRE_LIMIT:
                raise LanguageModelError(
                    FailureReason.TOO_LONG, f"more than {WIRE_LIMIT} bytes on the wire"
                )
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITE_PIECE):
            self._deadline.check()
            try:
                self._stream.write(
                    buffer[start : start + WRITE_PIECE], max(0.001, self._deadline.remaining())
                )
            except httpcore2.WriteTimeout:
                self._deadline.check()
                raise

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        self._deadline.check()
        seconds = max(0.001, min(CONNECT_SECONDS, self._deadline.remaining()))
        return _Stream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, deadline: Deadline):
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            self._deadline.check()
            seconds = max(0.001, min(CONNECT_SECONDS, self._deadline.remaining()))
            try:
                stream = self._sockets.connect_tcp(
                    address, port, seconds, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """Ask the resolver in a thread of its own: nothing can interrupt it, but we can walk away."""
        answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def resolve() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                answers.put(error)
            else:
                answers.put([str(row[4][0]) for row in found])

        threading.Thread(target=resolve, name="resolve", daemon=True).start()
        while True:
            self._deadline.check()
            try:
                answer = answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(answer, OSError):
                raise httpcore2.ConnectError(str(answer)) from answer
            return answer


class Transport(httpx2.BaseTransport):
    """One connection after another, straight to the server: no proxy, no HTTP/2, no retries.

    Failures are `httpcore2`'s, or the deadline's `LanguageModelError`; they pass through the
    clients above unchanged.
    """

    def __init__(self, deadline: Deadline):
        self._pool = httpcore2.ConnectionPool(network_backend=_Backend(deadline))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response):
        self._response = response

    def __iter__(self) -> Any:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()

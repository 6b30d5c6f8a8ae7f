"""Readers in a process of their own, so that what they cost is not counted as the server's.

Each connection of HTTP/1.1 is kept and asks again as soon as it has its answer. The last line is
JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# How long an answer may take before it counts as none.
PATIENCE = 30.0
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass
class Tally:
    """What all connections together have seen."""

    until: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)


class Connection(asyncio.Protocol):
    """One reader."""

    transport: asyncio.Transport

    def __init__(self, request: bytes, tally: Tally) -> None:
        self._request = request
        self._tally = tally
        self._answer = bytearray()
        self._whole = 0
        self._asked = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is TCP
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self._answer.clear()
        self._whole = 0
        self._asked = time.perf_counter()
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._whole and (head := self._answer.find(b"\r\n\r\n")) >= 0:
            length = _CONTENT_LENGTH.search(self._answer, 0, head + 2)
            if length is None:
                self._tally.failures["no Content-Length"] += 1
                self._end()
                return
            self._whole = head + 4 + int(length[1])
        if self._whole and len(self._answer) >= self._whole:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        status = bytes(self._answer[9:12]).decode("latin-1")
        if status == "200":
            self._tally.latencies.append(now - self._asked)
        else:
            self._tally.failures[f"HTTP {status}"] += 1
        if now < self._tally.until:
            self._ask()
        else:
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self._tally.failures["connection closed"] += 1
            self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
        self.transport.close()


async def read(port: int, address: str, *, readers: int, seconds: float) -> dict[str, Any]:
    """Let ``readers`` ask for an address for some seconds; rates and milliseconds."""
    request = (
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n"
    ).encode()
    tally = Tally()
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    tally.until = begun + seconds
    try:
        pairs = [
            await loop.create_connection(lambda: Connection(request, tally), "127.0.0.1", port)
            for _ in range(readers)
        ]
        waiting = [connection.ended for _, connection in pairs]
        _, late = await asyncio.wait(waiting, timeout=seconds + PATIENCE)
        if late:
            tally.failures["no answer"] += len(late)
    except OSError as error:
        tally.failures[f"no connection: {error}"] += 1
    taken = time.perf_counter() - begun
    latencies = sorted(tally.latencies)
    return {
        "requests": len(latencies),
        "rate": len(latencies) / taken,
        "p50": 1000 * _at(latencies, 0.5),
        "p95": 1000 * _at(latencies, 0.95),
        "failures": dict(tally.failures),
    }


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def main() -> None:
    """Read, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("address")
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    seen = read(given.port, given.address, readers=given.readers, seconds=given.seconds)
    sys.stdout.write(f"{json.dumps(asyncio.run(seen))}\n")


if __name__ == "__main__":
    main()

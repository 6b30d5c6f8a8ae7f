"""Readers of many pages at once, at a steady rate or as fast as they are answered.

The first argument is a file with a JSON list of addresses and how often each is asked for. Whoever
asks late because the server is slow does not ask less: the rate is kept. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Seconds after which an answer counts as none.
PATIENCE = 30.0


@dataclass
class Crowd:
    """What all readers share."""

    port: int
    addresses: Iterator[str]
    until: float
    # Seconds between two requests of them all; 0 where nobody waits.
    step: float
    next_at: float
    latencies: array[float] = field(default_factory=lambda: array("f"))
    failures: Counter[str] = field(default_factory=Counter)

    async def reader(self, number: int) -> None:
        """One connection, until time is over; a new one where it was closed."""
        while time.perf_counter() < self.until:
            writer = None
            try:
                stream, writer = await asyncio.open_connection("127.0.0.1", self.port)
                await self._read_on(number, stream, writer)
            except (TimeoutError, OSError, EOFError, ValueError) as error:
                self.failures[f"{type(error).__name__}: {error}"[:80]] += 1
                await asyncio.sleep(0.05)
            finally:
                if writer is not None:
                    writer.close()

    async def _read_on(
        self, number: int, stream: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while await self._turn():
            address = next(self.addresses)
            begun = time.perf_counter()
            writer.write(
                f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n"
                # Each comes from a network of its own, as a proxy in front says.
                f"X-Forwarded-For: 203.0.{number}.1\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
            )
            async with asyncio.timeout(PATIENCE):
                status = await _answer(stream)
            self.latencies.append(time.perf_counter() - begun)
            if status != 200:
                self.failures[f"HTTP {status} at {address}"] += 1

    async def _turn(self) -> bool:
        """Wait for the next request's time; False where time is over."""
        if self.step:
            mine, self.next_at = self.next_at, self.next_at + self.step
            if (wait := mine - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
        return time.perf_counter() < self.until


async def _answer(stream: asyncio.StreamReader) -> int:
    """The status of one answer, read to its end. ValueError where it does not say its length."""
    head = (await stream.readuntil(b"\r\n\r\n")).decode("latin-1")
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            await stream.readexactly(int(value))
            return int(head[9:12])
    raise ValueError("no Content-Length")


async def read(
    port: int,
    addresses: Sequence[tuple[str, float]],
    *,
    readers: int,
    seconds: float,
    rate: float = 0,
    seed: int = 20,
) -> dict[str, Any]:
    """Let them read for so long; rates, milliseconds and what failed."""
    dice = random.Random(seed)  # noqa: S311 - who reads what
    names = [address for address, _ in addresses]
    chosen = dice.choices(names, [weight for _, weight in addresses], k=20_000)
    begun = time.perf_counter()
    crowd = Crowd(
        port=port,
        addresses=itertools.cycle(chosen),
        until=begun + seconds,
        step=1 / rate if rate else 0,
        next_at=begun,
    )
    await asyncio.gather(*(crowd.reader(number) for number in range(readers)))
    taken = time.perf_counter() - begun
    ordered = sorted(crowd.latencies)

    def at(share: float) -> float:
        place = min(int(len(ordered) * share), len(ordered) - 1)
        return round(1000 * ordered[place], 2) if ordered else 0.0

    return {
        "requests": len(ordered),
        "rate": len(ordered) / taken,
        "p50": at(0.5),
        "p95": at(0.95),
        "slowest": at(1),
        "failures": dict(crowd.failures),
    }


def main() -> None:
    """Read, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("addresses", type=Path)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=0.0, help="a second; as fast as may be")
    given = parser.parse_args()
    addresses = json.loads(given.addresses.read_text(encoding="utf-8"))
    seen = read(
        given.port, addresses, readers=given.readers, seconds=given.seconds, rate=given.rate
    )
    sys.stdout.write(f"{json.dumps(asyncio.run(seen))}\n")


if __name__ == "__main__":
    main()

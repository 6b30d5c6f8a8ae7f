"""In which form a client wants a body, and the body in that form."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli  # type: ignore[import-untyped]  # it has no annotations

# The best first; the last is the body as it is.
PREFERRED = ("br", "gzip", "identity")
# No browser writes more; what is longer is read as nothing.
LONGEST_HEADER = 256
# The page is made once and sent often, but somebody waits for the first.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6


def chosen(header: str) -> str:
    """The encoding for an ``Accept-Encoding``: the one with the highest weight, then the smallest."""
    return _best(header) if 0 < len(header) <= LONGEST_HEADER else "identity"


@lru_cache(maxsize=512)
def _best(header: str) -> str:
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights["gzip" if name == "x-gzip" else name] = _weight(parameters)
    rest = weights.get("*", 0.0)
    offered = {name: weights.get(name, rest) for name in ("br", "gzip")}
    # Whoever forbids it gets it all the same where nothing else is allowed.
    offered["identity"] = weights.get("identity", weights.get("*", 0.001) or 0.0)
    best = max(PREFERRED, key=lambda name: offered[name])
    return best if offered[best] > 0 else "identity"


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0


def encoded(body: bytes, encoding: str) -> bytes:
    """The body in that form."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    if encoding == "gzip":
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body

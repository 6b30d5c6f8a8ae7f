"""A page as it is kept: what it says, what it shows, and in which forms it was sent."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from cms.core.page_cache import encodings
from cms.core.page_cache.tags import SOFT
from cms.core.page_cache.versions import FLOOR, NEWEST, SOFT_SECONDS, place

if TYPE_CHECKING:
    from cms.core.page_cache.versions import Versions

Headers = list[tuple[str, str]]
# How long a page may still be shown while another reader's request has it made anew.
STALE_SECONDS = 1.0
_MARK = b"dovetail page 1\n"


class UnreadableError(ValueError):
    """These bytes are no page of ours, or not all of one."""


@dataclass(frozen=True)
class Variant:
    """The page in one encoding; headers for an answer with it, and for one that it is unchanged."""

    body: bytes
    etag: str
    headers: Headers
    unchanged: Headers


@dataclass
class Entry:
    """One page.

    Attributes:
        generation: What versions had come to when its rendering began.
        made_at: When that was, as ``time.time()`` tells it, and so how old its numbers may be.
        good_until: After this it is made anew, whatever was touched.
    """

    key: str
    headers: Headers
    body: bytes
    tags: tuple[str, ...]
    generation: int
    made_at: float
    good_until: float
    # When it was last as it would be if it were made then, and with which newest generation it was
    # looked through.
    _verified: int = 0
    _verified_at: float = field(init=False)
    variants: dict[str, Variant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What it says was read after its rendering began."""
        self._verified_at = self.made_at

    @cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple({place(tag) for tag in self.tags if not tag.startswith(SOFT)})

    @cached_property
    def _soft_places(self) -> tuple[int, ...]:
        return tuple({place(tag) for tag in self.tags if tag.startswith(SOFT)})

    @cached_property
    def digest(self) -> str:
        """What its entity tags begin with."""
        return blake2b(self.body, digest_size=15).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of memory, about, with the forms that it was sent in."""
        return 2_000 + len(self.body) + sum(len(v.body) for v in self.variants.values())

    def is_good(self, versions: Versions) -> bool:
        """Whether it is as it would be if it were made now."""
        now = time.time()
        if now >= self.good_until:
            return False
        newest = versions.numbers[NEWEST]
        if self._verified != newest:
            return self._verify(versions, newest, now)
        self._verified_at = now
        return True

    def _verify(self, versions: Versions, newest: int, now: float) -> bool:
        numbers, since = versions.numbers, self.generation
        if since < numbers[FLOOR]:
            return False
        for at in self._places:
            if numbers[at] > since:
                return False
        for at in self._soft_places:
            if numbers[at] > since:
                # Asked again at the next request; the number is no older than this page.
                return now < self.made_at + SOFT_SECONDS
        self._verified, self._verified_at = newest, now
        return True

    def is_newest(self, versions: Versions) -> bool:
        """Whether ``is_good`` has seen that all of it, numbers too, is as new as can be."""
        return self._verified == versions.numbers[NEWEST]

    def may_be_shown_meanwhile(self) -> bool:
        """Whether it was good a moment ago, so that readers need not wait for the next one."""
        return time.time() < self._verified_at + STALE_SECONDS

    def add_variant(self, encoding: str) -> None:
        """Have the page in that form as well."""
        self.variants[encoding] = self._encode(encoding)

    def _encode(self, encoding: str) -> Variant:
        body = encodings.encoded(self.body, encoding)
        etag = f'"{self.digest}{"" if encoding == "identity" else f"-{encoding}"}"'
        common = [*self.headers, ("ETag", etag), ("Vary", "Accept-Encoding")]
        headers = [*common, ("Content-Length", str(len(body)))]
        if encoding != "identity":
            headers.append(("Content-Encoding", encoding))
        return Variant(body, etag, headers, [h for h in common if h[0] != "Content-Type"])

    def is_unchanged(self, if_none_match: str) -> bool:
        """Whether a client that has pages with these tags has this one, in whatever form.

        Nothing is asked by date: a page can go back to what it was, and then its date lies.
        """
        return if_none_match.strip() == "*" or self.digest in if_none_match

    def to_bytes(self) -> bytes:
        """For a file, or another process."""
        about = {
            "key": self.key,
            "headers": self.headers,
            "tags": self.tags,
            "generation": self.generation,
            "made_at": self.made_at,
            "good_until": self.good_until,
            "digest": self.digest,
        }
        return _MARK + json.dumps(about).encode() + b"\n" + self.body

    @classmethod
    def from_bytes(cls, written: bytes, *, key: str) -> Entry:
        """What ``to_bytes`` wrote for that key. Raises UnreadableError."""
        if not written.startswith(_MARK):
            raise UnreadableError("no page")
        first, mark, body = written[len(_MARK) :].partition(b"\n")
        try:
            about = json.loads(first)
            entry = cls(
                key=about["key"],
                headers=[(str(name), str(value)) for name, value in about["headers"]],
                body=body,
                tags=tuple(about["tags"]),
                generation=int(about["generation"]),
                made_at=float(about["made_at"]),
                good_until=float(about["good_until"]),
            )
            complete = mark == b"\n" and entry.digest == about["digest"]
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableError("garbage") from error
        if not complete or entry.key != key:
            raise UnreadableError("not all of the page, or another one")
        return entry

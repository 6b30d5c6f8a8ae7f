"""Find every way to reach somebody that a text gives, however it is written.

This is the heart of the guard: contact details come from the registry, so what stands in a text is
either known there, or known from the source, or invented.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from news.drafting.guard.characters import Folded, fold, fold_parts
from news.drafting.guard.internet import Match, find_emails, find_web_addresses, undisguise
from news.drafting.guard.markup import pieces
from news.drafting.guard.phones import find_phones
from news.drafting.guard.streets import find_street_addresses


class ContactKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    STREET_ADDRESS = "street_address"
    WEB_ADDRESS = "web_address"


@dataclass(frozen=True, order=True)
class Contact:
    """A contact detail: `text` is `[start:end]` of what was searched, `value` its one spelling."""

    start: int
    end: int
    kind: ContactKind
    text: str
    value: str


_SCHEME = re.compile(r"[\w*]{2,10}\s{0,2}\[?:")
# Where two kinds claim the same words, the earlier one here has them.
_PRECEDENCE = (
    ContactKind.EMAIL,
    ContactKind.WEB_ADDRESS,
    ContactKind.PHONE,
    ContactKind.STREET_ADDRESS,
)
# Elements that begin a line of their own when shown; others run on.
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "embed", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
    "var", "wbr",
}  # fmt: skip


def find_contacts(text: str) -> list[Contact]:
    """List the contact details of a plain or rich text, in order; never fails on any text.

    Rich text is read twice: as it is written, so that what stands in a link's target counts, and
    as it is shown, so that tags inside an address do not hide it.
    """
    found = set(_contacts(text, fold(text)))
    if "<" in text:
        found.update(_contacts(text, fold_parts(text, _shown_parts(text))))
    return _without_overlaps(found)


def _shown_parts(text: str) -> list[tuple[int, int, str]]:
    parts: list[tuple[int, int, str]] = []
    for piece in pieces(text):
        if not piece.name:
            parts.append((piece.start, piece.end, ""))
        elif piece.name not in _INLINE:
            parts.append((piece.start, piece.start, "\n"))
    return parts


def _contacts(text: str, folded: Folded) -> Iterable[Contact]:
    folded = folded.on_one_line()
    clear = undisguise(folded)
    finds: list[tuple[Folded, Iterable[Match]]] = [
        (clear, find_emails(clear)),
        (clear, find_web_addresses(clear)),
        (folded, find_phones(folded)),
        (folded, find_street_addresses(folded)),
    ]
    for view, matches in finds:
        for match in matches:
            start, end = view.span(match.start, match.end)
            yield Contact(start, end, ContactKind(match.kind), text[start:end], match.value)


def _without_overlaps(found: Iterable[Contact]) -> list[Contact]:
    """Keep one contact for any stretch of text: by kind, then the longest, then the first."""
    kept: list[Contact] = []
    ranked = sorted(
        found,
        key=lambda contact: (
            _rank(contact),
            contact.start - contact.end,
            contact.start,
        ),
    )
    taken = _Taken()
    for contact in ranked:
        if taken.add(contact.start, contact.end):
            kept.append(contact)
    return sorted(kept)


def _rank(contact: Contact) -> int:
    """Put an address with a scheme first: in `https://house.gov@evil.example` there is no mail."""
    if contact.kind is ContactKind.WEB_ADDRESS and _SCHEME.match(contact.text):
        return -1
    return _PRECEDENCE.index(contact.kind)


class _Taken:
    """Stretches of a text that are spoken for, each found by where it lies in a sorted list."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, start: int, end: int) -> bool:
        """Take a stretch, unless part of it is taken."""
        at = bisect_right(self.starts, start)
        if at and self.ends[at - 1] > start:
            return False
        if at < len(self.starts) and self.starts[at] < end:
            return False
        self.starts.insert(at, start)
        self.ends.insert(at, end)
        return True

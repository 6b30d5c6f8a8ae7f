"""What can be said of a story after its page was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_TITLE = 255
LONGEST_NAME = 160
LONGEST_DESCRIPTION = 600
LONGEST_ADDRESS = 2000
LONGEST_CREDIT = 255
LONGEST_ALT = 300

_SCRIPT = re.compile(r"<(script|style)\b[^>]{0,500}>.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<!--.*?-->", re.DOTALL)
# Markup within a word or beside a mark; what is left of all other markup is a blank.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|rp|ruby|s|small|span|strike|strong|"
    r"sub|sup|time|tt|u|var|wbr)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
# Controls, and marks that reorder or hide what stands beside them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)


class PageUnreadable(Exception):
    """What came from the address is no page that can be read; the message says why."""


@dataclass(frozen=True)
class Published:
    """When a source published: a moment, and how much of it the page says.

    Attributes:
        at: With its offset; without one where the page names no zone.
        zone: A name like Europe/Paris where the page leads to one, else blank.
        day_only: The page gives no time of day; ``at`` is its first minute.
        guessed: The zone is that of the page's country, not one that the page names.
    """

    at: datetime
    zone: str = ""
    day_only: bool = False
    guessed: bool = False


@dataclass(frozen=True)
class PictureFound:
    """The address of a picture, with what the page says of it."""

    address: str
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True)
class Facts:
    """A story, as its page tells it: plain text and http(s) addresses only."""

    address: str
    title: str = ""
    source: str = ""
    published: Published | None = None
    authors: tuple[str, ...] = ()
    pictures: tuple[PictureFound, ...] = ()
    language: str = ""
    description: str = ""
    paragraphs: tuple[str, ...] = ()
    # Sentences for the editor: what the page says that cannot be.
    doubts: tuple[str, ...] = field(default=())


def plain(text: object, *, most: int = 0) -> str:
    """Text without markup, entities, controls or runs of blanks; "" for what is no text.

    ``most`` cuts at a word.
    """
    if not isinstance(text, str):
        return ""
    # Much longer than anything wanted is no headline, and costs time.
    text = text[: 20 * most] if most else text
    for _ in range(2):
        if "&" not in text:
            break
        text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", _INLINE.sub("", _SCRIPT.sub(" ", text)))
    text = " ".join(_UNSEEN.sub("", text.replace("\u2028", " ").replace("\u2029", " ")).split())
    if most and len(text) > most:
        text = text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
    return text


def web_address(value: object, *, base: str) -> str:
    """An http(s) address, made whole; "" for anything else."""
    if not isinstance(value, str):
        return ""
    value = _UNSEEN.sub("", value).strip()
    if not value or len(value) > LONGEST_ADDRESS or any(mark.isspace() for mark in value):
        value = value.replace(" ", "%20")
        if not value or len(value) > LONGEST_ADDRESS or any(mark.isspace() for mark in value):
            return ""
    try:
        whole = urljoin(base, value)
        parts = urlsplit(whole)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
        _ = parts.port
    except ValueError:
        return ""
    return whole if usable and len(whole) <= LONGEST_ADDRESS else ""

"""From the bytes that a server sent to items: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import calendar
import codecs
import datetime
import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from xml.parsers import expat

import feedparser

from news.addresses import canonical
from news.feeds import json_feed
from news.feeds.items import Problems, RawItem, checked, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from news.feeds.items import Item

# The newest of a feed; whoever sends more sends an archive.
MOST_ITEMS = 500
# What is not well-formed is read by guessing, which takes long; a feed of a sane size is shorter.
MOST_GUESSED = 2_000_000
# Where a page names its feeds.
HEAD = 200_000
TITLE_LENGTH = 200
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
OPENS_HTML = re.compile(
    rb"\s*(<\?xml[^>]{0,200}\?>)?\s*(<!--.{0,2000}?-->\s*){0,20}<(!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


class FeedRefusedError(Exception):
    """The whole cannot be read as a feed; the message says why, in a sentence or two."""


@dataclass(frozen=True)
class Reading:
    """What a feed said, with what was wrong with it."""

    title: str
    items: list[Item]
    problems: Problems = field(default_factory=Problems)


def read(content: bytes, *, address: str, content_type: str, now: datetime.datetime) -> Reading:
    """The items of a feed, the newest first where they have dates.

    Args:
        content: What the server sent, whatever that is.
        address: Where from; relative addresses begin there.
        content_type: The header, which may name a charset.
        now: The time by which a date lies ahead.

    Raises:
        FeedRefusedError: for a file that is no feed.
    """
    start = content.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:4000]
    if not start.strip(b"\x00"):
        raise FeedRefusedError("The server sent an empty file.")
    problems = Problems()
    if start.startswith(b"{"):
        title, raws = _json(content, problems)
    elif OPENS_HTML.match(start):
        raise FeedRefusedError(_is_a_page(content, address))
    else:
        title, raws = _xml(content, address, content_type, problems)
    if len(raws) > MOST_ITEMS:
        problems.add(f"It has {len(raws):,} items; only the newest {MOST_ITEMS} were read.")
        raws = _newest(raws)
    items: dict[str, Item] = {}
    for number, raw in enumerate(raws, start=1):
        item = checked(raw, number=number, now=now, problems=problems)
        if item is not None:
            items.setdefault(item.address, item)
    return Reading(shortened(plain(title), TITLE_LENGTH), list(items.values()), problems)


def _newest(raws: list[RawItem]) -> list[RawItem]:
    """The newest by date; those without one stand last, in the order of the feed."""
    never = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return sorted(raws, key=lambda raw: raw.published_at or never, reverse=True)[:MOST_ITEMS]


def _json(content: bytes, problems: Problems) -> tuple[str, list[RawItem]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="replace")
        problems.add("Its characters are not UTF-8, as JSON has it; some could not be read.")
    try:
        title, language, entries = json_feed.read(text)
    except json_feed.NoJsonFeedError as error:
        raise FeedRefusedError(str(error)) from error
    return title, list(json_feed.raw_items(entries, language=language, problems=problems))


def _xml(
    content: bytes, address: str, content_type: str, problems: Problems
) -> tuple[str, list[RawItem]]:
    fault = _fault(content)
    if fault and len(content) > MOST_GUESSED:
        raise FeedRefusedError(
            f"This is not well-formed XML ({fault}), and at {len(content):,} bytes too long to be"
            " read by guessing."
        )
    # Bytes in a file only: from text, and from bytes that spell a path, feedparser would go and
    # fetch or open what they name.
    document = feedparser.parse(
        io.BytesIO(content),
        response_headers={"content-location": address, "content-type": content_type},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    entries = document.entries
    if not document.version and not entries:
        raise FeedRefusedError("This is no feed: neither RSS, Atom, RDF nor JSON Feed.")
    if isinstance(document.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        problems.add(f"It claims another charset than it has; it was read as {document.encoding}.")
    elif fault:
        problems.add(f"It is not well-formed XML ({fault}); what could be made out was read.")
    language = str(document.feed.get("language", ""))
    return str(document.feed.get("title", "")), list(_raw_items(entries, address, language))


class _EntityError(Exception):
    """The file declares entities of its own."""


def _fault(content: bytes) -> str:
    """Why the file is not well-formed XML; blank where it is.

    Raises:
        FeedRefusedError: where it declares entities: a few lines of them fill any memory, and
            others read files. No feed needs one.
    """

    def refuse(*_: object) -> None:
        raise _EntityError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except _EntityError as error:
        raise FeedRefusedError(
            "This file declares entities of its own, as files do that are meant to do harm. It was"
            " not read."
        ) from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The line is a message of the parser, made of its own words and numbers.
        return str(error)
    return ""


def _raw_items(entries: list[Any], address: str, language: str) -> Iterator[RawItem]:
    for entry in entries:
        link = entry.get("feedburner_origlink") or entry.get("link") or _id_as_address(entry)
        picture = _picture(entry)
        names = ("published", "updated", "created")
        given = next((found for name in names if (found := dict.get(entry, name))), "")
        yield RawItem(
            title=str(entry.get("title", "")),
            address=_absolute(address, link),
            summary=str(entry.get("summary") or _content(entry)),
            author=str(entry.get("author", "")),
            language=str(entry.get("language") or language),
            picture=_absolute(address, picture),
            published_at=_date(entry),
            date_given=str(given),
        )


def _absolute(base: str, address: str) -> str:
    if not address:
        return ""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        # Left as it is, it is refused with the reason.
        return address


def _id_as_address(entry: Any) -> str:
    name = str(entry.get("id", ""))
    return name if name.startswith(("http://", "https://")) else ""


def _content(entry: Any) -> str:
    return next((str(part.get("value", "")) for part in entry.get("content", [])), "")


def _picture(entry: Any) -> str:
    """The first address that is said to be a picture's."""
    candidates = [
        *(part for part in entry.get("media_content", []) if _is_picture(part)),
        *entry.get("media_thumbnail", []),
        *(part for part in entry.get("enclosures", []) if _is_picture(part)),
    ]
    return next(
        (str(part.get("url") or part.get("href")) for part in candidates if _has_address(part)), ""
    )


def _has_address(part: Any) -> bool:
    return bool(part.get("url") or part.get("href"))


def _is_picture(part: Any) -> bool:
    return part.get("medium") == "image" or str(part.get("type", "")).startswith("image/")


def _date(entry: Any) -> datetime.datetime | None:
    # feedparser's own ``get`` answers for one date with another.
    names = ("published_parsed", "updated_parsed", "created_parsed")
    parsed = next((found for name in names if (found := dict.get(entry, name))), None)
    if not parsed:
        return None
    try:
        return datetime.datetime.fromtimestamp(calendar.timegm(parsed), tz=datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return None


class _FeedLinks(HTMLParser):
    """The feeds that a page names in its head."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what a link names as a feed."""
        given = {name: value or "" for name, value in attrs}
        if (
            tag == "link"
            and "alternate" in given.get("rel", "").lower().split()
            and given.get("type", "").lower().strip() in FEED_TYPES
        ):
            self.found.append(given.get("href", ""))


def _is_a_page(content: bytes, address: str) -> str:
    """That this is a page, and where the feed is, if the page says so."""
    links = _FeedLinks()
    links.feed(content[:HEAD].decode("utf-8", errors="replace"))
    for href in links.found:
        try:
            feed = canonical(urljoin(address, href))
        except ValueError:  # AddressError is one.
            continue
        return f"This is a web page, not a feed. It names a feed at {feed}."
    return "This is a web page, not a feed, and it names no feed."

"""What validators of feeds and sitemaps hold against a document, as lists of faults.

RSS: the RSS Advisory Board's specification and best practices. Atom: RFC 4287. JSON Feed: 1.1.
Sitemaps: the schemas of sitemaps.org (0.9) and of Google's news extension (0.9).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN = "{http://purl.org/dc/elements/1.1/}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
# With an offset: the same moment everywhere.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d ([+-]\d{4}|GMT|UT)"
)
ADDRESS_IN_HTML = re.compile(r'(?:href|src)="([^"]*)"')
RSS_CHANNEL = {
    "title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
    "pubDate", "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "rating",
    "textInput", "skipHours", "skipDays", "item", f"{ATOM}link",
}  # fmt: skip
RSS_ITEM = {
    "title", "link", "description", "author", "category", "comments", "enclosure", "guid",
    "pubDate", "source", f"{DUBLIN}creator", f"{CONTENT}encoded", f"{ATOM}updated",
}  # fmt: skip
JSON_ITEM = {
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image",
    "banner_image", "date_published", "date_modified", "authors", "tags", "language", "attachments",
}  # fmt: skip


def rss(document: bytes, address: str) -> list[str]:
    """What is wrong with an RSS 2.0 document that was fetched from this address."""
    root = ET.fromstring(document)  # noqa: S314 - our own
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        return ["no RSS 2.0"]
    faults = [f"no {name}" for name in ("title", "link", "description") if _blank(channel, name)]
    faults += _unknown(channel, RSS_CHANNEL) + _twice(channel, RSS_CHANNEL - {"item", "category"})
    if not any(
        link.get("rel") == "self" and link.get("href") == address
        for link in channel.findall(f"{ATOM}link")
    ):
        faults.append("does not name itself")
    faults += _dates(channel, ("pubDate", "lastBuildDate"), RFC_822)
    identities = []
    for item in channel.findall("item"):
        if _blank(item, "title") and _blank(item, "description"):
            faults.append("an item has neither title nor description")
        faults += _unknown(item, RSS_ITEM) + _twice(item, RSS_ITEM - {"category"})
        faults += _dates(item, ("pubDate",), RFC_822)
        faults += _relative([item.findtext("link") or ""])
        faults += _relative(ADDRESS_IN_HTML.findall(item.findtext(f"{CONTENT}encoded") or ""))
        guid = item.find("guid")
        if guid is None or not guid.text:
            faults.append("an item has no guid")
            continue
        identities.append(guid.text)
        if guid.get("isPermaLink", "true") == "true":
            faults += _relative([guid.text])
    return faults + _same(identities) + _relative([channel.findtext("link") or ""])


def atom(document: bytes, address: str) -> list[str]:
    """What is wrong with an Atom document that was fetched from this address."""
    feed = ET.fromstring(document)  # noqa: S314 - our own
    if feed.tag != f"{ATOM}feed":
        return ["no Atom"]
    faults = []
    entries = feed.findall(f"{ATOM}entry")
    for part in (feed, *entries):
        for name in ("id", "title", "updated"):
            if len(part.findall(f"{ATOM}{name}")) != 1 or _blank(part, f"{ATOM}{name}"):
                faults.append(f"not one {name}")
        faults += _dates(part, (f"{ATOM}updated", f"{ATOM}published"), MOMENT)
        links = part.findall(f"{ATOM}link")
        faults += _relative(link.get("href", "") for link in links)
        if not urlsplit(part.findtext(f"{ATOM}id") or "").scheme:
            faults.append("an id is no IRI")
        for person in part.findall(f"{ATOM}author"):
            if _blank(person, f"{ATOM}name"):
                faults.append("an author without a name")
    if not any(
        link.get("rel") == "self" and link.get("href") == address
        for link in feed.findall(f"{ATOM}link")
    ):
        faults.append("does not name itself")
    named = feed.find(f"{ATOM}author") is not None
    faults += [fault for entry in entries for fault in _atom_entry(entry, named=named)]
    return faults + _same(entry.findtext(f"{ATOM}id") or "" for entry in entries)


def _atom_entry(entry: ET.Element, *, named: bool) -> list[str]:
    faults = []
    if not named and entry.find(f"{ATOM}author") is None:
        faults.append("an entry has no author, and the feed has none")
    kinds = {link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")}
    if "alternate" not in kinds and entry.find(f"{ATOM}content") is None:
        faults.append("an entry has neither text nor address")
    for content in entry.findall(f"{ATOM}content"):
        if content.get("type") not in {"html", "text"} or len(content):
            faults.append("a text that is not escaped HTML")
        faults += _relative(ADDRESS_IN_HTML.findall(content.text or ""))
    if any(not tag.get("term") for tag in entry.findall(f"{ATOM}category")):
        faults.append("a category without a term")
    return faults


def json_feed(document: bytes, address: str) -> list[str]:
    """What is wrong with a JSON Feed that was fetched from this address."""
    feed: dict[str, Any] = json.loads(document)
    faults = []
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("no JSON Feed 1.1")
    if not isinstance(feed.get("title"), str) or not feed["title"]:
        faults.append("no title")
    if feed.get("feed_url") != address:
        faults.append("does not name itself")
    faults += _relative(
        feed[name] for name in ("home_page_url", "feed_url", "icon") if name in feed
    )
    items = feed.get("items")
    if not isinstance(items, list):
        return [*faults, "no items"]
    faults += [fault for item in items for fault in _json_item(item)]
    return faults + _same(item.get("id", "") for item in items)


def _json_item(item: dict[str, Any]) -> list[str]:
    faults = [f"unknown: {name}" for name in item if name not in JSON_ITEM]
    if not isinstance(item.get("id"), str) or not item["id"]:
        faults.append("an item has no id")
    if "content_html" not in item and "content_text" not in item:
        faults.append("an item has no content")
    faults += _relative(item[name] for name in ("url", "image") if name in item)
    faults += _relative(ADDRESS_IN_HTML.findall(item.get("content_html", "")))
    for name in ("date_published", "date_modified"):
        if name in item and not MOMENT.fullmatch(item[name]):
            faults.append(f"{name} is {item[name]}")
    if not all(author.get("name") for author in item.get("authors", [])):
        faults.append("an author without a name")
    if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
        faults.append("a tag without a name")
    return faults


def sitemap(document: bytes) -> list[str]:
    """What is wrong with a sitemap, an index of some, or a news sitemap."""
    root = ET.fromstring(document)  # noqa: S314 - our own
    kinds = {f"{MAP}urlset": "url", f"{MAP}sitemapindex": "sitemap"}
    if root.tag not in kinds:
        return ["no sitemap"]
    faults = []
    if len(root) > 50_000 or len(document) > 50 * 1024 * 1024:
        faults.append("too large")
    allowed = {f"{MAP}{name}" for name in ("loc", "lastmod", "changefreq", "priority")}
    for entry in root:
        if entry.tag != f"{MAP}{kinds[root.tag]}":
            faults.append(f"unknown: {entry.tag}")
        faults += _unknown(entry, allowed | {f"{NEWS}news"}) + _twice(entry, allowed)
        location = entry.findtext(f"{MAP}loc") or ""
        faults += _relative([location])
        if not location.isascii() or len(location) >= 2048:
            faults.append(f"an address that is not written in ASCII, or too long: {location}")
        changed = entry.findtext(f"{MAP}lastmod")
        if changed is not None:
            try:
                datetime.fromisoformat(changed)
            except ValueError:
                faults.append(f"lastmod is {changed}")
        for news in entry.findall(f"{NEWS}news"):
            faults += [
                f"no {path}"
                for path in (
                    "publication/name",
                    "publication/language",
                    "publication_date",
                    "title",
                )
                if _blank(news, "/".join(NEWS + part for part in path.split("/")))
            ]
            if not MOMENT.fullmatch(news.findtext(f"{NEWS}publication_date") or ""):
                faults.append("a publication date without its moment")
    return faults + _same(entry.findtext(f"{MAP}loc") or "" for entry in root)


def _blank(part: ET.Element, path: str) -> bool:
    return not (part.findtext(path) or "").strip()


def _unknown(part: ET.Element, allowed: set[str]) -> list[str]:
    return [f"unknown: {child.tag}" for child in part if child.tag not in allowed]


def _twice(part: ET.Element, once: set[str]) -> list[str]:
    # Links differ by what they are for.
    counted = Counter(child.tag for child in part if child.tag != f"{ATOM}link")
    return [f"twice: {tag}" for tag, number in counted.items() if number > 1 and tag in once]


def _dates(part: ET.Element, names: Iterable[str], form: re.Pattern[str]) -> Iterator[str]:
    for name in names:
        for date in part.findall(name):
            text = date.text or ""
            if not form.fullmatch(text):
                yield f"{name} is {text}"
            elif form is RFC_822 and parsedate_to_datetime(text).strftime("%a") != text[:3]:
                yield f"{name} is another day of the week: {text}"


def _relative(addresses: Iterable[str]) -> list[str]:
    split = [(address, urlsplit(address)) for address in addresses]
    return [
        f"not absolute: {address}"
        for address, parts in split
        if parts.scheme not in {"http", "https"} or not parts.netloc
    ]


def _same(identities: Iterable[str]) -> list[str]:
    return [f"twice: {name}" for name, number in Counter(identities).items() if number > 1]

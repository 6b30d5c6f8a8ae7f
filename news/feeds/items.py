"""One item of a feed: what it claims, and what of that may become a story."""

from __future__ import annotations

import datetime
import html
import re
import unicodedata
from dataclasses import dataclass, field

import nh3

from news.addresses import AddressError, canonical

TITLE_LENGTH = 300
SUMMARY_LENGTH = 1200
AUTHOR_LENGTH = 160
# What is looked at of a text: an item can be as long as its feed.
MOST_TEXT = 100_000
# A clock may be wrong by a zone, not by more; and nothing was on the web before it was.
AHEAD = datetime.timedelta(days=1)
EARLIEST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)

MOST_PROBLEMS = 50
PROBLEM_LENGTH = 300

# They turn the direction of what follows, join, or are no characters.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]")
# A line ends where one of these does; without it their words would run together.
BREAKS = re.compile(
    r"</?(?:p|div|br|li|tr|td|h[1-6]|blockquote|ul|ol)\b[^<>]{0,500}>", re.IGNORECASE
)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}", re.IGNORECASE)


@dataclass(frozen=True)
class RawItem:
    """What an item says of itself; nothing of it is believed yet. Blank where it says nothing."""

    title: str = ""
    address: str = ""
    summary: str = ""
    author: str = ""
    language: str = ""
    picture: str = ""
    # None with ``date_given``: it gives a date that cannot be read.
    published_at: datetime.datetime | None = None
    date_given: str = ""


@dataclass(frozen=True)
class Item:
    """What of an item may be kept. Without a date of its own, it is as old as our knowing it."""

    address: str
    title: str
    summary: str
    author: str
    language: str
    picture_address: str
    published_at: datetime.datetime | None


class RefusedError(ValueError):
    """The item cannot be a story; the message says why, in a sentence."""


@dataclass
class Problems:
    """Sentences on what was refused or mended: so many, and then only their number."""

    sentences: list[str] = field(default_factory=list)
    more: int = 0
    refused: int = 0

    def add(self, sentence: str) -> None:
        """One more; beyond the limit it is only counted."""
        if len(self.sentences) < MOST_PROBLEMS:
            self.sentences.append(shortened(clean(sentence), PROBLEM_LENGTH))
        else:
            self.more += 1

    def told(self) -> list[str]:
        """All that is to be told."""
        return [*self.sentences, f"And {self.more} more."] if self.more else list(self.sentences)


def clean(text: str) -> str:
    """One line without anything that cannot be seen."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text[:MOST_TEXT]))
    return " ".join(
        "".join(
            " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character
            for character in text
        ).split()
    )


def plain(markup: str) -> str:
    """The words of a text that may hold HTML, on one line."""
    markup = markup[:MOST_TEXT]
    if "<" in markup:
        # nh3 leaves no tag and what is left escaped; scripts and styles go with what is in them.
        markup = nh3.clean(BREAKS.sub(" ", markup), tags=set())
    return clean(html.unescape(markup))


def shortened(text: str, length: int) -> str:
    """The text, or as many whole words of it as fit, with a sign that it goes on."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    whole, space, _ = cut.rpartition(" ")
    return f"{whole if space and len(whole) > length // 2 else cut}…"


def checked(
    raw: RawItem, *, number: int, now: datetime.datetime, problems: Problems
) -> Item | None:
    """What may be kept of an item, or None; each thing refused or mended is told.

    Args:
        raw: What the item says.
        number: Its place in the feed, from 1, by which it is named where it has no title.
        now: The time by which a date lies ahead.
        problems: Where it is told.
    """
    title = plain(raw.title)
    name = f"“{shortened(title, 80)}”" if title else f"Item {number}"
    try:
        address = _address(raw.address, title)
    except RefusedError as refusal:
        problems.refused += 1
        problems.add(f"{name} was left out. {refusal}")
        return None
    if len(title) > TITLE_LENGTH:
        problems.add(f"{name} has a title of {len(title):,} characters, which was shortened.")
    return Item(
        address=address,
        title=shortened(title, TITLE_LENGTH),
        summary=_summary(raw.summary, title),
        author=shortened(plain(raw.author), AUTHOR_LENGTH),
        language=_language(raw.language),
        picture_address=_picture(raw.picture, name, problems),
        published_at=_date(raw, name, now, problems),
    )


def _address(address: str, title: str) -> str:
    if not title:
        raise RefusedError("It has no title.")
    if not address.strip():
        raise RefusedError("It has no address.")
    try:
        return canonical(address)
    except AddressError as error:
        raise RefusedError(str(error)) from error


def _summary(markup: str, title: str) -> str:
    summary = shortened(plain(markup), SUMMARY_LENGTH)
    return "" if summary == title else summary


def _language(language: str) -> str:
    language = language.strip().replace("_", "-")
    return language[:16].lower() if LANGUAGE.fullmatch(language) and len(language) <= 16 else ""


def _picture(address: str, name: str, problems: Problems) -> str:
    if not address.strip():
        return ""
    try:
        return canonical(address)
    except AddressError as error:
        problems.add(f"The picture of {name} was left out. {error}")
        return ""


def _date(
    raw: RawItem, name: str, now: datetime.datetime, problems: Problems
) -> datetime.datetime | None:
    instead = "The time when it was first seen stands instead."
    given = raw.published_at
    if given is None:
        if raw.date_given:
            problems.add(f"{name} has a date that is none: {raw.date_given[:40]}. {instead}")
        return None
    if given < EARLIEST:
        problems.add(f"{name} is dated {given:%Y-%m-%d}, before there were feeds. {instead}")
        return None
    if given > now + AHEAD:
        problems.add(f"{name} is dated {given:%Y-%m-%d}, which is yet to come. {instead}")
        return None
    return given

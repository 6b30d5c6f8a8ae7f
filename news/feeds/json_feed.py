"""JSON Feed, versions 1.0 and 1.1, held to a schema."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import from_json

from news.feeds.items import RawItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from news.feeds.items import Problems


def _as_text(value: object) -> object:
    """Ids and titles are numbers now and then, and some fields are there without a value."""
    if value is None:
        return ""
    return str(value) if type(value) in {int, float} else value


_Text = Annotated[str, BeforeValidator(_as_text)]


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Author(_Lenient):
    name: _Text = ""


class _Entry(_Lenient):
    """An item; what the format calls optional may be missing or null."""

    id: _Text = ""
    url: _Text = ""
    external_url: _Text = ""
    title: _Text = ""
    content_html: _Text = ""
    content_text: _Text = ""
    summary: _Text = ""
    image: _Text = ""
    banner_image: _Text = ""
    date_published: _Text = ""
    date_modified: _Text = ""
    language: _Text = ""
    author: _Author | None = None
    authors: list[_Author] | None = None


class _Document(_Lenient):
    """The whole; its items are looked at one by one, so that one that is wrong spoils no other."""

    version: Annotated[
        str, StringConstraints(pattern=r"^https?://jsonfeed\.org/version/1(\.[01])?$")
    ]
    title: _Text = ""
    language: _Text = ""
    items: list[Any]


class NoJsonFeedError(ValueError):
    """It is no JSON Feed; the message says why, in a sentence."""


def read(text: str) -> tuple[str, str, list[Any]]:
    """The feed's title and language, and its items, which nobody has looked at.

    Raises:
        NoJsonFeedError: where it is none.
    """
    try:
        document = _Document.model_validate(from_json(text))
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the whole"
        raise NoJsonFeedError(
            f"This is JSON, but no JSON Feed: {where} is missing or not as that format has it."
        ) from error
    except ValueError as error:
        raise NoJsonFeedError("This begins like JSON and cannot be read as such.") from error
    return document.title, document.language, document.items


def raw_items(entries: list[Any], *, language: str, problems: Problems) -> Iterator[RawItem]:
    """What each item says; one that has not the shape of an item is told and left out."""
    for number, value in enumerate(entries, start=1):
        try:
            entry = _Entry.model_validate(value)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the whole of it"
            problems.refused += 1
            problems.add(f"Item {number} was left out. It is not as the format has it: {where}.")
            continue
        date = entry.date_published or entry.date_modified
        yield RawItem(
            title=entry.title,
            address=entry.url or entry.external_url or (entry.id if "://" in entry.id else ""),
            summary=entry.summary or entry.content_text or entry.content_html,
            author=_author(entry),
            language=entry.language or language,
            picture=entry.image or entry.banner_image,
            published_at=_date(date),
            date_given=date,
        )


def _author(entry: _Entry) -> str:
    authors = entry.authors or ([entry.author] if entry.author else [])
    return ", ".join(author.name for author in authors if author.name)


def _date(text: str) -> datetime.datetime | None:
    try:
        date = datetime.datetime.fromisoformat(text.strip())
        # Without a zone it is nobody's time; that of the servers is the best guess.
        return (date if date.tzinfo else date.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None

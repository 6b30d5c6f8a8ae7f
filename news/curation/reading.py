"""What an address that a moderator pastes leads to: its title, who published it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from trafilatura import extract_metadata

from cms.core.fetching import FetchError, fetch
from news.addresses import host_of
from news.models import SourceDomain, Story

if TYPE_CHECKING:
    import datetime

LONGEST_TITLE = 300
LONGEST_PUBLISHER = 160
MOST_BYTES = 3_000_000
SECONDS = 10.0


class UnreadableError(Exception):
    """The title cannot be told; the message says why, in a sentence for the moderator."""


@dataclass(frozen=True)
class Found:
    """What is known of an address."""

    title: str
    publisher: str = ""
    published_at: datetime.datetime | None = None


def read(address: str) -> Found:
    """What a canonical address leads to: a story that a feed brought, else what its page says.

    Raises:
        UnreadableError: the page cannot be had, or names no title.
    """
    story = Story.objects.select_related("source").filter(address=address).first()
    if story is not None:
        when = story.published_at if story.published_at <= timezone.now() else None
        return Found(story.title, story.source.name, when)
    try:
        content = fetch(address, most_bytes=MOST_BYTES, seconds=SECONDS)
    except FetchError as error:
        raise UnreadableError(str(error)) from error
    facts = extract_metadata(content.decode("utf-8", "replace"))
    title = " ".join((facts.title or "").split())[:LONGEST_TITLE] if facts else ""
    if not title:
        raise UnreadableError("The page names no title.")
    publisher = _source_at(address) or (facts.sitename or "")[:LONGEST_PUBLISHER]
    return Found(title, publisher or host_of(address)[:LONGEST_PUBLISHER])


def _source_at(address: str) -> str:
    """The name of the source whose domain the address is on; the closest domain counts."""
    labels = host_of(address).split(".")
    domains = [".".join(labels[number:]) for number in range(len(labels) - 1)]
    rows = SourceDomain.objects.filter(domain__in=domains).select_related("source")
    closest = max(rows, key=lambda row: len(row.domain), default=None)
    return closest.source.name if closest else ""

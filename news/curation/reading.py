"""What an address that a moderator pastes leads to: its title, who published it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from news.addresses import host_of
from news.importing.starting import NothingRead, facts_at, source_of
from news.models import Story

if TYPE_CHECKING:
    import datetime

    from news.importing.facts import Facts

LONGEST_TITLE = 300
LONGEST_PUBLISHER = 160


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
        facts = facts_at(address)
    except NothingRead as error:
        raise UnreadableError(str(error)) from error
    if not facts.title:
        raise UnreadableError("The page names no title.")
    source = source_of(address, name=facts.source)
    publisher = source.name if source else facts.source or host_of(address)
    return Found(facts.title[:LONGEST_TITLE], publisher[:LONGEST_PUBLISHER], _published_at(facts))


def _published_at(facts: Facts) -> datetime.datetime | None:
    """When, where the page says it with a zone and it can be."""
    when = facts.published.at if facts.published else None
    if when is None or when.tzinfo is None or when > timezone.now():
        return None
    return when

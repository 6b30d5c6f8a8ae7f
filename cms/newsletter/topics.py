"""What a subscriber can choose from: offered by a room above, which knows what is written about.

A topic has a key that stays the same for as long as the topic is there, and a name that may change.
A subscriber without any gets everything. One whose topics are all gone gets nothing: their choice
was not "everything".
"""

from __future__ import annotations

from dataclasses import dataclass

from wagtail import hooks

# Functions without arguments that give a list of topics.
HOOK = "newsletter_topics"


@dataclass(frozen=True)
class Topic:
    """One subject."""

    key: str
    name: str
    # What a link to the form names it by.
    slug: str = ""
    # Keys of topics that have become part of this one: whoever chose them has chosen it.
    former: frozenset[str] = frozenset()


def offered() -> list[Topic]:
    """All topics, in the order in which they are shown."""
    return [topic for offer in hooks.get_hooks(HOOK) for topic in offer()]


def chosen(keys: list[str]) -> list[Topic]:
    """Those topics that are still there, for the keys that a subscriber holds."""
    held = set(keys)
    return [topic for topic in offered() if topic.key in held or topic.former & held]


def names_of(keys: list[str]) -> list[str]:
    """Their names."""
    return [topic.name for topic in chosen(keys)]

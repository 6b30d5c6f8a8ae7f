"""A mailing as one reader gets it: what is for them, with their own links.

Nothing is rendered here. A mailing holds finished text with places in it, so sending it twenty
thousand times can fail no more often than sending it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMultiAlternatives

from cms.core import mail
from cms.newsletter import identities, subscriptions

if TYPE_CHECKING:
    from collections.abc import Collection

    from cms.newsletter.models import Mailing, Subscriber

# Characters of private use: no text of ours holds them, and no template changes them.
PARTS = "\ue000parts\ue001"
PREHEADER = "\ue000preheader\ue001"
PREFERENCES = "\ue000preferences\ue001"
UNSUBSCRIBE = "\ue000unsubscribe\ue001"
PLACES = (PARTS, PREHEADER, PREFERENCES, UNSUBSCRIBE)

HEADING, ARTICLE, PROSE = "heading", "article", "prose"
LONGEST_SUBJECT = 150


@dataclass(frozen=True)
class Choice:
    """What of a mailing is left for readers who chose the same topics."""

    subject: str
    html: str
    text: str


def is_for(parts: list[dict[str, Any]], topics: Collection[str]) -> bool:
    """Whether anything in a mailing is for somebody who chose these topics."""
    articles = [part for part in parts if part["kind"] == ARTICLE]
    return not articles or any(_is_chosen(part, topics) for part in articles)


def left_of(parts: list[dict[str, Any]], topics: Collection[str]) -> list[dict[str, Any]]:
    """The parts for somebody who chose these topics, without headings that head nothing more."""
    chosen = [part for part in parts if part["kind"] != ARTICLE or _is_chosen(part, topics)]
    if len(chosen) == len(parts):
        return parts
    followers = [*chosen[1:], None]
    return [
        part
        for part, follower in zip(chosen, followers, strict=True)
        if part["kind"] != HEADING or (follower is not None and follower["kind"] != HEADING)
    ]


def subject_of(titles: list[str]) -> str:
    """The subject of a mailing that has none of its own."""
    if not titles:
        return ""
    more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
    room = LONGEST_SUBJECT - len(more)
    first = titles[0] if len(titles[0]) <= room else f"{titles[0][: room - 1].rstrip()}…"
    return first + more


class Letters:
    """Writes the mails of one mailing."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing = mailing
        self._host = mail.message_domain()
        self.choice = lru_cache(maxsize=256)(self._choice)

    def to(self, subscriber: Subscriber) -> EmailMultiAlternatives:
        """The mail to one subscriber; sent twice, it has the same identity."""
        choice = self.choice(frozenset(subscriber.topics))
        key = self._mailing.pk or 0
        stop = subscriptions.unsubscribe_address(subscriber, mailing=key)
        links = {
            PREFERENCES: subscriptions.preferences_address(subscriber, mailing=key),
            UNSUBSCRIBE: stop,
        }
        identity = identities.Identity(key, subscriber.pk or 0)
        message = EmailMultiAlternatives(
            subject=choice.subject,
            body=_filled(choice.text, links),
            to=[subscriber.email],
            headers={
                "Message-ID": identities.message_id(identity, domain=self._host),
                "List-Id": f"<newsletter.{self._host}>",
                "Auto-Submitted": "auto-generated",
                **subscriptions.one_click(stop),
            },
        )
        message.attach_alternative(_filled(choice.html, links), "text/html")
        return message

    def _choice(self, topics: frozenset[str]) -> Choice:
        mailing = self._mailing
        parts = left_of(mailing.parts, topics)
        titles = [part["title"] for part in parts if part["kind"] == ARTICLE]
        preheader = mailing.preheader or "; ".join(titles[1:4])
        return Choice(
            subject=mailing.subject or subject_of(titles),
            html=_filled(
                mailing.html,
                {PARTS: "".join(part["html"] for part in parts), PREHEADER: escape(preheader)},
            ),
            text=_filled(
                mailing.text, {PARTS: "\n\n".join(part["text"].strip() for part in parts)}
            ),
        )


def _is_chosen(part: dict[str, Any], topics: Collection[str]) -> bool:
    return not topics or not set(topics).isdisjoint(part["topics"])


def _filled(text: str, values: dict[str, str]) -> str:
    for place, value in values.items():
        text = text.replace(place, value)
    return text

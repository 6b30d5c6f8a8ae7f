"""What a newsroom does while people read, and how long they get what was before.

Import it once Django has its settings.
"""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Count

from home import load
from news.curation import decisions
from news.models import ArticlePage, RelatedLink
from news.models.related import SHOWN_AT_MOST

if TYPE_CHECKING:
    from cms.core.models import User

# Seconds after which a change counts as lost.
PATIENCE = 30.0
LOOK_EVERY = 0.01
# The same address as that of the crowd, so that the kept page is looked at.
AS_READERS = {"Host": "127.0.0.1", "X-Forwarded-Proto": "https"}


class NeverShown(Exception):
    """Readers still got what was before when patience ended."""


def publish(number: int, text: str) -> str:
    """Publish a made-up article with another introduction, as the editor's button does.

    Returns its address.
    """
    article = ArticlePage.objects.get(slug=load.slug(number))
    latest: ArticlePage = article.get_latest_revision_as_object()
    latest.introduction = text
    latest.save_revision().publish()
    return f"/news/{load.slug(number)}/"


def moderator() -> User:
    """Somebody who decides about links."""
    user, _ = get_user_model().objects.get_or_create(
        username=f"{load.MARK}-moderator", defaults={"is_superuser": True, "is_staff": True}
    )
    return user


def suggest(text: str) -> RelatedLink:
    """A suggestion for an article that has room for one more link."""
    article = (
        load.made_up()
        .annotate(links=Count("related_links"))
        .filter(links__lt=SHOWN_AT_MOST)
        .order_by("pk")
        .first()
    )
    if article is None:
        raise LookupError("no article has room for one more link")
    return RelatedLink.objects.create(
        article=article,
        address=f"{load.ADDRESS}{time.time_ns()}",
        title=text,
        status=RelatedLink.Status.SUGGESTED,
    )


def decide(link: RelatedLink, *, approve: bool, by: User) -> str:
    """Approve or reject a link, as the queue does. Returns the address of its article."""
    link.refresh_from_db()
    action = decisions.approve if approve else decisions.reject
    outcome = action(seen={link.pk: link.status}, by=by)
    if link.pk not in outcome.changed:
        raise LookupError(f"the link was not decided on: {outcome.missed}")
    return f"/news/{link.article.slug}/"


def seconds_until(port: int, address: str, text: str, *, shown: bool = True) -> float:
    """How long readers get the page as it was before it shows a text, or shows it no longer.

    NeverShown where patience ends.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < PATIENCE:
            connection.request("GET", address, headers=AS_READERS)
            answer = connection.getresponse()
            page = answer.read()
            if answer.status == 200 and (text.encode() in page) == shown:
                return time.monotonic() - begun
            time.sleep(LOOK_EVERY)
    finally:
        connection.close()
    raise NeverShown(f"{address} was the old one for {PATIENCE:g} s")

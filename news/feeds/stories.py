"""What feeds brought, kept as stories: one row for one address, and only for so long."""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from news.addresses import host_of
from news.models import ArticlePage, FeedPoll, NewsroomSettings, RelatedLink, SourceDomain, Story

if TYPE_CHECKING:
    from collections.abc import Iterable

    from news.feeds.items import Item
    from news.models import Feed

# Polls say how a feed did lately; longer than this nobody asks.
POLL_DAYS = 30
# Rows of one statement.
BATCH = 500
# Shorter headlines ("Live updates", "In pictures") say too little to be the same story for it.
FEWEST_WORDS = 4
# What may change in an item after it was first read.
CHANGING = ("title", "summary", "author", "language", "picture_address")

# "... - The Gazette", "... | Gazette": a publisher behind its headline.
PUBLISHER_BEHIND = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}\Z")
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Kept:
    """What became of a feed's items."""

    added: int
    changed: int


def fingerprint(title: str) -> str:
    """Equal for the same headline, however it is set; blank for one that says too little."""
    words = _words(PUBLISHER_BEHIND.sub("", title))
    if len(words) < FEWEST_WORDS:
        words = _words(title)
    if len(words) < FEWEST_WORDS:
        return ""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def _words(title: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", title.casefold())
    letters = "".join(character for character in bare if not unicodedata.combining(character))
    # An apostrophe stands within a word, whichever of its shapes it has.
    return WORD.findall(re.sub("['’‘`]", "", letters))


def keep(*, feed: Feed, items: Iterable[Item], now: datetime.datetime) -> Kept:
    """Make stories of the items, and bring those up to date that came by the same feed before.

    At most four statements for each 500 items. Items older than stories are kept are passed over:
    they would come and go with every poll.
    """
    oldest = now - datetime.timedelta(days=story_days())
    wanted = {
        item.address: item
        for item in items
        if item.published_at is None or item.published_at >= oldest
    }
    known = _known(list(wanted))
    new = [item for address, item in wanted.items() if address not in known]
    changed = [
        story
        for address, story in known.items()
        # What another feed brought stays as that feed tells it: two that tell it otherwise would
        # else write over each other for ever.
        if story.feed_id in {None, feed.pk} and _brought_up_to_date(story, wanted[address])
    ]
    if new:
        _add(feed, new, now)
    if changed:
        fields = [*CHANGING, "published_at", "fingerprint"]
        Story.objects.bulk_update(changed, fields, batch_size=BATCH)
    return Kept(added=len(new), changed=len(changed))


def _known(addresses: list[str]) -> dict[str, Story]:
    stories: dict[str, Story] = {}
    for start in range(0, len(addresses), BATCH):
        found = Story.objects.filter(address__in=addresses[start : start + BATCH])
        stories.update((story.address, story) for story in found)
    return stories


def _brought_up_to_date(story: Story, item: Item) -> bool:
    """Whether anything had to be changed."""
    before = (*(getattr(story, name) for name in CHANGING), story.published_at)
    for name in CHANGING:
        setattr(story, name, getattr(item, name))
    if item.published_at is not None:
        story.published_at = item.published_at
    story.fingerprint = fingerprint(story.title)
    return before != (*(getattr(story, name) for name in CHANGING), story.published_at)


def _add(feed: Feed, items: list[Item], now: datetime.datetime) -> None:
    domains = dict(SourceDomain.objects.values_list("domain", "source_id"))
    # Two feeds may bring the same address at the same moment; the first row stands.
    Story.objects.bulk_create(
        [
            Story(
                source_id=_publisher(item.address, domains) or feed.source_id,
                feed=feed,
                address=item.address,
                title=item.title,
                summary=item.summary,
                author=item.author,
                language=item.language,
                picture_address=item.picture_address,
                published_at=item.published_at or now,
                first_seen_at=now,
                fingerprint=fingerprint(item.title),
            )
            for item in items
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _publisher(address: str, domains: dict[str, int]) -> int | None:
    """The source whose domain the address is on or below; some feeds carry what others wrote."""
    host = host_of(address)
    while host:
        if host in domains:
            return domains[host]
        host = host.partition(".")[2]
    return None


def story_days() -> int:
    """How long stories are kept: as long as any site of this installation wants them."""
    longest = NewsroomSettings.objects.aggregate(longest=Max("story_days"))["longest"]
    default: int = NewsroomSettings._meta.get_field("story_days").get_default()
    return longest or default


def forget() -> str:
    """Delete stories that nobody used in their time, and old polls; says how many."""
    now = timezone.now()
    used = (
        Exists(ArticlePage.objects.filter(source_address=OuterRef("address"))),
        Exists(RelatedLink.objects.filter(story=OuterRef("pk"))),
    )
    old = Story.objects.filter(
        ~used[0], ~used[1], published_at__lt=now - datetime.timedelta(days=story_days())
    )
    stories = 0
    # In batches: one large deletion would hold up whoever polls.
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        # Asked again: somebody may have started an article from one of them meanwhile.
        deleted, _ = old.filter(pk__in=ids).delete()
        if not deleted:
            break
        stories += len(ids)
    polls, _ = FeedPoll.objects.filter(
        started_at__lt=now - datetime.timedelta(days=POLL_DAYS)
    ).delete()
    return f"{stories} stories and {polls} polls forgotten"

"""Work that is being done twice: articles and stories about the same thing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from news.feeds.stories import fingerprint
from news.models import ArticlePage, Story
from news.models.articles import source_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cms.core.models import User

# Articles about one story come within days of each other.
DAYS = 10
MOST_COMPARED = 1_000
MOST_NAMED = 10
# Of the shorter headline's words, how many the other must share, and how many at least.
SHARED_PART = 0.6
SHARED_WORDS = 3

_WORD = re.compile(r"[^\W_]{2,}")
_SMALL = frozenset(
    "a about after against all an and are as at be been before but by can could day for from had has have he"
    " her his how if in into is it its may more new no not of off on or out over says said she so than that the"
    " their them they this to two up was we were what when which who why will with would you your".split()
)


@dataclass(frozen=True)
class Known:
    """An article that is there already, as far as one person may know of it."""

    title: str
    state: str
    url: str


@dataclass(frozen=True)
class Doubles:
    """What is there already about an address and a headline; each article in one list only."""

    same_address: list[Known]
    same_headline: list[Known]
    same_story: list[Known]

    def __bool__(self) -> bool:
        return bool(self.same_address or self.same_headline or self.same_story)


def with_address(address: str, *, apart_from: int | None = None) -> list[ArticlePage]:
    """The articles, live and drafts, whose page or latest version stands on an address."""
    wanted = source_key(address)
    if not wanted:
        return []
    same = Q(source_key=wanted) | Q(latest_source_key=wanted)
    found = ArticlePage.objects.filter(same, alias_of=None).exclude(pk=apart_from)
    return list(found.defer_streamfields().order_by("pk")[:MOST_NAMED])


def doubles(*, address: str, title: str, user: User, apart_from: int | None = None) -> Doubles:
    """Articles with the address, with the headline, and about the same story. Few queries."""
    same_address = with_address(address, apart_from=apart_from)
    seen = {page.pk for page in same_address}
    since = timezone.now() - timedelta(days=DAYS)
    recent = list(
        ArticlePage.objects.filter(latest_revision_created_at__gte=since, alias_of=None)
        .exclude(pk__in=[*seen, apart_from or 0])
        .defer_streamfields()
        .order_by("-latest_revision_created_at")[:MOST_COMPARED]
    )
    mark = fingerprint(title)
    addresses = set(Story.objects.filter(fingerprint=mark).values_list("address", flat=True)[:100]) if mark else set()
    headline = [
        page
        for page in recent
        if mark and (fingerprint(page.draft_title) == mark or page.source_key in addresses)
    ]
    seen |= {page.pk for page in headline}
    story = [page for page in recent if page.pk not in seen and alike(page.draft_title, title)]
    return Doubles(*(_known(pages[:MOST_NAMED], user) for pages in (same_address, headline, story)))


def alike(first: str, second: str) -> bool:
    """Whether two headlines seem to tell of the same thing: they share most words that say much."""
    one, other = _telling(first), _telling(second)
    shared = len(one & other)
    return shared >= SHARED_WORDS and shared >= SHARED_PART * min(len(one), len(other))


def _telling(title: str) -> set[str]:
    bare = unicodedata.normalize("NFKD", title.casefold())
    words = _WORD.findall("".join(mark for mark in bare if not unicodedata.combining(mark)))
    # “votes” and “vote”, “drivers” and “driver” are one.
    return {word.removesuffix("s") if len(word) > 4 else word for word in words} - _SMALL


def _known(pages: Iterable[ArticlePage], user: User) -> list[Known]:
    """What this person may see of the articles, with where it opens."""
    found = []
    for page in pages:
        permissions = page.permissions_for_user(user)
        state = "published" if page.live else "draft"
        if permissions.can_edit():
            found.append(Known(page.draft_title, state, reverse("wagtailadmin_pages:edit", args=[page.pk])))
        elif page.live:
            found.append(Known(page.title, state, page.url or ""))
        else:
            found.append(Known("A draft that you may not open", state, ""))
    return found

"""Work that is being done twice: articles and stories about the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.permissions import policy_registry

from news.feeds.stories import fingerprint
from news.likeness.covering import covering
from news.models import ArticlePage, Story
from news.models.articles import source_key

if TYPE_CHECKING:
    from datetime import datetime

    from cms.core.models import User

# Articles about one story come within days of each other.
DAYS = 10
MOST_COMPARED = 1_000
MOST_NAMED = 10


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
    # Of the articles' own table alone: joined or in an order, SQLite reads every page instead of the
    # two indexes.
    found = ArticlePage.objects.filter(same).exclude(pk=apart_from).order_by()
    numbers = list(found.values_list("pk", flat=True)[:MOST_COMPARED])
    if not numbers:
        return []
    rows = ArticlePage.objects.filter(pk__in=numbers, alias_of=None)
    return list(rows.defer_streamfields().order_by("pk")[:MOST_NAMED])


def same_address(*, address: str, user: User, apart_from: int | None = None) -> list[Known]:
    """The articles with the address, as far as this person may know of them."""
    return _known(with_address(address, apart_from=apart_from), user)


def doubles(
    *,
    address: str,
    title: str,
    user: User,
    published_at: datetime | None = None,
    apart_from: int | None = None,
) -> Doubles:
    """Articles with the address, with the headline, and about the same story. Few queries.

    ``published_at`` is when the source told it; what happened then is compared.
    """
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
    addresses = (
        set(Story.objects.filter(fingerprint=mark).values_list("address", flat=True)[:100])
        if mark
        else set()
    )
    headline = [
        page
        for page in recent
        if mark and (fingerprint(page.draft_title) == mark or page.source_key in addresses)
    ]
    seen |= {page.pk for page in headline}
    likely = covering(title=title, published_at=published_at) if title else []
    ids = [pk for pk in likely if pk not in seen and pk != apart_from][:MOST_NAMED]
    by_id = ArticlePage.objects.defer_streamfields().in_bulk(ids)
    story = [by_id[pk] for pk in ids if pk in by_id]
    return Doubles(*(_known(pages[:MOST_NAMED], user) for pages in (same_address, headline, story)))


def _known(pages: list[ArticlePage], user: User) -> list[Known]:
    """What this person may see of the articles, with where it opens. One query for all."""
    policy = policy_registry.get_by_type(Page)
    mine = policy.instances_user_has_permission_for(user, "change")
    editable = set(mine.filter(pk__in=[page.pk for page in pages]).values_list("pk", flat=True))
    found = []
    for page in pages:
        state = "published" if page.live else "draft"
        if page.pk in editable:
            url = reverse("wagtailadmin_pages:edit", args=[page.pk])
            found.append(Known(page.draft_title, state, url))
        elif page.live:
            found.append(Known(page.title, state, page.url or ""))
        else:
            found.append(Known("A draft that you may not open", state, ""))
    return found

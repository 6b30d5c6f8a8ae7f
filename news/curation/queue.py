"""The moderators' queue: which links wait, article by article, and how many there are.

The queue goes from the newest article to the oldest and shows whole articles, so that an order can be
seen and changed. Nothing in it counts or reads further than a page needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from news.models import ArticlePage, RelatedLink, Source
from news.models.related import SHOWN_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import OrderBy

    from news.models.related import RelatedLinkQuerySet

# Articles that one page of the queue shows, and links of each; an article's own page shows more.
ARTICLES = 5
LINKS_OF_EACH = 15
LINKS_OF_ONE = 100
# Nobody needs to know how many more there are.
COUNTED = 1000
# What a filter offers while one types; anything else can be typed too.
OFFERED = 100


class State(StrEnum):
    """What a list shows."""

    SUGGESTED = "suggested"
    APPROVED = "approved"
    REJECTED = "rejected"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        """As a tab says it."""
        return self.value.capitalize()


@dataclass(frozen=True)
class Choice:
    """Which links somebody wants to see."""

    state: State = State.SUGGESTED
    article: int = 0
    title: str = ""
    publisher: str = ""
    days: int = 0
    text: str = ""


@dataclass
class Group:
    """The links of one article in one state."""

    article: ArticlePage
    links: list[RelatedLink]
    approved: int
    state: State
    more: bool = False

    @property
    def shown(self) -> str:
        """How full the article is."""
        return shown_of(self.approved)

    @property
    def is_order(self) -> bool:
        """Whether these are all approved links of the article, so that one can be moved past another."""
        return self.state == State.APPROVED and len(self.links) == self.approved


def shown_of(approved: int) -> str:
    """How many of ten places are taken, in words."""
    over = approved - SHOWN_AT_MOST
    rest = f", {over} more approved" if over > 0 else ""
    return f"{min(approved, SHOWN_AT_MOST)} of {SHOWN_AT_MOST} shown{rest}"


@dataclass(frozen=True)
class QueuePage:
    """A few articles with their links, and after which article the next page begins."""

    groups: list[Group]
    after: int = 0


def matching(choice: Choice) -> RelatedLinkQuerySet:
    """The links that the choice names, in whatever state."""
    rows = RelatedLink.objects.order_by()
    if choice.article:
        rows = rows.filter(article_id=choice.article)
    if choice.title:
        rows = rows.filter(article__title__icontains=choice.title)
    if choice.publisher:
        rows = rows.filter(publisher__icontains=choice.publisher)
    if choice.days:
        since = timezone.now() - timedelta(days=choice.days)
        rows = rows.alias(age=Coalesce("published_at", "created_at")).filter(age__gte=since)
    if choice.text:
        rows = rows.filter(
            Q(title__icontains=choice.text)
            | Q(publisher__icontains=choice.text)
            | Q(address__icontains=choice.text)
            | Q(article__title__icontains=choice.text)
        )
    return rows


def in_state(rows: RelatedLinkQuerySet, state: State) -> RelatedLinkQuerySet:
    """Those of one state."""
    return rows.broken() if state == State.BROKEN else rows.filter(status=state.value)


def counts(choice: Choice, states: Iterable[State] = tuple(State)) -> dict[State, int]:
    """How many there are in each state, counted up to ``COUNTED``. A query for each."""
    rows = matching(choice)
    return {state: in_state(rows, state)[:COUNTED].count() for state in states}


def counted(number: int) -> str:
    """A number as tabs show it; beyond what is counted, that there are more."""
    return f"{number:,}" if number < COUNTED else f"{COUNTED:,}+"


def articles_to_choose() -> list[str]:
    """The titles of the newest articles that have links, as a filter offers them."""
    linked = Exists(RelatedLink.objects.filter(article_id=OuterRef("pk")))
    titles = ArticlePage.objects.filter(linked).order_by("-pk").values_list("title", flat=True)
    return list(dict.fromkeys(titles[:OFFERED]))


def publishers_to_choose() -> list[str]:
    """The names of publishers, as a filter offers them."""
    return list(Source.objects.order_by("name").values_list("name", flat=True)[:OFFERED])


def page(choice: Choice, *, after: int = 0) -> QueuePage:
    """The articles that follow the one after which the page begins, with their links. Four queries."""
    rows = in_state(matching(choice), choice.state)
    articles = rows.filter(article_id__lt=after) if after else rows
    ids = list(
        articles.order_by("-article_id")
        .values_list("article_id", flat=True)
        .distinct()[: ARTICLES + 1]
    )
    shown = ids[:ARTICLES]
    groups = _groups(rows, shown, choice.state, LINKS_OF_EACH)
    return QueuePage(groups, after=shown[-1] if len(ids) > len(shown) else 0)


def of_article(article: ArticlePage, states: Iterable[State]) -> list[Group]:
    """An article's links, a group for each state, also where it is empty."""
    approved = approved_numbers([article.pk]).get(article.pk, 0)
    groups = []
    for state in states:
        rows = in_state(RelatedLink.objects.filter(article_id=article.pk), state)
        links = list(rows.select_related("decided_by").order_by(*_order(state))[: LINKS_OF_ONE + 1])
        for link in links:
            link.article = article
        more = len(links) > LINKS_OF_ONE
        groups.append(Group(article, links[:LINKS_OF_ONE], approved, state, more=more))
    return groups


def _groups(
    rows: RelatedLinkQuerySet, article_ids: list[int], state: State, each: int
) -> list[Group]:
    if not article_ids:
        return []
    order = _order(state)
    links = (
        rows.filter(article_id__in=article_ids)
        .annotate(rank=Window(RowNumber(), partition_by=F("article_id"), order_by=order))
        .filter(rank__lte=each + 1)
        .select_related("decided_by")
        .order_by("rank")
    )
    by_article: dict[int, list[RelatedLink]] = {pk: [] for pk in article_ids}
    for link in links:
        by_article[link.article_id].append(link)
    articles = ArticlePage.objects.defer_streamfields().in_bulk(article_ids)
    approved = approved_numbers(article_ids)
    groups = []
    for pk, found in by_article.items():
        if pk not in articles:
            continue
        for link in found:
            link.article = articles[pk]
        more = len(found) > each
        groups.append(Group(articles[pk], found[:each], approved.get(pk, 0), state, more=more))
    return groups


def _order(state: State) -> list[OrderBy]:
    last = F("pk").asc()
    first = {
        State.SUGGESTED: F("score").desc(nulls_last=True),
        State.APPROVED: F("position").asc(),
        State.REJECTED: F("decided_at").desc(nulls_last=True),
        State.BROKEN: F("broken_since").asc(),
    }[state]
    return [first, last]


def approved_numbers(article_ids: Collection[int]) -> dict[int, int]:
    """How many links each article has approved; those without any are missing."""
    rows = RelatedLink.objects.filter(
        article_id__in=article_ids, status=RelatedLink.Status.APPROVED
    )
    return dict(rows.order_by().values_list("article_id").annotate(number=Count("pk")))


def approved_orders(article_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of the articles' approved links, each article's as readers see them."""
    rows = RelatedLink.objects.filter(article_id__in=article_ids).approved()
    orders: dict[int, list[int]] = {}
    for article_id, pk in rows.values_list("article_id", "pk"):
        orders.setdefault(article_id, []).append(pk)
    return orders

"""Long lists of articles, of which one page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, Window
from django.db.models.functions import Mod, RowNumber
from django.utils.functional import cached_property

from cms.core.page_cache import tags
from news import counts
from news.models import ArticlePage
from news.tag_names import ARTICLES

if TYPE_CHECKING:
    from datetime import datetime

    from news.models.articles import ArticleQuerySet

ARTICLES_A_PAGE = 20
# Articles from one known place in a list to the next.
STRIDE = 500


class NewestFirst(Paginator[Any]):
    """Articles, newest first. Page 5,000 costs little more than page 1.

    A page is counted off from the last known place before it; what a card shows is fetched for the
    page that is wanted.
    """

    def __init__(self, articles: ArticleQuerySet, *, what: str, known: int | None = None) -> None:
        """``what`` names the list for ``news.counts``, if ``known`` does not say how long it is."""
        super().__init__(articles.newest(), ARTICLES_A_PAGE)
        self._articles = articles
        self._what = what
        self._known = known

    @cached_property
    def count(self) -> int:
        """How many there are."""
        if self._known is not None:
            return self._known
        return counts.of(self._what, self._articles.order_by())

    def page(self, number: int | str) -> Page[Any]:
        """One page, in three queries."""
        tags.show(ARTICLES)
        number = self.validate_number(number)
        rows, first = self._from((number - 1) * self.per_page)
        numbers = rows.values_list("pk", flat=True)[first : first + self.per_page]
        found = ArticlePage.objects.filter(pk__in=list(numbers)).newest().for_cards()
        return Page(list(found), number, self)

    def _from(self, first: int) -> tuple[ArticleQuerySet, int]:
        """The list from a known place on, and how many of it still come before ``first``."""
        rows = self._articles.newest()
        if first < STRIDE:
            return rows, first
        places = counts.remembered(f"places of {self._what}", self._places)
        known = min(first // STRIDE, len(places))
        if not known:
            return rows, first
        at, pk = places[known - 1]
        # The first condition says nothing more, but is one that an index answers.
        rest = Q(first_published_at__lt=at) | Q(first_published_at=at, pk__lt=pk)
        return rows.filter(rest, first_published_at__lte=at), first - known * STRIDE

    def _places(self) -> list[tuple[datetime, int]]:
        """The last article of each ``STRIDE``: when it was published, and its number.

        None where an article was never published: databases do not agree on where it stands.
        """
        if self._articles.filter(first_published_at=None).exists():
            return []
        order = [F("first_published_at").desc(), F("pk").desc()]
        numbered = self._articles.order_by().annotate(place=Window(RowNumber(), order_by=order))
        found = numbered.annotate(over=Mod("place", STRIDE)).filter(over=0).order_by("place")
        return list(found.values_list("first_published_at", "pk"))

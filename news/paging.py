"""Long lists of articles, of which one page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from cms.core.page_cache import tags
from news import counts
from news.models import ArticlePage
from news.tag_names import ARTICLES

if TYPE_CHECKING:
    from news.models.articles import ArticleQuerySet

ARTICLES_A_PAGE = 20


class NewestFirst(Paginator[Any]):
    """Articles, newest first. Page 100 costs little more than page 1.

    What stands on the pages before is skipped by number alone; what a card shows is fetched for
    the page that is wanted.
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
        first = (number - 1) * self.per_page
        numbers = self._articles.newest().values_list("pk", flat=True)
        found = (
            ArticlePage.objects.filter(pk__in=list(numbers[first : first + self.per_page]))
            .newest()
            .for_cards()
        )
        return Page(list(found), number, self)

"""What search engines are told of, in parts that they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

# No database numbers its rows beyond that many parts.
MOST_PARTS = 1_000_000


class OurSitemap(Sitemap):
    """Addresses under ``SITE_URL``, as mails and canonical links have them."""

    # The protocol allows 50,000 addresses a file; a part of this size is made in a second.
    limit = 10_000

    def get_protocol(self, protocol: str | None = None) -> str:
        """That of our address, whatever the request came by."""
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """That of our address, whatever host the request named."""
        return urlsplit(settings.SITE_URL).netloc

    def part_numbers(self) -> Iterable[int]:
        """Those of its parts that hold something."""
        return self.paginator.page_range if self.paginator.count else ()


class ByNumber(Paginator[Any]):
    """Parts of a query by ranges of primary keys: none is counted, and each holds the same for good."""

    def __init__(self, rows: Any, size: int) -> None:
        super().__init__(rows, size)
        self._rows: QuerySet[Any] = rows

    def held(self) -> Iterator[int]:
        """The parts that hold something: one look at an index for each of them."""
        number = 0
        while (found := self._from(number * self.per_page)) is not None:
            number = found // self.per_page + 1
            yield number

    def page(self, number: int | str) -> Page[Any]:
        """One part. Raises PageNotAnInteger, and EmptyPage for one that holds nothing."""
        try:
            part = int(number)
        except ValueError as error:
            raise PageNotAnInteger("no number") from error
        first = (part - 1) * self.per_page
        found = self._from(first) if 0 < part <= MOST_PARTS else None
        if found is None or found >= first + self.per_page:
            raise EmptyPage("nothing in it")
        rows = self._rows.filter(pk__gte=first, pk__lt=first + self.per_page)
        return Page(rows, part, self)

    def _from(self, number: int) -> int | None:
        """The first key that is no less."""
        found: int | None = (
            self._rows.filter(pk__gte=number).order_by("pk").values_list("pk", flat=True).first()
        )
        return found


class SitemapByNumber(OurSitemap):
    """One of so many rows that nobody counts them; ``items`` is a query by primary key."""

    @property
    def paginator(self) -> ByNumber:
        """Its parts."""
        return ByNumber(self.items(), self.limit)

    def part_numbers(self) -> Iterable[int]:
        """Those of its parts that hold something."""
        return self.paginator.held()

"""How many articles readers can open, by category and by month.

Counting looks at every article, so a number is kept until somebody changes what is published: each
such act leaves an entry in Wagtail's log, and its latest number is part of the key. What leaves no
entry there (a merge under way, a load of test articles) shows within a minute.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Max
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.crypto import salted_hmac
from wagtail.models import PageLogEntry

from cms.core.page_cache import tags, versions
from news.models import ArticlePage, Category
from news.tag_names import ARTICLES, CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from django.db.models import QuerySet

SECONDS = 60
Told = TypeVar("Told")


@dataclass(frozen=True)
class Months:
    """How many articles each month of the site's zone has; months without one are not there."""

    of_month: dict[tuple[int, int], int]

    @property
    def years(self) -> dict[int, dict[int, int]]:
        """The months of each year with their counts, newest first."""
        found: dict[int, dict[int, int]] = {}
        for (year, month), number in sorted(self.of_month.items(), reverse=True):
            found.setdefault(year, {})[month] = number
        return found

    def total(self, year: int) -> int:
        """Of a whole year."""
        return sum(number for (y, _), number in self.of_month.items() if y == year)


def categories() -> list[Category]:
    """Every category by name, with ``article_count`` and ``latest_id``, its newest article's.

    A category with others below it counts what is under any of them, each article once.
    """
    tags.show(CATEGORIES)
    found = list(Category.objects.all())
    families = {row.pk: [row.pk] for row in found}
    for row in found:
        if row.parent_id in families:
            families[row.parent_id].append(row.pk)
    told = remembered(f"categories {sorted(families.items())}", lambda: _by_family(families))
    for row in found:
        row.article_count, row.latest_id = told[row.pk]
    return found


def categories_in_use() -> list[Category]:
    """Those that have an article to show."""
    return [row for row in categories() if row.article_count]


def months() -> Months:
    """How many articles were published in each month."""
    return remembered(f"months {timezone.get_current_timezone_name()}", _by_month)


def of(what: str, articles: QuerySet[Any]) -> int:
    """How many a query finds; ``what`` names it."""
    return remembered(f"of {what}", articles.count)


def remembered(what: str, ask: Callable[[], Told]) -> Told:
    """What was found last time, if nothing was published since."""
    tags.show(ARTICLES)
    latest = PageLogEntry.objects.aggregate(latest=Max("pk"))["latest"]
    # What leaves no entry there touches the pages that count.
    latest = f"{latest} {versions.latest(ARTICLES, CATEGORIES)}"
    key = f"counts.{salted_hmac('news.counts', f'{what} {latest}', algorithm='sha256').hexdigest()}"
    found: Told | None = cache.get(key)
    if found is None:
        found = ask()
        cache.set(key, found, SECONDS)
    return found


def _by_family(families: dict[int, list[int]]) -> dict[int, tuple[int, int | None]]:
    shown = ArticlePage.objects.live().public().order_by()
    rows = shown.values("categories").annotate(number=Count("pk"), at=Max("first_published_at"))
    alone = {row["categories"]: (row["number"], row["at"]) for row in rows}
    numbers = {pk: alone.get(pk, (0, None))[0] for pk in families}
    newest: dict[int, datetime] = {}
    for pk, members in families.items():
        times = [at for member in members if (at := alone.get(member, (0, None))[1])]
        if times:
            newest[pk] = max(times)
        if len(members) > 1:
            filed = {"categories__in": members}
            numbers[pk] = shown.filter(**filed).aggregate(n=Count("pk", distinct=True))["n"]
    latest = _latest(families, newest)
    return {pk: (numbers[pk], latest.get(pk)) for pk in families}


def _latest(families: dict[int, list[int]], newest: dict[int, datetime]) -> dict[int, int]:
    """The article of each category that was published at its newest time."""
    rows = (
        ArticlePage.objects.live()
        .public()
        .filter(first_published_at__in=set(newest.values()))
        .order_by("pk")
        .values_list("pk", "first_published_at", "categories")
    )
    of_member: dict[tuple[int | None, datetime], int] = {
        (category, at): pk for pk, at, category in rows
    }
    found: dict[int, int] = {}
    for pk, at in newest.items():
        members: Collection[int] = families[pk]
        # None where it was taken back since it was counted; the page is made anew at once.
        if there := [of_member[m, at] for m in members if (m, at) in of_member]:
            found[pk] = max(there)
    return found


def _by_month() -> Months:
    rows = (
        ArticlePage.objects.live()
        .public()
        .exclude(first_published_at=None)
        .order_by()
        .annotate(month=TruncMonth("first_published_at"))
        .values_list("month")
        .annotate(number=Count("pk"))
    )
    numbers: Counter[tuple[int, int]] = Counter()
    for month, number in rows:
        numbers[month.year, month.month] += number
    return Months(dict(numbers))

"""What search engines are told: every page that all readers can open, and what is news.

``/sitemap.xml`` names the parts, each of which a crawler may fetch again when it has changed.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote

from django.conf import settings
from django.contrib.sitemaps import views as django_views
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe
from taggit.models import Tag
from wagtail.contrib.sitemaps import Sitemap as PageSitemap
from wagtail.models import Site, get_page_models

from advocacy.page_tags import LISTS
from advocacy.sitemaps import SITEMAPS as ADVOCACY
from cms.core.models import SiteSettings
from cms.core.page_cache import tags
from cms.core.sitemaps import OurSitemap, SitemapByNumber
from cms.core.xml_text import writable
from news import counts
from news.models import ArticlePage, Author, Source
from news.tag_names import ARTICLES, CATEGORIES, FILING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

# What Google takes for news: https://developers.google.com/search/docs/crawling-indexing/sitemaps
NEWS_LASTS = timedelta(hours=48)
NEWS_AT_MOST = 1000
# Seconds for which a shared cache may answer for us.
MAX_AGE = 300


class _Row(TypedDict):
    url_path: str
    last_published_at: datetime | None


class ArticleSitemap(SitemapByNumber):
    """The articles, a few thousand to a part."""

    def __init__(self, site: Site) -> None:
        self._root = site.root_page

    def items(self) -> QuerySet[ArticlePage, _Row]:
        """Of each article no more than where it is and when it changed."""
        rows: QuerySet[ArticlePage, _Row] = (
            ArticlePage.objects.live()
            .public()
            .descendant_of(self._root)
            .order_by("pk")
            .values("url_path", "last_published_at")
        )
        return rows

    def location(self, item: _Row) -> str:
        """Its address, below the site's root page."""
        return _below(self._root.url_path, item["url_path"])

    def lastmod(self, item: _Row) -> datetime | None:
        """When it last changed for readers."""
        return item["last_published_at"]

    def get_latest_lastmod(self) -> None:
        """Not told: to know it of each part is to look at every article."""


class OtherPagesSitemap(PageSitemap):
    """The front page, the lists, the categories and the pages about the newsroom: a few."""

    limit = OurSitemap.limit

    def items(self) -> Any:
        """Those that are no article, found by what they are."""
        others = [model for model in get_page_models() if model is not ArticlePage]
        return super().items().exact_type(*others)

    def part_numbers(self) -> Iterable[int]:
        """All; there is a front page."""
        return self.paginator.page_range


class _InUse(SitemapByNumber):
    """Things that have an article which every reader can open, by the link that says so."""

    def __init__(self, things: QuerySet[Any], link: str) -> None:
        self._things, self._link = things, link

    def items(self) -> QuerySet[Any]:
        """The things."""
        shown = ArticlePage.objects.live().public().filter(**{self._link: OuterRef("pk")})
        return self._things.filter(Exists(shown)).order_by("pk")

    def location(self, item: Any) -> str:
        """Its page."""
        if isinstance(item, Tag):
            return reverse("tag", args=[item.slug])
        address: str = item.get_absolute_url()
        return address


class ArchiveSitemap(OurSitemap):
    """The archive, its years and its months."""

    def __init__(self, articles: ArticleSitemap) -> None:
        self._articles = articles

    def items(self) -> list[str]:
        """Those that have an article."""
        found = counts.months()
        if not found.of_month:
            return []
        months = [f"/archive/{year}/{month:02}/" for year, month in sorted(found.of_month)]
        return ["/archive/", *(f"/archive/{year}/" for year in sorted(found.years)), *months]

    def location(self, item: str) -> str:
        """Itself."""
        return item

    def part_numbers(self) -> Iterable[int]:
        """One, if there is an article: nothing is counted by month to know that."""
        return [1 for _ in islice(self._articles.part_numbers(), 1)]


def _parts(request: HttpRequest) -> dict[str, Any]:
    tags.show(ARTICLES, CATEGORIES, FILING, *LISTS)
    site = Site.find_for_request(request) or Site.objects.get(is_default_site=True)
    articles = ArticleSitemap(site)
    return {
        "pages": OtherPagesSitemap(request),
        "articles": articles,
        "archive": ArchiveSitemap(articles),
        "sources": _InUse(Source.objects.all(), "source"),
        "tags": _InUse(Tag.objects.all(), "tagged_items__tag"),
        "authors": _InUse(Author.objects.all(), "article_authors__author"),
        **{name: part() if isinstance(part, type) else part for name, part in ADVOCACY.items()},
    }


@require_safe
@conditional_page
def index(request: HttpRequest) -> HttpResponse:
    """The parts that hold something, each with when it last changed where that is known."""
    parts = []
    for name, part in _parts(request).items():
        address = settings.SITE_URL + reverse("sitemap_section", args=[name])
        changed = part.get_latest_lastmod() if isinstance(part, OurSitemap) else None
        parts += [
            {"location": address if number == 1 else f"{address}?p={number}", "last_mod": changed}
            for number in part.part_numbers()
        ]
    return _as_sitemap(
        render(request, "sitemap_index.xml", {"sitemaps": parts}, content_type="application/xml")
    )


@require_safe
@conditional_page
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One part."""
    parts = _parts(request)
    if section not in parts:
        raise Http404
    response: HttpResponse = django_views.sitemap(request, {section: parts[section]}, section)
    return _as_sitemap(response)


@require_safe
@conditional_page
def news(request: HttpRequest) -> HttpResponse:
    """The articles of the last 48 hours, as news search engines take them."""
    tags.show(ARTICLES)
    site = Site.find_for_request(request) or Site.objects.get(is_default_site=True)
    since = timezone.now() - NEWS_LASTS
    rows: Sequence[dict[str, Any]] = (
        ArticlePage.objects.live()
        .public()
        .descendant_of(site.root_page)
        .filter(first_published_at__gt=since)
        .newest()
        .values("title", "url_path", "first_published_at")[:NEWS_AT_MOST]
    )
    context = {
        "publication": writable(SiteSettings.for_site(site).site_name),
        "language": settings.LANGUAGE_CODE.split("-")[0],
        "articles": [
            {
                "location": settings.SITE_URL + _below(site.root_page.url_path, row["url_path"]),
                "title": writable(row["title"]),
                "published_at": row["first_published_at"],
            }
            for row in rows
        ],
    }
    response = render(request, "news/news_sitemap.xml", context, content_type="application/xml")
    return _as_sitemap(response)


def _below(root: str, url_path: str) -> str:
    return "/" + quote(url_path.removeprefix(root))


def _as_sitemap(response: HttpResponse) -> HttpResponse:
    # A sitemap is for crawlers and is itself no search result.
    response.headers["X-Robots-Tag"] = "noindex"
    # The date of the newest page does not move when one is taken back.
    response.headers.pop("Last-Modified", None)
    patch_cache_control(response, public=True, max_age=MAX_AGE)
    return response

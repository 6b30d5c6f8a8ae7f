"""Pages that lead readers on: the archive, and what a source, a tag or an author has.

Each lists live articles that every reader can open, newest first. Of a source or a tag there is a
page only while it has one: the names of drafts' sources and of pictures' tags are nobody's business.
"""

from __future__ import annotations

import calendar
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_safe
from taggit.models import Tag

from cms.core import kept_pages
from cms.core.models import SiteSettings
from news import counts, former_slugs
from news.models import ArticlePage, Author, Source
from news.models.articles import ArticleQuerySet
from news.paging import NewestFirst

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.paginator import Page
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


def _kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """The view, which a process answers with the page that it made before; each host has its own."""

    @wraps(view)
    def answer(request: HttpRequest, **named: str) -> HttpResponseBase:
        key = ("browsing", request.get_host())
        return kept_pages.page(request, key, lambda: view(request, **named))

    return answer


@require_safe
@_kept
def archive(request: HttpRequest) -> HttpResponse:
    """Every year with its months."""
    found = counts.months()
    years = [
        {"year": year, "count": found.total(year), "months": _months_of(found, year)}
        for year in found.years
    ]
    head = _head(
        "Archive", f"Everything that {_site(request)} has published, by month.", "/archive/"
    )
    return render(request, "news/archive.html", {"years": years, "head": head})


@require_safe
@_kept
def archive_year(request: HttpRequest, year: str) -> HttpResponse:
    """The articles of a year."""
    found, number = counts.months(), int(year)
    if number not in found.years:
        raise Http404
    return _listing(
        request,
        _published(_first(number, 1), _first(number + 1, 1)),
        what=f"year {number}",
        known=found.total(number),
        path=f"/archive/{number}/",
        title=str(number),
        description=f"What was published in {number}.",
        label="Archive",
        label_address="/archive/",
        dated_here=True,
        months=_months_of(found, number),
    )


@require_safe
@_kept
def archive_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    """The articles of a month; a month without one, between two that have some, is a page too."""
    found, at = counts.months(), (int(year), int(month))
    if not found.of_month or not 1 <= at[1] <= 12:
        raise Http404
    if not min(found.of_month) <= at <= max(found.of_month):
        raise Http404
    name = f"{calendar.month_name[at[1]]} {at[0]}"
    after = _first(at[0] + at[1] // 12, at[1] % 12 + 1)
    return _listing(
        request,
        _published(_first(*at), after),
        what=f"month {at}",
        known=found.of_month.get(at, 0),
        path=f"/archive/{at[0]}/{at[1]:02}/",
        title=name,
        description=f"What was published in {name}.",
        label=f"Archive, {at[0]}",
        label_address=f"/archive/{at[0]}/" if at[0] in found.years else "/archive/",
        dated_here=True,
        **_neighbours(found, at),
    )


@require_safe
@_kept
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """The articles that start from stories of one source."""
    shown = Source.objects.filter(slug=slug).first() if "\x00" not in slug else None
    if shown is None:
        return former_slugs.redirect(request, kind="source", slug=slug)
    return _listing(
        request,
        _public().filter(source=shown),
        what=f"source {shown.pk}",
        path=shown.get_absolute_url(),
        title=shown.name,
        description=f"What {_site(request)} made of stories by {shown.name}.",
        label="Source",
        outside=shown.home_page,
        may_be_empty=False,
    )


@require_safe
@_kept
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The articles that carry one tag."""
    shown = Tag.objects.filter(slug=slug).first() if "\x00" not in slug else None
    if shown is None:
        return former_slugs.redirect(request, kind="tag", slug=slug)
    return _listing(
        request,
        _public().tagged(shown),
        what=f"tag {shown.pk}",
        path=f"/tags/{escape_uri_path(shown.slug)}/",
        title=shown.name,
        description=f"Articles about {shown.name}.",
        label="Tag",
        may_be_empty=False,
    )


@require_safe
@_kept
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Who somebody is, and what they wrote up."""
    shown = Author.objects.select_related("picture").filter(slug=slug).first()
    if shown is None:
        return former_slugs.redirect(request, kind="author", slug=slug)
    return _listing(
        request,
        _public().written_by(shown),
        what=f"author {shown.pk}",
        path=shown.get_absolute_url(),
        title=shown.name,
        description=shown.introduction or f"Articles by {shown.name}.",
        label="Author",
        author=shown,
        introduction=shown.introduction,
    )


def _listing(
    request: HttpRequest,
    articles: ArticleQuerySet,
    *,
    what: str,
    path: str,
    title: str,
    description: str,
    known: int | None = None,
    may_be_empty: bool = True,
    **shown: Any,
) -> HttpResponse:
    paginator = NewestFirst(articles, what=what, known=known)
    if not paginator.count and not may_be_empty:
        raise Http404
    on_page: Page[Any] = paginator.get_page(request.GET.get("page"))
    head = _head(title, description, path)
    if on_page.number > 1:
        head["title"] += f", page {on_page.number}"
        head["canonical"] += f"?page={on_page.number}"
    # An empty page is for whoever has its address, and nothing to be found.
    head["noindex"] = not paginator.count
    return render(
        request,
        "news/listing.html",
        {"title": title, "articles": on_page, "count": paginator.count, "head": head, **shown},
    )


def _public() -> ArticleQuerySet:
    return cast("ArticleQuerySet", ArticlePage.objects.live().public())


def _first(year: int, month: int) -> datetime:
    """The midnight with which a month begins, in the site's zone."""
    return datetime(year, month, 1, tzinfo=timezone.get_current_timezone())


def _published(since: datetime, before: datetime) -> ArticleQuerySet:
    return _public().filter(first_published_at__gte=since, first_published_at__lt=before)


def _months_of(found: counts.Months, year: int) -> list[dict[str, Any]]:
    return [
        {
            "name": calendar.month_name[month],
            "count": number,
            "address": f"/archive/{year}/{month:02}/",
        }
        for month, number in found.years[year].items()
    ]


def _neighbours(found: counts.Months, at: tuple[int, int]) -> dict[str, Any]:
    """The next months that have something, before and after."""
    before = max((other for other in found.of_month if other < at), default=None)
    after = min((other for other in found.of_month if other > at), default=None)
    return {
        name: {
            "name": f"{calendar.month_name[other[1]]} {other[0]}",
            "address": f"/archive/{other[0]}/{other[1]:02}/",
        }
        for name, other in (("earlier", before), ("later", after))
        if other
    }


def _site(request: HttpRequest) -> str:
    return str(SiteSettings.for_request(request).site_name)


def _head(title: str, description: str, path: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "canonical": f"{settings.SITE_URL}{path}",
        "image": None,
        "type": "website",
    }

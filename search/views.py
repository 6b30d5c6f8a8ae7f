"""The search page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from news import counts
from news.models import ArticlePage, Category
from search.queries import LONGEST_QUERY, clean_query

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

RESULTS_A_PAGE = 10


def filed_under(category: Category) -> QuerySet[Any]:
    """The ids of a category's articles: an ``Exists`` is no filter that search understands."""
    through = ArticlePage.categories.through.objects
    ids: QuerySet[Any] = through.filter(category_id__in=category.family).values("articlepage_id")
    return ids


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Articles that hold every word of ``q``, in ``category`` where one is given."""
    asked = request.GET.get("q", "")
    query = clean_query(asked)
    categories = counts.categories_in_use()
    category = next((c for c in categories if c.slug == request.GET.get("category")), None)
    results: PageOfResults[Any] | None = None
    if query:
        articles = ArticlePage.objects.live().public().for_cards()
        backend = "default"
        if category:
            articles = articles.filter(pk__in=filed_under(category))
            # A search server knows no filter on what an article is related to.
            backend = "database" if "database" in settings.WAGTAILSEARCH_BACKENDS else "default"
        found = articles.search(query, operator="and", backend=backend)
        results = Paginator(found, RESULTS_A_PAGE).get_page(request.GET.get("page"))
    response = render(
        request,
        "search/search.html",
        {
            "query": query,
            "shortened": len(asked) > LONGEST_QUERY,
            "results": results,
            "result_count": results.paginator.count if results else 0,
            "categories": categories,
            "category": category,
            "head": {
                "title": f"Search: {query}" if query else "Search",
                "description": "Search all articles.",
                "canonical": f"{settings.SITE_URL}/search/",
                "image": None,
                "type": "website",
            },
        },
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response

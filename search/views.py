"""The search page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from news.models import ArticlePage, Category
from search.queries import LONGEST_QUERY, clean_query

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

RESULTS_A_PAGE = 10


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Articles that hold every word of ``q``, in ``category`` where one is given."""
    asked = request.GET.get("q", "")
    query = clean_query(asked)
    categories = list(Category.objects.in_use())
    category = next((c for c in categories if c.slug == request.GET.get("category")), None)
    results: PageOfResults[Any] | None = None
    if query:
        articles = ArticlePage.objects.live().public().for_cards()
        if category:
            articles = articles.in_category(category)
        found = articles.search(query, operator="and")
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

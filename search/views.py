"""The search page, and what it suggests while somebody types."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.core.page_cache import tags
from news.counts import categories_in_use
from news.tag_names import ARTICLES, CATEGORIES
from search import finding, results
from search.asked import RESULTS_A_PAGE, Asked, read
from search.engine import COUNTED, REACHABLE
from search.promotions import promoted
from search.suggestions import suggest

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Seconds for which a browser, and nobody else, may show what it was told.
SUGGESTIONS_KEPT = 4


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was found, or where to begin."""
    asked = read(request.GET)
    context: dict[str, Any] = {
        "asked": asked,
        "shortened": asked.query.shortened,
        "head": {
            "title": f"Search: {asked.query}" if asked.query.terms else "Search",
            "description": "Search articles, representatives and petitions.",
            "canonical": f"{settings.SITE_URL}/search/",
            "image": None,
            "type": "website",
        },
    }
    if not asked.is_blank:
        context |= _found(asked)
        context["promoted"] = promoted(asked.query) if asked.page == 1 else []
    if not context.get("total"):
        tags.show(ARTICLES, CATEGORIES)
        context["categories"] = categories_in_use()
    response = render(request, "search/search.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _found(asked: Asked) -> dict[str, Any]:
    """What the page says of the results."""
    first = (asked.page - 1) * RESULTS_A_PAGE
    until = finding.patience()
    answer = finding.search(replace(asked.search, start=first), until)
    found = answer.found
    if first and not found.hits and found.total:
        # Beyond the last page stands the last one.
        last = max(min(found.total, REACHABLE) - 1, 0) // RESULTS_A_PAGE
        asked.page = last + 1
        answer = finding.search(replace(asked.search, start=last * RESULTS_A_PAGE), until)
        found = answer.found
    pages = Paginator(range(min(found.total, REACHABLE)), RESULTS_A_PAGE)
    return {
        "answer": answer,
        "total": found.total,
        "results": results.results(found.hits),
        "tabs": results.tabs(asked, found),
        "facets": results.facets(asked, found.facets),
        "bounded": found.bounded,
        "counted": COUNTED,
        "page_of": Page(found.hits, asked.page, pages),
        "looked_at": found.looked_at,
        "unreachable": found.total > REACHABLE or found.bounded,
        "reachable": REACHABLE,
        "newer": asked.address(page=asked.page - 1),
        "older": asked.address(page=asked.page + 1),
        "meant": asked.address(q=answer.did_you_mean) if answer.did_you_mean else "",
        "narrowed": bool(asked.filters.groups or asked.filters.since or asked.filters.until),
    }


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Titles, categories and names that begin as ``q`` does, as JSON."""
    found = suggest(request.GET.get("q", ""))
    response = JsonResponse({"suggestions": [asdict(one) for one in found]})
    response.headers["X-Robots-Tag"] = "noindex"
    # Letters that are typed and taken back ask again; what is taken back is gone within seconds.
    response.headers["Cache-Control"] = f"private, max-age={SUGGESTIONS_KEPT}"
    return response

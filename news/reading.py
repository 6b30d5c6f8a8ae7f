"""An article at its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve

from news.models import ArticlePage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve an article as Wagtail does, without the walk from the root down to it.

    That walk asks for each page on the way twice. What is not found here at once (the index has
    another address, the page is a draft, there is none) is left to it.
    """
    path = f"news/{slug}/"
    if site := Site.find_for_request(request):
        page = (
            ArticlePage.objects.for_address()
            .live()
            .filter(slug=slug, url_path=f"{_root_path(site)}{path}")
            .first()
        )
        if page is not None:
            # Where Wagtail keeps the page that it found for a request.
            request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]
    response: HttpResponse = serve(request, path)
    return response


def _root_path(site: Site) -> str:
    """Where the pages of a site begin in the tree, as Wagtail remembers it; else it walks there."""
    paths = {root.site_id: str(root.root_path) for root in Site.get_site_root_paths()}
    return paths.get(site.pk, "")

"""From addresses that are gone to where things are now, in one step and never in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.encoding import uri_to_iri
from wagtail.contrib.redirects.middleware import RedirectMiddleware as WagtailsMiddleware
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from wagtail.models import Page

# Redirects that lead to redirects are followed so far; a longer chain is somebody's mistake.
MOST_STEPS = 10
# What Wagtail's table holds.
LONGEST = 255


class RedirectMiddleware(WagtailsMiddleware):
    """Wagtail's, except where it would send readers in a circle or to what is not there."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The redirect for an address without a page; the answer as it was where there is none."""
        if response.status_code != 404:
            return response
        found = find(request)
        if found is None:
            return response
        link, permanent = found
        return (HttpResponsePermanentRedirect if permanent else HttpResponseRedirect)(link)


def find(request: HttpRequest) -> tuple[str, bool] | None:
    """Where the address of a request leads, and whether for good."""
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    seen: set[str] = set()
    permanent = True
    end: str | None = None
    for _ in range(MOST_STEPS):
        redirect = _of(request, path)
        if redirect is None:
            return (end, permanent) if end else None
        seen.add(uri_to_iri(path))
        link = _link(redirect)
        if link is None:
            return None
        permanent = permanent and redirect.is_permanent
        end = link
        if redirect.redirect_page_id or not _is_ours(link):
            return end, permanent
        path = Redirect.normalise_path(_path_of(link), decode_unicode=False)
        if uri_to_iri(path) in seen:
            return None
    return None


def _of(request: HttpRequest, path: str) -> Redirect | None:
    for candidate in dict.fromkeys((path, path.partition("?")[0])):
        decoded = uri_to_iri(candidate)
        if "\x00" in decoded or "%00" in candidate or len(decoded) > LONGEST:
            continue
        if (redirect := get_redirect(request, candidate)) is not None:
            return redirect
    return None


def _link(redirect: Redirect) -> str | None:
    """Nothing where the page is not live: its own address may be what was asked for."""
    page: Page | None = redirect.redirect_page
    if page is not None and not page.live:
        return None
    link: str | None = redirect.link
    return link or None


def _is_ours(link: str) -> bool:
    return link.startswith(f"{settings.SITE_URL}/") or (
        link.startswith("/") and not link.startswith("//")
    )


def _path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

"""Which of Wagtail's sites a request is for, without asking the database each time, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from wagtail.models import Site

from cms.core import fragments
from cms.core.page_cache import tags, versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound="Callable[..., Any]")
# The change of every page after which this process asked last where sites begin; 0: not known.
_forgotten_at = 0


def of_no_site(view: View) -> View:
    """Mark a view that answers alike on every site, also while the database is away."""
    view.of_no_site = True  # type: ignore[attr-defined]
    return view


class SiteMiddleware:
    """Leaves the site where Wagtail looks for it first. Behind what refuses unknown hosts.

    It also notes the generation before anything is read: Wagtail finds a page, and a moment later
    somebody asks whether what was made of it is still good.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.generation = versions.now()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Once it is known who answers."""
        if getattr(view, "of_no_site", False):
            return
        _forget_root_paths()
        request._wagtail_site = fragments.row(  # type: ignore[attr-defined]
            ("site", request.get_host(), request.get_port()),
            lambda: Site.find_for_request(request),
            since=request.generation,  # type: ignore[attr-defined]
        )


def _forget_root_paths() -> None:
    """Wagtail remembers for an hour where sites begin, and is told of a change in one process only."""
    global _forgotten_at
    changed_at = versions.latest(tags.SITE)
    if not changed_at or changed_at != _forgotten_at:
        Site.clear_site_root_paths_cache()
        _forgotten_at = changed_at

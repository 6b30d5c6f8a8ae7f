"""Which of Wagtail's sites a request is for, without asking the database each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import Site

from cms.core import fragments

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


def site_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Leave the site where Wagtail looks for it first. Behind what refuses unknown hosts."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        found = fragments.row(
            ("site", request.get_host(), request.get_port()),
            lambda: Site.find_for_request(request),
        )
        request._wagtail_site = found  # type: ignore[attr-defined]
        return get_response(request)

    return middleware

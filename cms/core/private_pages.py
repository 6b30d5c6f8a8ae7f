"""Pages with a form: kept by no cache, and naming themselves to nobody.

Their addresses may hold a key (a link from a mail), so they are sent with ``no-referrer``. Under
that policy browsers write ``Origin: null`` on the form, which Django takes for a stranger's page.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, cast

from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class OwnFormMiddleware(CsrfViewMiddleware):
    """Django's protection, token and all, that knows a form of ours sent without an origin."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.headers.get("Origin") == "null":
            # Browsers that send this header cannot be made to lie in it.
            return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        return bool(super()._origin_verified(request))  # type: ignore[misc]


_protect = decorator_from_middleware(OwnFormMiddleware)


def private_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Protect a view's form, and forbid storing and naming its page."""
    protected = _protect(view)

    @csrf_exempt  # From the middleware for all; ``protected`` asks for the same token.
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = cast("HttpResponse", protected(request, *args, **kwargs))
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped

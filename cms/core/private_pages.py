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


def _private(
    view: Callable[..., HttpResponse], *, one_click_allowed: bool = False
) -> Callable[..., HttpResponse]:
    protected = _protect(view)

    @csrf_exempt  # From the middleware for all; ``protected`` asks for the same token.
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        # A mail program that ends a list for its user (RFC 8058) has no page and no cookie. What
        # lets it is the key in the address, which no other site has.
        one_click = request.method == "POST" and (
            one_click_allowed and request.POST.get("List-Unsubscribe") == "One-Click"
        )
        answer = view if one_click else protected
        response = cast("HttpResponse", answer(request, *args, **kwargs))
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return wrapped


def private_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Protect a view's form, and forbid storing and naming its page."""
    return _private(view)


def one_click_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A private page whose address holds a key, and which mail programs may post to."""
    return _private(view, one_click_allowed=True)

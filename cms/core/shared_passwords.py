"""Pages and documents behind a password that several people share, and that nobody guesses quickly.

Wagtail's own views take as many guesses as somebody sends.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from wagtail import views as wagtail_views
from wagtail.documents.views import serve as wagtail_documents

from cms.core.limits import client_network, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# By network alone: counted over all of them, strangers could close the door for everybody. An
# office of people who all have the password shares one.
RATE = "30/15m"


def _slowly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def counting(request: HttpRequest, **which: int) -> HttpResponse:
        who = client_network(request)
        if request.method == "POST" and not within(
            request, what="shared_password", who=who, rate=RATE
        ):
            return render(request, "too_many_guesses.html", status=429)
        return view(request, **which)

    return never_cache(counting)


for_page = _slowly(wagtail_views.authenticate_with_password)
for_documents = _slowly(wagtail_documents.authenticate_with_password)

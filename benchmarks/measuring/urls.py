"""The site's addresses, and before them two whose view returns ready bytes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.measuring.ready import BODY
from cms import urls

handler404, handler500 = urls.handler404, urls.handler500


def ready(request: HttpRequest) -> HttpResponse:
    """What Django costs when a view does nothing."""
    return HttpResponse(BODY, headers={"Content-Length": str(len(BODY))})


# The first is asked without middleware, the second with that of the site.
urlpatterns = [path("_floor/django/", ready), path("_floor/middleware/", ready), *urls.urlpatterns]

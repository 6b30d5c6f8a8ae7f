"""Who asks how this process is asks the machine, not the site: by an address, or a service's name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def by_any_name(application: WSGIApplication) -> WSGIApplication:
    """The application, whose health and figures may be asked for under a host that is not ours.

    Its answers say nothing of the site, and nothing in them is made of the host. A container's own
    check, a proxy, most balancers and Prometheus cannot know the site's name, or cannot send it.
    """
    ours = urlsplit(settings.SITE_URL).netloc

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PATHS:
            environ["HTTP_HOST"] = ours
        return application(environ, start_response)

    return answer

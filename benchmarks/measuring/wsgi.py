"""The site's WSGI application, with the floors beside it in the same processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

from benchmarks.measuring.ready import BODY, KEPT
from cms.core.page_cache.wsgi import PageCache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.measuring.settings")

site = get_wsgi_application()
kept = PageCache(site)
with override_settings(MIDDLEWARE=[]):
    django = WSGIHandler()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Ready bytes from here, from Django without middleware, or whatever the site answers.

    The site's own pages are made anew each time; below ``KEPT`` they come from the page cache.
    """
    address = environ["PATH_INFO"]
    if address == "/_floor/wsgi/":
        start_response("200 OK", [("Content-Length", str(len(BODY)))])
        return [BODY]
    if address.startswith(KEPT):
        environ["PATH_INFO"] = address.removeprefix(KEPT)
        return kept(environ, start_response)
    return (django if address == "/_floor/django/" else site)(environ, start_response)

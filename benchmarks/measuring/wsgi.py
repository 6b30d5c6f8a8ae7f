"""The site's WSGI application, with the floors beside it in the same processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

from benchmarks.measuring.ready import BODY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.measuring.settings")

site = get_wsgi_application()
with override_settings(MIDDLEWARE=[]):
    django = WSGIHandler()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Ready bytes from here, from Django without middleware, or whatever the site answers."""
    address = environ["PATH_INFO"]
    if address == "/_floor/wsgi/":
        start_response("200 OK", [("Content-Length", str(len(BODY)))])
        return [BODY]
    return (django if address == "/_floor/django/" else site)(environ, start_response)

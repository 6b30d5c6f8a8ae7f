"""Answers that belong to no page: health, robots, errors."""

from __future__ import annotations

import errno
import posixpath
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db import Error, connection
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve as static_serve

from cms.core import replica
from cms.core.sites import of_no_site

if TYPE_CHECKING:
    from django.http import HttpRequest


@of_no_site
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@of_no_site
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process and its database answer; 503 where the database does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("database unreachable", status=503, content_type="text/plain")
    # Nothing is asked of it here: without it, the site serves as well.
    told = "ok, without the database's replica" if replica.is_away() else "ok"
    return HttpResponse(told, content_type="text/plain")


@of_no_site
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers may read."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /search/",
        "Disallow: /subscribe/",
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        f"Sitemap: {settings.SITE_URL}/news-sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness, as RFC 9116 has it."""
    expires = timezone.now() + timedelta(days=180)
    lines = [
        f"Contact: mailto:{parseaddr(settings.SECURITY_CONTACT)[1]}",
        f"Expires: {expires.strftime('%Y-%m-%dT00:00:00Z')}",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "Preferred-Languages: en",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection ran out: say how to send it again without losing what was typed."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


# Where pictures lie below MEDIA_ROOT. Beside them lie documents, of which not all are for everybody:
# these have one address, which asks.
PICTURES = ("images/", "original_images/")


@of_no_site
@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded picture, where no web server in front of this one serves them."""
    if not posixpath.normpath(path).lstrip("/").startswith(PICTURES):
        raise Http404
    try:
        response: FileResponse = static_serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except SuspiciousFileOperation as error:
        # Somebody tries names outside of the folder: that is no fault of ours to be logged.
        raise Http404 from error
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise Http404 from error
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # Whatever was uploaded, it is never run as a page of ours.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke; the page asks nothing of the database."""
    return HttpResponse(render_to_string("500.html"), status=500)


@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """For an open editor: still logged in, as whom, and the token that its form needs now."""
    return JsonResponse({"user": request.user.get_username(), "token": get_token(request)})

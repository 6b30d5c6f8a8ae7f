"""Answers that belong to no page: health, robots, errors, uploads."""

from __future__ import annotations

import mimetypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import DjangoAssertNumQueries, Settings

from cms import urls as site_urls
from cms.core import probes, processes, views
from cms.core.apps import know_pictures
from cms.core.page_cache.wsgi import PageCache
from tests.core.test_environment import PRODUCTION

ROOT = Path(__file__).parents[2]


def breaks(request: HttpRequest) -> HttpResponse:
    """A view with a fault."""
    raise RuntimeError("on purpose")


urlpatterns = [path("breaks/", breaks), *site_urls.urlpatterns]
handler404, handler500 = site_urls.handler404, site_urls.handler500


# Health -------------------------------------------------------------------------------------------


def test_healthz_asks_nothing_of_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_asks_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_never_stored_and_never_written_to(client: Client, address: str) -> None:
    assert "no-store" in client.get(address).headers["Cache-Control"]
    assert client.post(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "web:8000", "172.30.0.5", "x y"])
@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", "200 OK"), ("/metrics", "200 OK"), ("/", "400 Bad Request")],
)
def test_health_is_asked_under_any_name_and_nothing_else_is(
    host: str, path: str, status: str, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = [urlsplit(settings.SITE_URL).hostname]
    settings.METRICS_TOKEN = "a-token-for-the-test-0123456789"
    environ = RequestFactory().get(path).environ | {
        "HTTP_HOST": host,
        "HTTP_AUTHORIZATION": f"Bearer {settings.METRICS_TOKEN}",
    }
    said: list[str] = []

    def start_response(
        status: str, headers: Any, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        said.append(status)
        return len

    application = probes.by_any_name(PageCache(WSGIHandler()))
    b"".join(application(environ, start_response))
    assert said == [status]


def test_pictures_have_a_type_where_the_machine_has_no_list_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What Python knows by itself.
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes())
    assert mimetypes.guess_type("a.webp") == (None, None)
    know_pictures()
    assert mimetypes.guess_type("a.webp") == ("image/webp", None)
    assert mimetypes.guess_type("a.avif") == ("image/avif", None)


ASK_WITHOUT_DATABASE = """
import django; django.setup()
from django.test import Client
client = Client(headers={"x-forwarded-proto": "https", "host": "news.example.org"})
for address in ("/healthz", "/readyz"):
    answer = client.get(address)
    print(answer.status_code, answer.content.decode())
"""


def test_readyz_says_503_while_the_database_is_away(tmp_path: Path) -> None:
    asked = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", ASK_WITHOUT_DATABASE],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **PRODUCTION,
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "DATABASE_URL": f"postgres://nobody@127.0.0.1:{processes.free_port()}/nothing",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert asked.stdout.splitlines() == ["200 ok", "503 database unreachable"], asked.stderr


# Robots -------------------------------------------------------------------------------------------


def test_robots_leads_to_the_sitemap_and_keeps_crawlers_from_what_is_no_content(
    client: Client, settings: Settings
) -> None:
    settings.SITE_URL = "https://news.example.org"
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response.headers["Content-Type"] == "text/plain"
    assert "Sitemap: https://news.example.org/sitemap.xml" in lines
    assert {"Disallow: /admin/", "Disallow: /search/", "Disallow: /subscribe/"} <= set(lines)


# Errors -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/no-such-page/", "/news/no-such-article/", "/categories/none/", "/%00/", "/a/b/c/"]
)
def test_a_page_that_is_not_there_offers_ways_on(
    client: Client, html_valid: Callable[[bytes], None], address: str
) -> None:
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"
    assert "This page is not here" in html
    assert 'action="/search/"' in html
    assert '<meta name="robots" content="noindex">' in html
    html_valid(response.content)


def test_something_that_breaks_asks_nothing_of_the_database(
    client: Client, settings: Settings, html_valid: Callable[[bytes], None]
) -> None:
    # Without the mark django_db any query would fail here.
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    response = client.get("/breaks/")
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content
    assert "Content-Security-Policy" in response.headers
    html_valid(response.content)


@pytest.mark.django_db
def test_a_form_whose_protection_ran_out_says_how_to_send_it_again(
    html_valid: Callable[[bytes], None],
) -> None:
    response = Client(enforce_csrf_checks=True).post("/subscribe/", {"email": "a@example.org"})
    assert response.status_code == 403
    assert b"Please send it once more" in response.content
    html_valid(response.content)


@pytest.mark.django_db
def test_the_reason_of_a_refused_form_is_not_told() -> None:
    request = RequestFactory().post("/subscribe/")
    CsrfViewMiddleware(lambda _: HttpResponse()).process_request(request)
    response = views.csrf_failure(request, reason="CSRF cookie not set.")
    assert b"CSRF" not in response.content


# Uploads ------------------------------------------------------------------------------------------


@pytest.fixture
def upload() -> str:
    """The name of a file that somebody uploaded."""
    return default_storage.save("original_images/page.html", ContentFile(b"<script>1</script>"))


def test_an_upload_can_be_kept_for_ever_and_never_runs(client: Client, upload: str) -> None:
    response = client.get(f"/media/{upload}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["", "original_images/", "none.png", "../manage.py", "%2e%2e/manage.py", "a%00b"]
)
def test_nothing_but_an_upload_is_served_below_media(client: Client, address: str) -> None:
    assert client.get(f"/media/{address}").status_code == 404


def test_an_upload_is_only_read(client: Client, upload: str) -> None:
    assert client.post(f"/media/{upload}").status_code == 405

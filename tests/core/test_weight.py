"""What a browser has to fetch: how much, in how many requests, and for how long it may keep it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client

from tests.factories.news import CategoryFactory
from tests.news.long_articles import complete_article

pytestmark = pytest.mark.django_db

BYTES_AT_MOST = 60_000
REQUESTS_AT_MOST = 4
# As browsers look for them: what a page loads by itself, pictures aside.
LOADED = re.compile(
    r'<(?:link rel="(?:stylesheet|preload|modulepreload)"|script)[^>]* (?:href|src)="([^"]+)"'
)
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?["']([^"']+)["']|@import|url\(["']?([^)"']+)""")


@pytest.fixture
def production(settings: Any, tmp_path: Path) -> Client:
    """A site whose own static files were collected as ``cms.settings.production`` has it."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    call_command("collectstatic", interactive=False, verbosity=0)
    return Client(headers={"accept-encoding": "br, gzip"})


def fetched(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, address
    response.whole = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    return response


def test_static_files_are_hashed_compressed_and_kept_for_good(production: Client) -> None:
    for name in ("css/site.css", "js/reader.js"):
        address = staticfiles_storage.url(name)
        assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", address)
        response = fetched(production, address)
        assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert response.headers["Content-Encoding"] == "br"
        assert "Accept-Encoding" in response.headers["Vary"]
        assert brotli.decompress(response.whole)
    # What a style sheet names is hashed, too.
    css = brotli.decompress(fetched(production, staticfiles_storage.url("css/site.css")).whole)
    assert re.search(rb"newsreader-latin\.[0-9a-f]{12}\.woff2", css)
    # A name without a hash may be another file tomorrow.
    assert "immutable" not in fetched(production, "/static/js/reader.js").headers["Cache-Control"]


@pytest.fixture
def addresses() -> dict[str, str]:
    page = complete_article(60)
    page.categories.set([CategoryFactory(slug="water")])
    page.save()
    return {"article": page.url, "home": "/", "category": "/categories/water/"}


def test_the_first_view_of_a_page_is_light_and_takes_few_requests(
    production: Client, addresses: dict[str, str]
) -> None:
    for name, address in addresses.items():
        response = production.get(address)
        assert response.status_code == 200
        html = response.content
        parts = sorted(set(LOADED.findall(html.decode())))
        weight = len(brotli.compress(html))
        for part in parts:
            answer = fetched(production, part)
            if part.endswith((".css", ".js")):
                weight += len(answer.whole)
                text = brotli.decompress(answer.whole).decode()
                inside = [a or b for a, b in IMPORTED.findall(text)] if part.endswith(".js") else []
                assert not inside, f"{part} loads more: {inside}"
        assert 1 + len(parts) <= REQUESTS_AT_MOST, (name, parts)
        assert weight <= BYTES_AT_MOST, (name, weight)

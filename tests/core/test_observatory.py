"""Headers, judged by the rules of MDN's HTTP Observatory: 100 is an A+, and 125 what we promise."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.functional.newsstand import open_newsstand

pytestmark = pytest.mark.django_db
TESTS = Path(__file__).parents[1]
RULES = TESTS.parent / "node_modules/@mdn/mdn-http-observatory"
HOST = "news.example.org"


@pytest.fixture
def in_production(settings: Settings) -> None:
    """What ``cms.settings.production`` has, as tests/core/test_settings.py shows, of what is judged."""
    settings.ALLOWED_HOSTS = [HOST]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    settings.CSRF_COOKIE_NAME = "__Host-csrftoken"


def judged(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The score of each page, and what changed it."""
    node = shutil.which("node")
    if not node or not RULES.exists():
        pytest.skip("headers are not judged: the Observatory's rules come through npm")
    # Its installer fetches the browsers' list of hosts; ours is on none of it.
    (RULES / "conf/hsts-preload.json").write_text("{}")
    done = subprocess.run(  # noqa: S603 - our own arguments
        [node, str(TESTS / "observatory.mjs")],
        input=json.dumps({"pages": pages}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def asked(path: str) -> dict[str, Any]:
    """A page as a scan would bring it."""
    plain = Client().get(path, headers={"Host": HOST})
    assert plain.headers["Location"] == f"https://{HOST}{path}"
    answer = Client().get(path, headers={"Host": HOST}, secure=True)
    return {
        "url": f"https://{HOST}{path}",
        "status": answer.status_code,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "cookies": [morsel.OutputString() for morsel in answer.cookies.values()],
        "body": answer.content.decode(),
        "redirect": plain.status_code,
    }


def test_the_four_pages_score_125_or_more(in_production: None) -> None:
    stand = open_newsstand()
    petition = stand.petition.get_absolute_url()
    paths = ["/", stand.article.url, petition, f"{petition}confirm/no-such-token/"]
    pages = [asked(path) for path in paths]
    assert pages[2]["cookies"]
    for path, found in zip(paths, judged(pages), strict=True):
        assert found["score"] >= 125, (path, found)


def test_the_rules_find_what_is_missing(in_production: None) -> None:
    page = asked("/")
    for name in ("content-security-policy", "strict-transport-security", "x-frame-options"):
        del page["headers"][name]
    (found,) = judged([page])
    assert found["score"] < 80

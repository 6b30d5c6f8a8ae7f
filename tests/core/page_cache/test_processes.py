"""The production server with two processes, and a third that changes something."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from cms.core import processes
from home import serving

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

ROOT = Path(__file__).parents[3]
CHANGE = """
from wagtail.models import Site
from cms.core.models import SiteSettings
said = SiteSettings.for_site(Site.objects.get())
said.site_name = "The Morning Paper"
said.save()
"""


@pytest.fixture
def environment(django_db_setup: None, tmp_path: Path) -> dict[str, str]:
    """As in production, with a migrated database in a folder of its own."""
    found = {
        **{k: v for k, v in os.environ.items() if k not in {"CACHE_URL", "TRUSTED_PROXIES"}},
        "DJANGO_SETTINGS_MODULE": "tests.faults.as_in_production",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdef",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{processes.free_port()}",
        "DEFAULT_FROM_EMAIL": "newsroom@news.example",
        "EMAIL_URL": "memorymail://",
        "SECURE_SSL_REDIRECT": "0",
        "LOG_LEVEL": "WARNING",
    }
    migrated = Path(connection.settings_dict["NAME"]).with_suffix(".pristine")
    shutil.copyfile(migrated, tmp_path / "db.sqlite3")
    return found


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(  # noqa: S603 - the command is our own
        [sys.executable, "manage.py", *arguments], check=True, cwd=ROOT, env=environment
    )


@pytest.fixture
def port(environment: dict[str, str], tmp_path: Path) -> Iterator[int]:
    """The port of the running server."""
    port = int(environment["SITE_URL"].rpartition(":")[2])
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - the command is our own
            serving.web_server(host="127.0.0.1", port=port, workers=2),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers at all."""
    for _ in range(600):
        assert server.poll() is None, "the server has ended"
        try:
            ask(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


def ask(port: int) -> tuple[str, str]:
    """The front page over a connection of its own, and what the cache says of it."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", "/")
        answer = client.getresponse()
        return answer.read().decode(), answer.headers.get("X-Page-Cache", "")
    finally:
        client.close()


def test_what_a_command_changes_no_process_shows_as_it_was(
    port: int, environment: dict[str, str]
) -> None:
    before = [ask(port) for _ in range(30)]
    assert {how for _, how in before} <= {"hit", "miss"}
    assert before[-1][1] == "hit"
    assert not any("The Morning Paper" in page for page, _ in before)

    manage(environment, "shell", "--no-imports", "--command", CHANGE)

    after = [ask(port) for _ in range(30)]
    assert all("The Morning Paper" in page for page, _ in after)
    # The first that asked had it made for all.
    assert [how for _, how in after].count("miss") == 1

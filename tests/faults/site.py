"""The processes of a site, as they run in production, on a database that a test names."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any

from django.db import connection

from benchmarks.measuring import postgresql

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
# Far more than an answer takes, far less than a browser waits.
HANGS = 30.0


def until(is_so: Callable[[], object], *, what: str) -> None:
    """Wait for it."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, f"it never came to be: {what}"
        time.sleep(0.02)


def ask(port: int, path: str, **headers: str) -> tuple[int, str]:
    """Status and page of a site behind a proxy that ends TLS; 0 where nobody listens."""
    client = HTTPConnection("127.0.0.1", port, timeout=HANGS)
    try:
        client.request("GET", path, headers={"X-Forwarded-Proto": "https", **headers})
        answer = client.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return 0, ""
    finally:
        client.close()


def database_url() -> str:
    """The address of this test's database."""
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(found['NAME']).absolute()}"
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


@contextmanager
def own_database() -> Iterator[postgresql.Cluster]:
    """A copy of the test's, that can be killed without anybody else's tests noticing."""
    found: dict[str, Any] = connection.settings_dict
    with postgresql.running(outlives_power=False) as started:
        copy = subprocess.run(  # noqa: S603 - our own arguments
            [
                str(postgresql.programs() / "pg_dump"),
                f"--host={found['HOST']}",
                f"--port={found['PORT']}",
                f"--username={found['USER']}",
                "--no-owner",
                found["NAME"],
            ],
            check=True,
            capture_output=True,
        ).stdout
        subprocess.run(  # noqa: S603 - as above
            [
                str(postgresql.programs() / "psql"),
                "--quiet",
                "--single-transaction",
                "--set=ON_ERROR_STOP=1",
                started.url,
            ],
            input=copy,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield started


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What its processes find set."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.faults.as_in_production",
        "DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "newsroom@example.org",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "TRUSTED_PROXIES": "127.0.0.1",
        "TASKS": "database",
        "LOG_LEVEL": "CRITICAL",
        "LOG_FORMAT": "line",
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


@contextmanager
def running(
    *command: str, environment: dict[str, str], log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block."""
    process = subprocess.Popen(  # noqa: S603 - our own
        command, cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def manage(*arguments: str) -> list[str]:
    """The command that runs ``manage.py``."""
    return [sys.executable, "manage.py", *arguments]

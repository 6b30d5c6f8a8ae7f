"""`make demo`, as somebody runs it who has just cloned the repository."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).parents[1]
LOGINS = ("admin", "editor", "reviewer", "moderator", "campaigner")
PASSWORD = "a-password-for-the-demo"
# Settings of the machine must not choose another database, model or address.
SETTINGS = re.compile(
    r"DATABASE_URL|SEARCH_URL|CACHE_URL|EMAIL_URL|SITE_URL|SECRET_KEY|TASKS|OPENAI_\w+|MAKE\w*|DJANGO\w+"
)


def _hears_interrupts() -> None:
    """What a shell starts in the background ignores interrupts, and so would `make` under it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Demo:
    """A running `make demo`."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://localhost:{port}"
        self.log = ""
        self.process = subprocess.Popen(
            ["make", "demo"],  # noqa: S607
            cwd=ROOT,
            env={
                **{name: value for name, value in os.environ.items() if not SETTINGS.match(name)},
                "VENV": sys.prefix,
                "DATA_DIR": str(folder),
                "PORT": str(port),
                "DEMO_PASSWORD": PASSWORD,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_hears_interrupts,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log += line

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: "Dovetail is ready" in self.log and LOGINS[-1] in self.log)

    def wait_until(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 400
        while not reached():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.2)

    def status(self, path: str) -> int:
        return requests.get(self.address + path, timeout=30).status_code

    def end(self, *, by: signal.Signals, everybody: bool) -> None:
        """Send a signal to make alone, as a supervisor does, or to all, as Ctrl-C does."""
        (os.killpg if everybody else os.kill)(self.process.pid, by)
        self.process.wait(timeout=30)

    def is_open(self) -> bool:
        with socket.socket() as probe:
            port = int(self.address.rpartition(":")[2])
            return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if not (Path(sys.prefix) / "base.stamp").exists():
        pytest.skip("`make demo` is tried from the environment that `make` made; this is another")
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def demos() -> Iterator[list[Demo]]:
    """Demos that a test starts, all of them ended with it."""
    started: list[Demo] = []
    yield started
    for demo in started:
        if demo.process.poll() is None:
            demo.end(by=signal.SIGTERM, everybody=False)


def test_one_command_brings_a_newsroom_and_a_second_one_brings_it_back(
    folder: Path, demos: list[Demo]
) -> None:
    first = Demo(folder)
    demos.append(first)
    first.wait_until_ready()
    for address in (
        "/",
        "/news/",
        "/categories/",
        "/search/?q=water",
        "/subscribe/",
        "/petitions/",
        "/representatives/",
    ):
        assert first.status(address) == 200, first.log
    split = requests.get(f"{first.address}/representatives/?zip=90210", timeout=30).text
    assert "90210 lies in 3 districts" in split
    front = requests.get(first.address, timeout=30).text
    articles = set(re.findall(r'href="[^"]*?(/news/[\w-]+/)"', front))
    assert len(articles) >= 3
    for article in articles:
        assert first.status(article) == 200, first.log
    for login in LOGINS:
        assert f"{login} " in first.log
        assert _enters_the_admin(first.address, login)
    first.end(by=signal.SIGTERM, everybody=False)
    assert not first.is_open()

    again = Demo(folder)
    demos.append(again)
    again.wait_until_ready()
    assert again.status(articles.pop()) == 200, again.log
    again.end(by=signal.SIGINT, everybody=True)
    assert not again.is_open()


@pytest.mark.parametrize("everybody", [True, False])
def test_an_interrupt_ends_it_while_it_is_still_preparing(
    folder: Path, demos: list[Demo], everybody: bool
) -> None:
    demo = Demo(folder)
    demos.append(demo)
    demo.wait_until((folder / "db.sqlite3").exists)
    demo.end(by=signal.SIGINT, everybody=everybody)
    assert "Traceback" not in demo.log
    assert not demo.is_open()


def _enters_the_admin(address: str, login: str) -> bool:
    visitor = requests.Session()
    visitor.get(f"{address}/admin/login/", timeout=30)
    form = {
        "username": login,
        "password": PASSWORD,
        "csrfmiddlewaretoken": visitor.cookies["csrftoken"],
        "next": "/admin/",
    }
    answer = visitor.post(
        f"{address}/admin/login/", data=form, headers={"Referer": address}, timeout=30
    )
    return answer.status_code == 200 and answer.url == f"{address}/admin/"

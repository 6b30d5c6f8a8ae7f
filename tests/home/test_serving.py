"""The web server's processes: replaced, reloaded and ended without losing an answer."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cms.core import processes
from home import serving

pytestmark = pytest.mark.any_database

# Loads for a moment, says which process answered; slow answers say when they have begun, and wait to
# be let go.
APPLICATION = """
import os, pathlib, time
HERE = pathlib.Path(__file__).parent
time.sleep(0.5)
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        (HERE / "begun").touch()
        while not (HERE / "go").exists():
            time.sleep(0.02)
    if path == "/die":
        os._exit(1)
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""

LOADED_AFTER = 3


class Server:
    """The command that `make serve` gives, on an application of two processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = processes.free_port()
        (folder / "told.py").write_text(APPLICATION)
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            serving.web_server(
                host="127.0.0.1",
                port=self.port,
                workers=2,
                application="told:application",
                loaded_after=LOADED_AFTER,
            ),
            cwd=folder,
            env=dict(os.environ),
            start_new_session=True,
        )
        self.wait_for(lambda: len(self.workers()) == 2)

    def ask(self, path: str, *, patience: float = 60) -> bytes:
        """The answer; nothing where there was none within that many seconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            connection.close()

    def wait_for(self, reached: object) -> None:
        until = time.monotonic() + 60
        assert callable(reached)
        while not reached():
            assert time.monotonic() < until
            assert self.process.poll() is None
            time.sleep(0.05)

    def workers(self) -> set[bytes]:
        return {self.ask("/") for _ in range(30)} - {b""}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path)
    yield started
    (tmp_path / "go").touch()
    if started.process.poll() is None:
        started.process.terminate()
    try:
        started.process.wait(60)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
        raise


def test_a_new_version_is_loaded_without_a_lost_answer(server: Server) -> None:
    before = server.workers()
    answers: Counter[bool] = Counter()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            # A connection that was opened, and had said nothing yet, may be closed: a proxy opens
            # another then, as RFC 9110 (9.2.2) allows. A second one is not closed as well.
            answers[bool(server.ask("/") or server.ask("/"))] += 1

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(lambda: (now := server.workers()) and not now & before)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert answers[True] > 0
    assert answers[False] == 0


def test_what_was_begun_is_answered_before_the_end(server: Server) -> None:
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(server.ask("/slow")))
    reader.start()
    server.wait_for((server.folder / "begun").exists)
    server.process.terminate()
    # Nobody new is let in. Whoever waits at the door is not told so, and must not keep the answer
    # below waiting until the server ends what has not ended.
    until = time.monotonic() + 60
    while server.ask("/", patience=0.5):
        assert time.monotonic() < until
    (server.folder / "go").touch()
    reader.join(60)
    assert got
    assert got[0]
    assert server.process.wait(60) == 0


def test_an_answer_that_never_comes_does_not_keep_the_server_from_ending(server: Server) -> None:
    reader = threading.Thread(target=server.ask, args=["/slow"])
    reader.start()
    server.wait_for((server.folder / "begun").exists)
    server.process.terminate()
    server.process.wait(60)
    reader.join(60)
    assert not reader.is_alive()


def test_a_process_that_breaks_is_replaced(server: Server) -> None:
    before = server.workers()
    assert server.ask("/die") == b""
    server.wait_for(lambda: len(server.workers()) == 2 and server.workers() != before)

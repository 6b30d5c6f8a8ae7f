"""What no browser sends, byte by byte, to the server that `make serve` starts.

After each attack the next reader gets the very page that readers got before it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from cms.core import processes
from home import serving
from tests.faults import site

# It writes, so the database is a copy of its own.
pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

HOST = b"Host: 127.0.0.1\r\n"
# A form's token is looked for in its body where its cookie is there.
FORM = (
    b"Cookie: __Host-csrftoken=" + b"a" * 32 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
SMUGGLED = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
DATE = b"Mon, 01 Jan 2030 00:00:00"


class Server:
    """It, with what it wrote into its log."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def say(self, *pieces: bytes) -> bytes:
        """All that comes back until the server closes, which the last piece has to ask for."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(b"".join(pieces))
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def page(self) -> bytes:
        """The front page, as everybody gets it."""
        answer = self.say(b"GET / HTTP/1.1\r\n", HOST, b"Connection: close\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        return body


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    # Migrated, and as yet untouched by any test.
    pristine = Path(connection.settings_dict["NAME"]).with_suffix(".pristine")
    shutil.copyfile(pristine, folder / "db.sqlite3")
    port = processes.free_port()
    environment = site.environment(
        folder,
        DATABASE_URL=f"sqlite:///{folder}/db.sqlite3",
        SITE_URL=f"http://127.0.0.1:{port}",
        SECURE_SSL_REDIRECT="0",
        TRUSTED_PROXIES="",
        LOG_LEVEL="WARNING",
    )
    command = serving.web_server(host="127.0.0.1", port=port, workers=2)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *command[1:]], cwd=site.ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            site.until(lambda: not processes.is_free(port), what="the server listens")
            yield Server(port, folder / "log")
        finally:
            process.terminate()
            process.wait(60)


@pytest.fixture(scope="module")
def page(server: Server) -> bytes:
    """What readers get before anybody attacks."""
    return server.page()


def get(
    target: bytes, *headers: bytes, host: bytes = b"127.0.0.1", method: bytes = b"GET"
) -> bytes:
    lines = [
        method + b" " + target + b" HTTP/1.1",
        b"Host: " + host,
        *headers,
        b"Connection: close",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(*headers: bytes, body: bytes) -> bytes:
    lines = [b"POST /subscribe/ HTTP/1.1", HOST.strip(), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CASES: dict[str, tuple[int, bytes]] = {
    "a host with a dot": (200, get(b"/", host=b"127.0.0.1.")),
    "a host with a port": (200, get(b"/", host=b"127.0.0.1:1")),
    "a host with a name": (400, get(b"/", host=b"evil@127.0.0.1")),
    "a host with a space": (400, get(b"/", host=b"127.0.0.1 evil")),
    "a host with bytes": (400, get(b"/", host=b"127.0.0.1\xff")),
    "a host with a path": (400, get(b"/", host=b"127.0.0.1/evil")),
    "another host": (400, get(b"/", host=b"evil.test")),
    "two hosts": (400, get(b"/", b"Host: evil.test")),
    "two hosts, ours last": (400, get(b"/", HOST.strip(), host=b"evil.test")),
    "a folded host": (400, get(b"/", b" evil.test")),
    "no host": (400, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
    "a whole address": (200, get(b"http://evil.test/")),
    "an address of two slashes": (404, get(b"//evil.test/")),
    "an encoded slash first": (404, get(b"/%2f/evil.test")),
    "a path parameter": (404, get(b"/news;x/")),
    "a path with NUL": (400, get(b"/news/%00/")),
    "a path of no letters": (404, get(b"/news/%ff/")),
    "a path upwards": (400, get(b"/news/%2E%2e/admin/")),
    "a backslash": (400, get(b"/%5cevil.test")),
    "a line end in a path": (400, get(b"/a%0d%0aX:y")),
    "a name longer than any file's": (404, get(b"/media/" + b"a" * 5000)),
    "a longer path": (414, get(b"/" + b"a" * 70_000)),
    "much asked": (200, get(b"/?" + b"a=b&" * 5000)),
    "a page that is none": (200, get(b"/news/?page=" + b"9" * 5000)),
    "a range of much": (200, get(b"/", b"Range: bytes=0-99999999999999999999,5-1,-0")),
    "a thousand tags": (200, get(b"/", b"If-None-Match: " + b'"x", ' * 1000)),
    "a year of many digits": (200, get(b"/feed/", b"If-Modified-Since: 1 Jan " + b"9" * 20)),
    "a zone of many digits": (
        200,
        get(b"/feed/", b"If-Modified-Since: %b +%b" % (DATE, b"9" * 20)),
    ),
    "a thousand encodings": (200, get(b"/", b"Accept-Encoding: " + b"br;q=nan," * 1000)),
    "a long cookie": (200, get(b"/", b"Cookie: " + b"a=b; " * 1600)),
    "a session that is none": (200, get(b"/", b"Cookie: __Host-sessionid=evil; messages=evil")),
    "words of a proxy": (
        200,
        get(b"/", b"X-Forwarded-Host: evil.test", b"X-Forwarded-Proto: https"),
    ),
    "words with underscores": (
        200,
        get(b"/", b"X_Forwarded_Host: evil.test", b"SCRIPT_NAME: /evil"),
    ),
    "another address": (200, get(b"/", b"X-Original-URL: /admin/", b"X-Rewrite-URL: /admin/")),
    "another method": (200, get(b"/", b"X-HTTP-Method-Override: DELETE")),
    "PURGE": (400, get(b"/", method=b"PURGE")),
    "TRACE": (400, get(b"/", method=b"TRACE")),
    "CONNECT": (400, get(b"/", method=b"CONNECT")),
    "a method in small letters": (400, get(b"/", method=b"get")),
    "headers of much": (431, get(b"/", b"X: " + b"a" * 200_000)),
    "many headers": (431, get(b"/", *[b"X-%d: 1" % number for number in range(1000)])),
    "two lengths": (400, post(b"Content-Length: 4", b"Content-Length: 0", body=SMUGGLED)),
    "a length below nothing": (400, post(b"Content-Length: -1", body=SMUGGLED)),
    "a length and chunks": (
        403,
        post(b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
    ),
    "chunks twice": (
        400,
        post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", body=b"0\r\n\r\n" + SMUGGLED),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_attack_is_answered_once_and_the_next_reader_gets_the_page(
    server: Server, page: bytes, name: str
) -> None:
    status, request = CASES[name]
    answer = server.say(request)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"evil.test" not in answer.partition(b"\r\n\r\n")[0]
    assert [server.page() for _ in range(4)] == [page] * 4


def test_no_other_version_is_spoken(server: Server, page: bytes) -> None:
    assert server.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0") == b""
    assert server.page() == page


def test_a_form_of_too_many_bytes_is_refused_before_they_are_read(
    server: Server, page: bytes
) -> None:
    for length in (b"20000000000", b"1048577"):
        request = post(FORM.strip(), b"Content-Length: " + length, b"Connection: close", body=b"x")
        assert server.say(request).startswith(b"HTTP/1.1 400 ")
        assert server.page() == page
    assert "RequestDataTooBig" not in server.log.read_text()


def test_who_says_nothing_further_keeps_nobody_waiting(server: Server, page: bytes) -> None:
    with ExitStack() as open_ones:
        for number in range(60):
            begun = (b"GET / HTTP/1.1\r\nHost: 127", get(b"/")[:-2], b"", post(b"A: b", body=b""))
            one = open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            one.sendall(begun[number % 4])
        assert [server.page() for _ in range(10)] == [page] * 10


def test_what_is_refused_is_said_once_by_each_process_and_is_no_fault(
    server: Server, page: bytes
) -> None:
    for _ in range(20):
        server.say(get(b"/", host=b"evil.test"))
        server.say(get(b"/", method=b"PURGE"))
    said = server.log.read_text()
    refusals = Counter(line.partition("Refused: ")[2] for line in said.splitlines())
    del refusals[""]
    assert refusals
    assert max(refusals.values()) <= 2
    assert "Traceback" not in said
    assert "evil.test" not in said.replace("/evil.test", "")


def test_a_made_up_address_is_rendered_and_said_once(server: Server) -> None:
    answer = server.say(get(b"/made-up/once/"))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert server.say(get(b"/made-up/twice/", method=b"HEAD")).endswith(b"\r\n\r\n")
    said = server.log.read_text()
    assert said.count("Not Found: /made-up/once/") == 1

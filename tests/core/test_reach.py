"""What a stranger's address cannot do, on any machine: real servers, and nothing that is asked."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3.util.connection

from cms.core import fetching
from cms.core.connections import Reach, is_public
from cms.core.fetching import FetchError, Reason, check, fetch
from tests.fileserver import Answer, sending, serving, trust_loopback

ROOT = Path(__file__).parents[2]
# Nobody waits for any of these: each is far longer than what it bounds.
LONG = 60.0

ANY = "0.0.0.0"  # noqa: S104 - named as a stranger would, bound by nobody

INSIDE = [
    # this host
    *["127.0.0.1", "127.255.255.254", ANY, "[::1]", "[::]", "localhost"],
    # this host, spelt otherwise
    *["2130706433", "017700000001", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1"],
    *["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]"],
    # a machine's own network, and what tells secrets there
    *["169.254.169.254", "2852039166", "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]"],
    # private and shared
    *["10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "[fc00::1]"],
    *["[fec0::1]", "192.0.0.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"],
    # to many
    *["224.0.0.1", "[ff02::1]"],
    # translated and tunnelled: what is inside may come after
    *["[64:ff9b::10.0.0.1]", "[64:ff9b:1::10.0.0.1]", "[2002:a00:1::]", "[2002:7f00:1::1]"],
    *["[2001:0:a00:1::1]", "[::ffff:0:10.0.0.1]", "192.88.99.1"],
    # for documents
    *["192.0.2.1", "198.51.100.1", "203.0.113.1", "[2001:db8::1]", "[3fff::1]"],
]


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where the program connects to; it does so."""
    made: list[tuple[str, int]] = []
    connect = urllib3.util.connection.create_connection

    def noting(address: tuple[str, int], *args: Any, **options: Any) -> socket.socket:
        made.append(address)
        return connect(address, *args, **options)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", noting)
    return made


def attempt(address: str, **options: Any) -> fetching.Fetched:
    return fetch(address, **{"most_bytes": 100_000, "seconds": LONG, **options})


# Where it leads ------------------------------------------------------------------------------------


def test_production_reaches_public_hosts_at_the_ports_of_the_web_only() -> None:
    assert Reach() == fetching.REACH == Reach(ports=(80, 443), loopback=False, certificates=True)
    rooms = [ROOT / room for room in ("cms", "news", "advocacy", "home", "search")]
    files = [path for room in rooms for path in room.rglob("*.py")]
    made = [path.name for path in files for _ in range(path.read_text().count("Reach("))]
    assert made == ["fetching.py"]


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_inside_is_refused_before_a_byte_is_sent(
    scheme: str, host: str, connections: list[tuple[str, int]]
) -> None:
    for way in (attempt, check):
        with pytest.raises(FetchError) as refused:
            way(f"{scheme}://{host}/", seconds=LONG)
        # Some spellings are no name to the resolver; none is anything to us.
        assert refused.value.reason in {Reason.REFUSED, Reason.UNREACHABLE}
    assert connections == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", ANY]
)
def test_a_server_inside_does_not_learn_that_it_was_named(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with counting() as (port, accepted):
        monkeypatch.setattr(fetching, "REACH", Reach(ports=[port]))
        with pytest.raises(FetchError, match="stands at a private address") as refused:
            attempt(f"http://{host}:{port}/")
        assert refused.value.reason == Reason.REFUSED
        # It does count: whoever is not held back gets through.
        monkeypatch.setattr(fetching, "REACH", Reach(ports=[port], loopback=True))
        assert accepted == []
        with pytest.raises(FetchError):
            attempt(f"http://127.0.0.1:{port}/")
        assert len(accepted) == 1


@contextmanager
def counting() -> Iterator[tuple[int, list[str]]]:
    """A server that notes who connects, and hangs up."""
    accepted: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, (host, _) = server.accept()
                    accepted.append(host)
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1], accepted
        server.shutdown(socket.SHUT_RDWR)
        thread.join(LONG)


@pytest.mark.parametrize("port", ["22", "25", "8000", "8443", "6379", "0", "65535"])
def test_no_port_is_asked_but_those_of_the_web(
    port: str, connections: list[tuple[str, int]]
) -> None:
    with pytest.raises(FetchError, match="only ports 80 and 443 are"):
        attempt(f"https://example.org:{port}/")
    assert connections == []


@pytest.mark.parametrize("host", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450::1"])
def test_public_hosts_are_public(host: str) -> None:
    assert is_public(ipaddress.ip_address(host))


# Redirects -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hop", [0, 1, 4])
@pytest.mark.parametrize("target", ["http://169.254.169.254/", "//10.0.0.1/x", "http://[fe80::1]/"])
def test_each_hop_is_checked_anew(
    monkeypatch: pytest.MonkeyPatch, hop: int, target: str, connections: list[tuple[str, int]]
) -> None:
    trust_loopback(monkeypatch)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        step = int(handler.path[1:])
        location = target if step == hop else f"/{step + 1}"
        sending(b"", status=302, headers={"Location": location})(handler)

    with serving(answer, encrypted=False) as address:
        for way in (attempt, check):
            connections.clear()
            with pytest.raises(FetchError, match=r"^localhost redirects to .*, which stands at"):
                way(address.replace("/file", "/0"), seconds=LONG)
            assert {host for host, _ in connections} == {"127.0.0.1"}
            assert len(connections) == hop + 1


def test_a_redirect_to_another_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with counting() as (inner, accepted):
        answer = sending(b"", status=302, headers={"Location": f"http://localhost:{inner}/"})
        with serving(answer, encrypted=False) as address:
            reach = Reach(ports=[urlsplit(address).port or 0], loopback=True)
            monkeypatch.setattr(fetching, "REACH", reach)
            with pytest.raises(FetchError, match="only ports 80 and 443"):
                attempt(address)
        assert accepted == []


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_what_is_sent_beside_a_redirect_is_not_read(
    monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    trust_loopback(monkeypatch)
    hung_up = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/there":
            sending(b"there")(handler)
            return
        handler.send_response(302)
        handler.send_header("Location", "/there")
        if packing:
            handler.send_header("Content-Encoding", packing)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 100_000)
        finally:
            hung_up.set()

    with serving(answer) as address:
        assert attempt(address).content == b"there"
        assert hung_up.wait(LONG)


# Names ---------------------------------------------------------------------------------------------


def test_the_address_that_was_checked_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, connections: list[tuple[str, int]]
) -> None:
    """A name server that gives another answer the second time, by the resolver itself."""
    trust_loopback(monkeypatch)
    answers = ["127.0.0.1", "10.0.0.1"]
    resolve = socket.getaddrinfo
    asked: list[str] = []

    def rebinding(host: str, port: int, *args: Any, **options: Any) -> Any:
        if host == "rebinding.example":
            asked.append(host)
            return resolve(answers[min(len(asked) - 1, 1)], port, *args, **options)
        return resolve(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serving(sending(b"whole"), encrypted=False) as address:
        assert attempt(address.replace("localhost", "rebinding.example")).content == b"whole"
        assert (len(asked), {host for host, _ in connections}) == (1, {"127.0.0.1"})
        with pytest.raises(FetchError, match=r"rebinding\.example stands at a private address"):
            attempt(address.replace("localhost", "rebinding.example"))
    assert {host for host, _ in connections} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("error", "reason"),
    [(socket.EAI_NONAME, Reason.UNREACHABLE), (socket.EAI_AGAIN, Reason.SLOW)],
)
def test_a_name_server_that_is_down_says_nothing_of_the_host(
    monkeypatch: pytest.MonkeyPatch, error: int, reason: Reason
) -> None:
    def failing(*args: Any, **options: Any) -> Any:
        raise socket.gaierror(error, "as the resolver puts it")

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    with pytest.raises(FetchError) as refused:
        attempt("https://example.org/")
    assert refused.value.reason == reason


def test_neither_a_proxy_nor_a_password_file_has_a_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    trust_loopback(monkeypatch)
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Authorization"])
        sending(b"whole")(handler)

    with counting() as (port, accepted), serving(answer, encrypted=False) as address:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{port}")
        assert attempt(address).content == b"whole"
        assert (seen, accepted) == ([None], [])


# How much ------------------------------------------------------------------------------------------


def endless(write: Callable[[int], bytes], *, head: bytes) -> Answer:
    """An answer without an end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        number = 0
        while True:
            handler.wfile.write(write(number))
            number += 1

    return answer


def packed(piece: bytes, *, times: int) -> bytes:
    """The same over and over, small enough to be sent at once."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


OK = b"HTTP/1.1 200 OK\r\n"
BOMB = packed(b"\0" * 1_000_000, times=200)
FLOODS = {
    "a body without an end": endless(lambda _: b"x" * 65536, head=OK + b"\r\n"),
    "a hundred megabytes": endless(
        lambda _: b"x" * 65536, head=OK + b"Content-Length: 100000000\r\n\r\n"
    ),
    "a bomb": sending(BOMB, headers={"Content-Encoding": "gzip"}),
    "bombs without an end": endless(
        lambda _: BOMB[:20_000], head=OK + b"Content-Encoding: gzip\r\n\r\n"
    ),
    "a header without an end": endless(lambda _: b"x" * 65536, head=OK + b"X-Long: "),
    "headers without an end": endless(lambda n: b"X-%d: x\r\n" % n, head=OK),
    "a status without an end": endless(lambda _: b"x" * 65536, head=b"HTTP/1.1 200 "),
    "a chunk's size without an end": endless(
        lambda _: b"0" * 65536, head=OK + b"Transfer-Encoding: chunked\r\n\r\n"
    ),
    "two lengths": lambda handler: handler.wfile.write(
        OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nwhole"
    ),
    "no web server": lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "nothing": lambda handler: None,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_no_answer_takes_more_memory_than_was_allowed(
    monkeypatch: pytest.MonkeyPatch, flood: Answer
) -> None:
    trust_loopback(monkeypatch)
    with serving(flood, encrypted=False) as address:
        attempt_refused(address)  # so that what is loaded once is not counted
        tracemalloc.start()
        try:
            refused = attempt_refused(address)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert refused.reason == Reason.UNUSABLE
    # Memory of the server, which is in this process, included; a flood has a hundred and more.
    assert peak < 8_000_000


def attempt_refused(address: str) -> FetchError:
    with pytest.raises(FetchError) as refused:
        attempt(address)
    return refused.value


def test_a_length_that_is_too_short_cuts_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)
    with serving(sending(b"whole", headers={"Content-Length": "3"})) as address:
        assert attempt(address).content == b"who"


# How long ------------------------------------------------------------------------------------------


def drip(head: bytes) -> Answer:
    return endless(lambda _: slowly(b"x"), head=head)


def wait_to_be_hung_up_on(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(1)


def slowly(piece: bytes) -> bytes:
    time.sleep(0.02)
    return piece


DRIPS = {
    "the status": drip(b"HTTP/1.1 200 "),
    "the headers": drip(OK + b"X-Slow: "),
    "the body": drip(OK + b"\r\n"),
    "one interim answer after the other": endless(
        lambda _: slowly(b"HTTP/1.1 100 Continue\r\n\r\n"), head=b""
    ),
    "silence": wait_to_be_hung_up_on,
}


@pytest.mark.parametrize("answer", DRIPS.values(), ids=DRIPS)
@pytest.mark.parametrize("encrypted", [True, False])
def test_a_slow_host_is_hung_up_on_and_keeps_no_thread(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, encrypted: bool
) -> None:
    trust_loopback(monkeypatch)
    with serving(answer, encrypted=encrypted) as address:
        with pytest.raises(FetchError) as refused:
            attempt(address, seconds=0.3)
        assert refused.value.reason == Reason.SLOW
        left = [thread for thread in threading.enumerate() if thread.name == "fetch localhost"]
        for thread in left:
            thread.join(LONG)
            assert not thread.is_alive()


def test_a_slow_name_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*args: Any, **options: Any) -> Any:
        answered.wait(LONG)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        with pytest.raises(FetchError, match=r"within 0\.2 seconds") as refused:
            attempt("https://example.org/", seconds=0.2)
        assert refused.value.reason == Reason.SLOW
    finally:
        answered.set()


def test_only_so_many_threads_are_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_places", threading.BoundedSemaphore(2))
    answered = threading.Event()

    def slow(*args: Any, **options: Any) -> Any:
        answered.wait(LONG)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    try:
        for number in range(2):
            with pytest.raises(FetchError, match="did not send the file"):
                attempt(f"https://slow-{number}.example/", seconds=0.1)
        with pytest.raises(FetchError, match=r"^patient\.example was not asked: too many"):
            attempt("https://patient.example/", seconds=0.1)
    finally:
        answered.set()
    # The places are given back: then it is the name that is wrong.
    with pytest.raises(FetchError, match="no host of this name"):
        attempt("https://patient.example/")


def test_a_fault_of_ours_is_not_reported_as_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(socket, "getaddrinfo", broken)
    with pytest.raises(ZeroDivisionError):
        attempt("https://example.org/")

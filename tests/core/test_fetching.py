"""Files from elsewhere, against a real server on this machine."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler

import pytest

from cms.core.fetching import FetchError, fetch
from tests.fileserver import Answer, sending, serving, trust_loopback

FILE = b"state_fips,state_abbr,zcta,cd\n" * 5000


def attempt(address: str, *, most_bytes: int = 1_000_000, seconds: float = 10) -> bytes:
    return fetch(address, most_bytes=most_bytes, seconds=seconds)


def test_a_file_arrives_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)
    with serving(sending(FILE)) as address:
        assert attempt(address) == FILE
        assert attempt(address, most_bytes=len(FILE)) == FILE


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/file",
        "ftp://localhost/file",
        "file:///etc/passwd",
        "https:///file",
        "localhost",
        "",
    ],
)
def test_nothing_but_https_is_fetched(address: str) -> None:
    with pytest.raises(FetchError, match="only addresses that begin with https"):
        attempt(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"])
def test_a_host_inside_is_refused_before_a_byte_is_sent(host: str) -> None:
    asked: list[str] = []
    with serving(lambda handler: asked.append(handler.path)) as address:
        with pytest.raises(FetchError, match="could not be reached"):
            attempt(address.replace("localhost", host))
        assert asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)
    with serving(sending(FILE)) as address, pytest.raises(FetchError, match="not be reached"):
        attempt(address.replace("localhost", "127.0.0.1"))


def test_a_file_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)
    with serving(sending(FILE)) as address, pytest.raises(FetchError, match="sent more than"):
        attempt(address, most_bytes=len(FILE) - 1)


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (404, {}, "answered 404"),
        (302, {"Location": "https://localhost/elsewhere"}, "answered 302"),
        (206, {}, "answered 206"),
        (200, {"Content-Encoding": "gzip"}, "sent a packed file"),
    ],
)
def test_any_other_answer_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], reason: str
) -> None:
    trust_loopback(monkeypatch)
    with (
        serving(sending(FILE, status=status, headers=headers)) as address,
        pytest.raises(FetchError, match=f"localhost {reason}"),
    ):
        attempt(address)


def test_a_file_that_breaks_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)
    cut = sending(FILE, headers={"Content-Length": str(len(FILE) + 1)})
    with serving(cut) as address, pytest.raises(FetchError, match="did not send the whole"):
        attempt(address)


def drip_the_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


def drip_the_headers(handler: BaseHTTPRequestHandler) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 60:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip_the_body, drip_the_headers])
def test_a_server_that_drips_gets_no_more_than_its_time(
    monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    trust_loopback(monkeypatch)
    started = time.monotonic()
    with serving(answer) as address:
        with pytest.raises(FetchError, match=r"within 0\.5 seconds"):
            attempt(address, seconds=0.5)
        assert time.monotonic() - started < 2

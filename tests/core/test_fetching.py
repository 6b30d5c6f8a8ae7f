"""Files from elsewhere, against a real server on this machine."""

from __future__ import annotations

import gzip
import time
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from cms.core import fetching
from cms.core.connections import Reach
from cms.core.fetching import Fetched, FetchError, Reason, allowed, check, fetch, post
from tests.fileserver import Answer, sending, serving, trust_loopback

FILE = b"state_fips,state_abbr,zcta,cd\n" * 5000
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    trust_loopback(monkeypatch)


def attempt(address: str, *, most_bytes: int = 1_000_000, **options: Any) -> Fetched:
    return fetch(address, most_bytes=most_bytes, **{"seconds": 60, **options})


def redirecting(ways: dict[str, tuple[int, str]], content: bytes = b"there") -> Answer:
    """Paths that lead elsewhere; any other is the end."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        status, target = ways.get(handler.path, (200, ""))
        handler.send_response(status)
        if target:
            handler.send_header("Location", target)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    return answer


# What arrives --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_file_arrives_whole(encrypted: bool) -> None:
    with serving(sending(FILE), encrypted=encrypted) as address:
        assert attempt(address).content == FILE
        assert attempt(address, most_bytes=len(FILE)).content == FILE


def test_an_answer_says_what_it_is() -> None:
    headers = {
        "Content-Type": 'Application/RSS+XML; charset="ISO-8859-1"',
        "ETag": 'W/"caf\xe9"',
        "Last-Modified": "Sat, 28 Nov 2026 01:00:00 GMT",
        "Retry-After": "120",
    }
    with serving(sending(FILE, headers=headers)) as address:
        assert attempt(f"{address}?a=b#part") == Fetched(
            status=200,
            content=FILE,
            address=f"{address}?a=b",
            permanent=False,
            content_type="application/rss+xml",
            charset="iso-8859-1",
            etag='W/"caf\xe9"',
            last_modified="Sat, 28 Nov 2026 01:00:00 GMT",
            retry_after=120,
        )


def test_what_a_host_does_not_say_is_empty() -> None:
    with serving(sending(b"")) as address:
        answer = attempt(address)
    assert (answer.content, answer.content_type, answer.charset) == (b"", "", "")
    assert (answer.etag, answer.last_modified, answer.retry_after) == ("", "", None)


def test_an_overlong_mark_is_forgotten() -> None:
    with serving(sending(b"", headers={"ETag": "x" * 501})) as address:
        assert attempt(address).etag == ""


def test_that_nothing_has_changed_is_an_answer() -> None:
    asked: list[tuple[str | None, str | None]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        since = (handler.headers["If-None-Match"], handler.headers["If-Modified-Since"])
        asked.append(since)
        sending(b"", status=304, headers={"ETag": '"caf\xe9"'})(handler)

    with serving(answer) as address:
        unchanged = attempt(address, etag='"caf\xe9"')
        assert (unchanged.status, unchanged.content, unchanged.etag) == (304, b"", '"caf\xe9"')
        assert attempt(address, last_modified="Sat, 28 Nov 2026 01:00:00 GMT").status == 304
        with pytest.raises(FetchError, match="answered 304"):
            attempt(address)
    assert asked == [
        ('"caf\xe9"', None),
        (None, "Sat, 28 Nov 2026 01:00:00 GMT"),
        (None, None),
    ]


def test_a_packed_file_is_unpacked() -> None:
    packed = gzip.compress(FILE[:70_000]) + gzip.compress(FILE[70_000:])
    with serving(sending(packed, headers={"Content-Encoding": "GZIP"})) as address:
        assert attempt(address).content == FILE
        assert attempt(address, most_bytes=len(FILE)).content == FILE
        with pytest.raises(FetchError, match="sent more than"):
            attempt(address, most_bytes=len(FILE) - 1)


@pytest.mark.parametrize(
    ("content", "packing", "reason"),
    [
        (gzip.compress(FILE)[:-9], "gzip", "did not send the whole file"),
        (FILE, "gzip", "did not send the whole file"),
        (b"", "gzip", "did not send the whole file"),
        (zlib.compress(FILE), "deflate", "not asked for"),
        (gzip.compress(gzip.compress(FILE)), "gzip, gzip", "not asked for"),
        (FILE, "br", "not asked for"),
    ],
    # What is packed says when, and no test's name may.
    ids=["cut", "plain", "empty", "deflate", "twice", "br"],
)
def test_what_cannot_be_unpacked_is_refused(content: bytes, packing: str, reason: str) -> None:
    with serving(sending(content, headers={"Content-Encoding": packing})) as address:
        with pytest.raises(FetchError, match=reason) as refused:
            attempt(address)
        assert refused.value.reason == Reason.UNUSABLE


# What is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "ftp://localhost/file",
        "file:///etc/passwd",
        "gopher://localhost/",
        "javascript:alert(1)",
        "data:text/plain,x",
        "https:///file",
        "//localhost/file",
        "localhost",
        "",
    ],
)
def test_nothing_but_the_web_is_fetched(address: str) -> None:
    with pytest.raises(FetchError, match="only addresses that begin with https") as refused:
        attempt(address)
    assert refused.value.reason == Reason.REFUSED


def test_operators_addresses_are_encrypted_throughout() -> None:
    with pytest.raises(FetchError, match="only addresses that begin with https:// are"):
        attempt("http://localhost/file", https_only=True)
    with (
        serving(sending(FILE), encrypted=False) as plain,
        serving(redirecting({"/file": (301, plain)})) as address,
        pytest.raises(FetchError, match="redirects to where nothing is fetched"),
    ):
        attempt(address, https_only=True)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://user:secret@example.org/", "contains a name or a password"),
        ("https://user@example.org/", "contains a name or a password"),
        ("https://@example.org/", "contains a name or a password"),
        ("https://example.org:port/", "not a complete address"),
        ("https://example.org:99999/", "not a complete address"),
        ("https://[::1/", "not a complete address"),
        ("https://exa mple.org/", "a character that no address has"),
        ("https://example.org/a\r\nHost: inside", "a character that no address has"),
        ("https://example.org\\@inside/", "a character that no address has"),
        ("https://example.org\x00/", "a character that no address has"),
        ("https://exa%6dple.org/", "not the name of a host"),
        ("https://[fe80::1%25lo]/", "not the name of a host"),
        ("https://./", "not the name of a host"),
        ("https://\u2100.org/", "not a complete address|not the name of a host"),
        ("https://xn--\u00e9.org/", "not the name of a host"),
        ("https://example.org/" + "x" * 2000, "more than 2,000 characters"),
    ],
)
def test_an_odd_address_is_refused_by_name(address: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason) as refused:
        allowed(address)
    assert refused.value.reason == Reason.REFUSED


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (" https://Example.ORG ", "https://example.org/"),
        ("HTTP://example.org?a=b#c", "http://example.org/?a=b"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://example.org:443/", "https://example.org:443/"),
        ("https://a_b.example.org./", "https://a_b.example.org./"),
        ("https://[2606:4700:0::1]/", "https://[2606:4700::1]/"),
    ],
)
def test_an_address_is_asked_in_plain_form(address: str, asked: str) -> None:
    assert allowed(address) == asked


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with serving(sending(FILE)) as address:
        with pytest.raises(FetchError, match="does not prove who it is") as refused:
            attempt(address.replace("localhost", "127.0.0.1"))
        assert refused.value.reason == Reason.UNREACHABLE


def test_a_host_that_is_not_there_is_named() -> None:
    with serving(sending(FILE)) as address:
        pass
    with pytest.raises(FetchError, match="localhost could not be reached") as refused:
        attempt(address)
    assert refused.value.reason == Reason.UNREACHABLE


def test_a_file_that_is_too_long_is_refused() -> None:
    with serving(sending(FILE)) as address, pytest.raises(FetchError, match="sent more than"):
        attempt(address, most_bytes=len(FILE) - 1)


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (404, {}, "answered 404"),
        (204, {}, "answered 204"),
        (302, {}, "answered 302"),
        (206, {}, "answered 206"),
        (503, {"Retry-After": "3600"}, "answered 503"),
    ],
)
def test_any_other_answer_is_refused_by_name(
    status: int, headers: dict[str, str], reason: str
) -> None:
    with (
        serving(sending(FILE, status=status, headers=headers)) as address,
        pytest.raises(FetchError, match=f"localhost {reason}") as refused,
    ):
        attempt(address)
    assert refused.value.reason == Reason.STATUS
    assert refused.value.status == status
    assert refused.value.retry_after == (3600 if headers else None)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        (format_datetime(datetime.now(UTC) + timedelta(days=400), usegmt=True), 86_400, 10**8),
        ("Sat, 28 Nov 2009 01:00:00 GMT", 0, 0),
        ("Sat, 28 Nov 2009 01:00:00 -0000", 0, 0),
    ],
    ids=["to come", "past", "past without a zone"],
)
def test_the_time_to_come_back_may_be_a_date(said: str, least: int, most: int) -> None:
    with (
        serving(sending(b"", status=429, headers={"Retry-After": said})) as address,
        pytest.raises(FetchError) as refused,
    ):
        attempt(address)
    assert refused.value.retry_after is not None
    assert least <= refused.value.retry_after <= most


@pytest.mark.parametrize("said", ["soon", "-1", "1e9", "9" * 5000, "Sat, 99 Foo 9999", ""])
def test_nonsense_about_when_to_come_back_is_passed_over(said: str) -> None:
    with (
        serving(sending(b"", status=503, headers={"Retry-After": said})) as address,
        pytest.raises(FetchError) as refused,
    ):
        attempt(address)
    assert refused.value.retry_after is None


def test_a_file_that_breaks_off_is_refused() -> None:
    cut = sending(FILE, headers={"Content-Length": str(len(FILE) + 1)})
    with serving(cut) as address, pytest.raises(FetchError, match="did not send the whole"):
        attempt(address)


# Redirects -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [([301, 308], True), ([301], True), ([301, 302], False), ([307, 301], False), ([303], False)],
)
def test_redirects_are_followed_and_told(statuses: list[int], permanent: bool) -> None:
    ways = {f"/{step}": (status, str(step + 1)) for step, status in enumerate(statuses)}
    with serving(redirecting(ways)) as address:
        base = address.removesuffix("file")
        answer = attempt(f"{base}0")
        assert answer.content == b"there"
        assert answer.address == f"{base}{len(statuses)}"
        assert answer.permanent is permanent


def test_redirects_lead_to_other_hosts_and_leave_no_cookie() -> None:
    cookies: list[str | None] = []

    def keep(handler: BaseHTTPRequestHandler) -> None:
        cookies.append(handler.headers["Cookie"])
        sending(FILE)(handler)

    with serving(keep, encrypted=False) as other:

        def leave(handler: BaseHTTPRequestHandler) -> None:
            target = f"{other}/ü#part".encode().decode("latin-1")
            headers = {"Location": target, "Set-Cookie": "who=me"}
            sending(b"", status=302, headers=headers)(handler)

        with serving(leave) as address:
            assert attempt(address).address == f"{other}/%C3%BC"
    assert cookies == [None]


def test_a_circle_is_named() -> None:
    ways = {"/file": (302, "/other"), "/other": (302, "/file")}
    with serving(redirecting(ways)) as address:
        with pytest.raises(FetchError, match="localhost redirects in a circle"):
            attempt(address)
        ways["/other"] = (302, "#itself")
        with pytest.raises(FetchError, match="localhost redirects in a circle"):
            attempt(address)


def test_a_chain_has_at_most_five_links() -> None:
    ways = {f"/{step}": (302, f"/{step + 1}") for step in range(6)}
    with serving(redirecting(ways)) as address:
        base = address.removesuffix("file")
        assert attempt(f"{base}1").address == f"{base}6"
        with pytest.raises(FetchError, match="redirects more than 5 times"):
            attempt(f"{base}0")


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://me:secret@localhost/",
        "https://[/",
        "ftp:",
    ],
)
def test_a_redirect_is_held_to_the_same_rules(target: str) -> None:
    with serving(redirecting({"/file": (302, target)})) as address:
        with pytest.raises(FetchError, match="localhost redirects to where nothing") as refused:
            attempt(address)
        assert refused.value.reason == Reason.REFUSED


# Dead links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 204, 206])
def test_a_check_reads_nothing(status: int) -> None:
    methods: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        methods.append(handler.command)
        sending(FILE, status=status)(handler)

    with serving(answer) as address:
        assert check(address, seconds=60).content == b""
    assert methods == ["HEAD"]


@pytest.mark.parametrize("refusal", [400, 403, 404, 405, 500, 501])
def test_a_host_that_refuses_to_be_checked_is_asked_as_a_reader_would(refusal: int) -> None:
    methods: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        methods.append(handler.command)
        if handler.command == "HEAD":
            sending(b"", status=refusal)(handler)
            return
        handler.send_response(200)
        handler.end_headers()
        while True:  # until the other side hangs up
            handler.wfile.write(b"x" * 100_000)

    with serving(answer) as address:
        assert check(address, seconds=60).content == b""
    assert methods == ["HEAD", "GET"]


def test_a_dead_link_is_told_with_its_status() -> None:
    with (
        serving(sending(b"", status=410)) as address,
        pytest.raises(FetchError, match="localhost answered 410") as refused,
    ):
        check(address, seconds=60)
    assert refused.value.status == 410


# Time ----------------------------------------------------------------------------------------------


def drip_the_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


def drip_the_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip_the_body, drip_the_headers])
def test_a_server_that_drips_gets_no_more_than_its_time(answer: Answer) -> None:
    with serving(answer) as address, pytest.raises(FetchError) as refused:
        attempt(address, seconds=0.5)
    assert refused.value.reason == Reason.SLOW


# A form to a service ------------------------------------------------------------------------------


def test_a_form_arrives_as_it_was_given() -> None:
    got: list[tuple[str, bytes]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        got.append((handler.command, body))
        sending(b"x" * 100_000, status=202)(handler)

    with serving(answer) as address:
        assert post(address, [("a", "1&2"), ("a", "ü"), ("b", "")], seconds=60) == 202
    assert got == [("POST", b"a=1%262&a=%C3%BC&b=")]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500])
def test_a_service_that_does_not_say_yes_is_a_failure_and_nobody_else_is_asked(status: int) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        sending(b"", status=status, headers={"Location": "/elsewhere"})(handler)

    with serving(answer) as address, pytest.raises(FetchError, match=f"answered {status}") as no:
        post(address, [("a", "1")], seconds=60)
    assert no.value.reason == Reason.STATUS
    assert asked == ["/file"]


def test_a_form_is_sent_encrypted_or_not_at_all() -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        sending(b"")(handler)

    with serving(answer, encrypted=False) as address, pytest.raises(FetchError) as no:
        post(address, [("a", "1")], seconds=60)
    assert no.value.reason == Reason.REFUSED
    assert not asked


def test_a_service_on_a_private_host_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        sending(b"")(handler)

    monkeypatch.setattr(fetching, "REACH", Reach(ports=range(1, 65536)))
    with serving(answer) as address, pytest.raises(FetchError, match="private address"):
        post(address, [("a", "1")], seconds=60)
    assert not asked

"""What makes a page of its own, what does not, and what is refused before anybody works for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from django.conf import LazySettings

from tests.core.page_cache.reader import Reader

SESSION = "sessionid=abc"


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A page that says all that it was told of its reader; private at some addresses."""
    headers = [("Content-Type", "text/html; charset=utf-8"), *HEADERS.get(environ["PATH_INFO"], [])]
    start_response(STATUS.get(environ["PATH_INFO"], "200 OK"), headers)
    told = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    told["QUERY_STRING"] = environ["QUERY_STRING"]
    return [repr(sorted(told.items())).encode()]


HEADERS: dict[str, list[tuple[str, str]]] = {
    "/private/": [("Cache-Control", "private")],
    "/no-store/": [("Cache-Control", "max-age=3, No-Store")],
    "/cookie/": [("Set-Cookie", "a=b")],
    "/varies/": [("Vary", "Accept-Encoding, Cookie")],
    "/varies-by-all/": [("Vary", "*")],
    "/packed/": [("Content-Encoding", "gzip")],
    "/feed/": [("Cache-Control", "public, max-age=300")],
}
STATUS = {"/gone/": "404 Not Found", "/moved/": "301 Moved Permanently", "/broken/": "500 Oops"}


@pytest.fixture
def echoes() -> Reader:
    return Reader(echo)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/news/a/", "/news/a/?utm_source=x&utm_medium=y"),
        ("/news/a/", "/news/a/?fbclid=1"),
        ("/news/a/", "/news/a/?page=7"),
        ("/news/a/", "/news/a/?" + "&".join(f"x{n}={n}" for n in range(80))),
        ("/", "/?cb=123456"),
        ("/news/", "/news/?page=1"),
        ("/news/?page=2", "/news/?utm_source=x&page=02"),
        ("/news/?page=2", "/news/?page=9&page=2"),
        ("/petitions/", "/petitions/?sort=evil"),
        ("/about/", "/about/?gclid=1"),
    ],
)
def test_what_no_view_reads_makes_no_page_of_its_own(echoes: Reader, one: str, other: str) -> None:
    assert echoes.ask(one).how == "miss"
    again = echoes.ask(other)
    assert again.how == "hit"
    assert b"utm_source" not in again.body


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/news/?page=2", "/news/?page=3"),
        ("/news/a/", "/news/b/"),
        ("/categories/a/", "/categories/a/?page=2"),
        ("/news/a/", "/news/a//"),
        ("/news/a/", "/News/a/"),
    ],
)
def test_what_a_view_tells_apart_is_kept_apart(echoes: Reader, one: str, other: str) -> None:
    assert [echoes.ask(one).how, echoes.ask(other).how] == ["miss", "miss"]


def test_nothing_of_one_reader_is_in_the_page_that_others_get(echoes: Reader) -> None:
    evil = {
        "x_forwarded_host": "evil.example",
        "x_forwarded_proto": "https",
        "x_original_url": "/admin/",
        "accept_language": "evil",
        "user_agent": "evil",
        "origin": "https://evil.example",
        "cookie": "theme=evil",
        "x_http_method_override": "evil",
        "range": "bytes=0-1",
    }
    first = echoes.ask("/news/a/?utm_source=evil", **evil)
    assert first.status == 200
    assert b"evil" not in first.body
    assert echoes.ask("/news/a/").body == first.body


def test_a_rendering_for_one_reader_has_all_that_the_reader_sent(echoes: Reader) -> None:
    answer = echoes.ask("/private/?from=a-key", user_agent="Firefox")
    assert not answer.how
    assert b"from=a-key" in answer.body
    assert b"Firefox" in answer.body


@pytest.mark.parametrize("address", [*HEADERS, *STATUS])
def test_what_is_not_for_everybody_is_not_kept(echoes: Reader, address: str) -> None:
    kept = address == "/feed/"
    assert [bool(echoes.ask(address).how), bool(echoes.ask(address).how)] == [kept, kept]


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": SESSION},
        {"cookie": f"theme=dark; {SESSION}"},
        {"cookie": "messages=x"},
        {"authorization": "Bearer x"},
    ],
)
def test_whoever_may_be_somebody_gets_a_page_of_their_own(
    echoes: Reader, headers: dict[str, str]
) -> None:
    echoes.ask("/news/a/")
    assert not echoes.ask("/news/a/", **headers).how
    assert echoes.ask("/news/a/", cookie="csrftoken=x; theme=dark").how == "hit"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/pages/3/?page=1",
        "/documents/1/a.pdf",
        "/my-signatures/",
        "/petitions/a/",
        "/petitions/a/confirm/token/",
        "/letters/a/",
        "/subscribe/",
        "/representatives/?zip=53703",
        "/representatives/?letter=a&from=b",
        "/representatives/a/report/",
        "/search/?q=pipe",
        "/search/suggest/?q=pi",
        "/old.php?id=3",
        "/news/?page=x",
        "/news/?page=99999",
    ],
)
def test_what_is_somebodys_own_or_has_no_end_is_never_kept(echoes: Reader, address: str) -> None:
    assert not echoes.ask(address).how
    assert not echoes.ask(address).how
    asked = address.partition("?")[2]
    assert all(seen["QUERY_STRING"] == asked for seen in echoes.seen)


# The admin's previews and notices ask with the last two.
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PATCH", "DELETE"])
def test_only_reading_is_answered(echoes: Reader, method: str) -> None:
    echoes.ask("/news/a/")
    assert not echoes.ask("/news/a/", method=method).how


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/", {"host": "evil.example"}),
        ("/", {"host": "testserver.evil.example"}),
        ("/", {"host": "testserver, evil.example"}),
        ("/", {"host": "test server"}),
        ("/", {"host": ""}),
        ("/news/a%00/", {}),
        ("/news/%0d%0aSet-Cookie:x/", {}),
        ("/news\\..\\admin/", {}),
        ("/news/%5c/", {}),
        ("/news/../admin/", {}),
        ("/news/%2e%2e/admin/", {}),
        ("/news/./a/", {}),
    ],
)
def test_what_nobody_who_reads_here_asks_is_refused_before_django(
    echoes: Reader, caplog: pytest.LogCaptureFixture, address: str, headers: dict[str, str]
) -> None:
    with caplog.at_level(logging.WARNING):
        answers = [echoes.ask(address, **headers) for _ in range(20)]
    assert {answer.status for answer in answers} == {400}
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert answers[0].headers["x-content-type-options"] == "nosniff"
    assert answers[0].headers["content-security-policy"].startswith("default-src 'none'")
    assert not echoes.renderings
    assert len(caplog.records) == 1


def test_a_port_of_thousands_of_digits_is_refused(echoes: Reader) -> None:
    answer = echoes.ask("/news/a/", host="testserver:" + "1" * 5000)
    assert (answer.status, echoes.renderings) == (400, [])


def test_ports_that_are_not_ours_fill_no_memory(echoes: Reader) -> None:
    assert not echoes.ask("/", host="testserver:8123").how
    assert echoes.ask("/", host="TESTSERVER").how == "miss"
    assert echoes.ask("/", host="testserver").how == "hit"


def test_a_stranger_cannot_say_that_a_request_came_over_https(settings: LazySettings) -> None:
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    settings.SECURE_SSL_REDIRECT = True
    echoes = Reader(echo)
    assert echoes.ask("/", client="192.0.2.7", x_forwarded_proto="https").how == "miss"
    stranger = echoes.ask("/", client="203.0.113.1", x_forwarded_proto="https")
    assert not stranger.how
    assert b"FORWARDED" not in stranger.body
    assert echoes.ask("/", client="192.0.2.8", x_forwarded_proto="https").how == "hit"
    assert not echoes.ask("/", client="192.0.2.8", x_forwarded_proto="http").how


def test_a_view_that_says_how_long_it_may_be_kept_elsewhere_is_left_to_say_so(
    echoes: Reader,
) -> None:
    assert echoes.ask("/feed/").headers["cache-control"] == "public, max-age=300"
    assert echoes.ask("/about/").headers["cache-control"] == (
        "public, max-age=0, s-maxage=2, stale-while-revalidate=2, stale-if-error=86400"
    )


def test_a_cache_in_front_that_is_told_of_changes_gets_the_tags(settings: LazySettings) -> None:
    assert "surrogate-key" not in Reader(echo).ask("/").headers
    settings.CDN_PURGE_URL = "http://127.0.0.1:1/"
    assert Reader(echo).ask("/about/").headers["surrogate-key"] == "site"

"""In which forms a page is sent, and when it is not sent because the client has it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from typing import Any

import brotli  # type: ignore[import-untyped]  # it has no annotations
import pytest

from cms.core.page_cache import encodings
from tests.core.page_cache.reader import Reader

PAGE = b"<p>Ten years to take the lead out of the ground.</p>" * 200


def page(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    headers = [("Content-Type", "text/html"), ("Content-Security-Policy", "default-src 'none'")]
    if environ["PATH_INFO"] == "/feed/":
        headers.append(("Last-Modified", "Tue, 03 Nov 2026 20:00:00 GMT"))
    start_response("200 OK", headers)
    return [PAGE[:5000], PAGE[5000:]]


@pytest.fixture
def pages() -> Reader:
    return Reader(page)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("X-GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("identity", "identity"),
        ("identity;q=1, br;q=0.1", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("gzip;q=7", "identity"),
        (";;;,,,q=", "identity"),
        ("gzip," * 1000, "identity"),
    ],
)
def test_the_encoding_is_the_one_that_the_client_likes_best(header: str, encoding: str) -> None:
    assert encodings.chosen(header) == encoding


def test_every_form_is_the_same_page_with_a_tag_of_its_own(pages: Reader) -> None:
    plain = pages.ask("/")
    packed = pages.ask("/", accept_encoding="gzip")
    small = pages.ask("/", accept_encoding="gzip, br")

    assert plain.body == gzip.decompress(packed.body) == brotli.decompress(small.body) == PAGE
    assert len({answer.headers["etag"] for answer in (plain, packed, small)}) == 3
    for answer in (plain, packed, small):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-length"] == str(len(answer.body))
        assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert small.headers["content-encoding"] == "br"
    assert len(pages.renderings) == 1


def test_who_has_the_page_is_told_so(pages: Reader) -> None:
    etag = pages.ask("/", accept_encoding="br").headers["etag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*", etag.replace("-br", "")):
        answer = pages.ask("/", accept_encoding="br", if_none_match=sent)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["content-security-policy"] == "default-src 'none'"
        assert "content-length" not in answer.headers
    for sent in ('"other"', "nonsense", '"' + "a" * 8000):
        assert pages.ask("/", if_none_match=sent).status == 200


def test_a_first_request_may_ask_on_conditions_and_others_get_the_page(pages: Reader) -> None:
    assert pages.ask("/", if_none_match='"other"', range="bytes=0-3").status == 200
    assert pages.ask("/").body == PAGE


def test_no_page_is_held_to_be_unchanged_by_its_date(pages: Reader) -> None:
    for _ in range(2):
        answer = pages.ask("/feed/", if_modified_since="Wed, 04 Nov 2026 20:00:00 GMT")
        assert answer.status == 200
        assert "last-modified" not in answer.headers


def test_head_says_what_get_would(pages: Reader) -> None:
    first = pages.ask("/", method="HEAD")
    assert (first.status, first.body) == (200, b"")
    got = pages.ask("/")
    assert got.body == PAGE
    told = {k: v for k, v in got.headers.items() if k != "x-page-cache"}
    assert told == {k: v for k, v in first.headers.items() if k != "x-page-cache"}
    assert re.fullmatch(r'"[0-9a-f]{30}"', got.headers["etag"])

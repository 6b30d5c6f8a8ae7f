"""One form for one address, whatever somebody hands in."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from news.addresses import MOST_CHARACTERS, AddressError, canonical, host_of

PLAIN = "https://example.org/news/lead-pipes?id=7"


@pytest.mark.parametrize(
    "written",
    [
        "http://example.org/news/lead-pipes?id=7",
        "HTTPS://Example.ORG/news/lead-pipes?id=7",
        " https://example.org:443/news/lead-pipes?id=7\n",
        "http://example.org:80/news/lead-pipes?id=7",
        "https://example.org./news/lead-pipes?id=7",
        "https://example.org/news/lead-pipes?id=7#comments",
        "https://example.org/old/../news/./lead-pipes?id=7",
        "https://example.org/old/%2E%2e/news/lead-pipes?id=7",
        "https://example.org/news/lead%2Dpipes?id=%37",
        "https://example.org/news/lead-pipes?utm_source=rss&id=7&utm_medium=feed",
        "https://example.org/news/lead-pipes?id=7&fbclid=IwAR0&gclid=1&mc_cid=a&mc_eid=b",
        "https://example.org/news/lead-pipes?&id=7&UTM_Campaign=x&utm%5Fterm=y&",
        "https://ｅｘａｍｐｌｅ.org/news/lead-pipes?id=7",  # noqa: RUF001 - wide letters
    ],
)
def test_what_leads_to_the_same_page_is_the_same_address(written: str) -> None:
    assert canonical(written) == PLAIN


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/news/lead-pipes/?id=7",
        "https://example.org/News/lead-pipes?id=7",
        "https://www.example.org/news/lead-pipes?id=7",
        "https://m.example.org/news/lead-pipes?id=7",
        "https://example.org:8443/news/lead-pipes?id=7",
        "https://example.org/news/lead-pipes?id=8",
        "https://example.org/news/lead-pipes?id=7&ref=8",
        "https://example.org/news/lead%2Fpipes?id=7",
    ],
)
def test_what_may_be_another_page_is_another_address(other: str) -> None:
    assert canonical(other) == other


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org?b=1&a=2", "https://example.org/?a=2&b=1"),
        ("https://example.org/?b=2&a=1&b=1", "https://example.org/?a=1&b=2&b=1"),
        ("https://example.org/?b&a=1", "https://example.org/?b&a=1"),
        ("https://example.org/ä b?q=ü|", "https://example.org/%C3%A4%20b?q=%C3%BC%7C"),
        ("https://example.org/100%/%zz", "https://example.org/100%25/%25zz"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://пример.рф/новости", None),
        ("https://日本ニュース.jp/", "https://xn--zck9awe6ds833acvb.jp/"),
        ("http://203.0.113.9:8080/a", "http://203.0.113.9:8080/a"),
        ("https://[2001:DB8::0:1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/a/..", "https://example.org/"),
        ("https://example.org//a//b", "https://example.org//a//b"),
    ],
)
def test_an_address_is_spelled_in_one_way(written: str, form: str | None) -> None:
    assert canonical(written) == (form or canonical(canonical(written)))
    assert canonical(written).isascii()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "There is no address"),
        ("javascript:alert(1)", "begins with “javascript:”"),
        ("data:text/html,x", "begins with “data:”"),
        ("ftp://example.org/", "begins with “ftp:”"),
        ("mailto:a@example.org", "begins with “mailto:”"),
        ("//example.org/news", "begins with something else"),
        ("/news", "begins with something else"),
        ("example.org/news", "begins with something else"),
        ("https://", "names no host"),
        ("https://:443/", "names no host"),
        ("https://editor:secret@example.org/", "holds a login"),
        ("https://example.org@203.0.113.9/", "holds a login"),
        ("https://example.org\\@203.0.113.9/", "backslash"),
        ("https://example.org/\x00", "cannot be seen"),
        ("https://example.org/a\tb", "cannot be seen"),
        ("https://example.org/\ud800", "cannot be seen"),
        ("https://example.org:99999/", "This is no address"),
        ("https://example.org:0/", "Port 0"),
        ("https://[::1/", "This is no address"),
        ("https://[fe80::zz]/", "no host|no address"),
        ("https://2130706433/", "is a number"),
        ("https://0x7f000001/", "is a number"),
        ("https://127.1/", "is a number"),
        ("https://exa mple.org/", "no part of a host's name"),
        ("https://-example.org/", "no part of a host's name"),
        ("https://a..b/", "no part of a host's name"),
        ("https://xn--a/", "no part of a host's name"),
        (f"https://{'a.' * 130}org/", "names no host"),
        (f"https://example.org/{'a' * MOST_CHARACTERS}", "longer than 2,000"),
        (f"https://example.org/{'ä' * 400}", "longer than 2,000"),
        ("https://example.org/" + "a" * 1_000_000, "longer than 2,000"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused_with_the_reason(address: str, why: str) -> None:
    with pytest.raises(AddressError, match=why):
        canonical(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://p\u0430ypal.com/", "several alphabets"),  # one Cyrillic letter
        ("https://xn--pypal-4ve.com/", "several alphabets"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.com/", "look like Latin"),
        ("https://news.xn--80ak6aa92e.com/", "look like Latin"),
    ],
)
def test_a_name_made_to_be_taken_for_another_is_refused(address: str, why: str) -> None:
    with pytest.raises(AddressError, match=why):
        canonical(address)


def test_a_name_of_one_alphabet_is_no_disguise() -> None:
    assert canonical("https://новости.com/") == canonical("https://новости.com/x/..")
    assert canonical("https://\u0440\u043e.рф/").endswith(".xn--p1ai/")


def test_an_address_that_is_long_only_by_what_falls_away_is_not_too_long() -> None:
    assert canonical(f"https://example.org/?utm_source={'x' * 3000}") == "https://example.org/"


def test_the_host_is_told_as_domains_of_sources_are_written() -> None:
    assert host_of(canonical("https://www.Example.org:443/a")) == "example.org"


PIECES = st.sampled_from(
    [
        "/",
        ".",
        "..",
        "%",
        "%2e",
        "%2F",
        "%25",
        "%e4",
        "&",
        "=",
        "?",
        "#",
        ";",
        "ä",
        " ",
        "a",
        "[",
        "~",
    ]
)


@given(st.lists(PIECES | st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
@example(["%%32", "e", "/..", "/"])
def test_the_form_of_the_form_is_the_form(pieces: list[str]) -> None:
    form = canonical("https://example.org/" + "".join(pieces))
    assert canonical(form) == form
    assert form.isascii()


@given(st.text(max_size=80) | st.text(max_size=40).map(lambda text: f"https://{text}/"))
def test_whatever_is_written_is_answered_with_an_address_or_a_sentence(text: str) -> None:
    try:
        form = canonical(text)
    except AddressError as refusal:
        assert str(refusal).endswith(".")
    else:
        assert canonical(form) == form

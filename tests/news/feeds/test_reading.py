"""What a feed says, and what of it is taken."""

from __future__ import annotations

import datetime
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.feeds.items import MOST_PROBLEMS, SUMMARY_LENGTH, TITLE_LENGTH, Item, plain
from news.feeds.reading import MOST_GUESSED, MOST_ITEMS, FeedRefusedError, Reading, read
from tests.news.feeds.documents import (
    A_PAGE,
    ATOM,
    ENTITY_BOMB,
    EXTERNAL_ENTITY,
    NOW,
    RDF,
    RSS_091,
    YESTERDAY,
    json_feed,
    rss,
    rss_item,
)

ADDRESS = "https://gazette.example/feed"


def taken(content: bytes, content_type: str = "application/xml") -> Reading:
    return read(content, address=ADDRESS, content_type=content_type, now=NOW)


def only(content: bytes) -> Item:
    (item,) = taken(content).items
    return item


def refusal(content: bytes) -> str:
    with pytest.raises(FeedRefusedError) as refused:
        taken(content)
    return str(refused.value)


# The formats --------------------------------------------------------------------------------------


def test_rss_is_read() -> None:
    reading = taken(rss(rss_item(1), rss_item(2)))
    assert reading.title == "The Gazette"
    assert reading.problems.told() == []
    assert [item.address for item in reading.items] == [
        "https://gazette.example/stories/1",
        "https://gazette.example/stories/2",
    ]
    first = reading.items[0]
    assert first.title == "Senate hears testimony on lead pipes, day 1"
    assert first.summary == "What was said on day 1."
    assert first.language == "en-us"
    assert first.published_at == YESTERDAY - datetime.timedelta(minutes=1)


def test_atom_is_read() -> None:
    reading = taken(ATOM)
    assert reading.title == "Die Zeitung"
    assert reading.items == [
        Item(
            address="https://gazette.example/1",
            title="Stadt tauscht Bleirohre & zahlt",
            summary="Erstens. Zweitens.",
            author="Ada Brandt",
            language="de",
            picture_address="",
            published_at=datetime.datetime(2026, 3, 3, 10, 30, tzinfo=datetime.UTC),
        )
    ]


def test_rdf_is_read() -> None:
    item = only(RDF)
    assert item.address == "https://agency.example/1"
    assert item.title == "Council votes on the water budget"
    assert item.author == "Wire desk"
    assert item.published_at == datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)


def test_the_oldest_rss_is_read_and_its_dtd_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("Something was asked for.")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    item = only(RSS_091)
    assert item.address == "https://old.example/1"
    assert item.published_at is None


@pytest.mark.parametrize("version", ["1", "1.0", "1.1"])
def test_json_feed_is_read(version: str) -> None:
    item = {
        "id": 7,
        "url": "https://gazette.example/stories/7?fbclid=1",
        "title": "Pipes",
        "content_html": "<p>One</p><p>Two</p>",
        "date_published": "2026-03-03T05:00:00-05:00",
        "authors": [{"name": "Ada"}, {"name": "Ben"}],
        "image": "https://gazette.example/7.jpg",
        "attachments": [{"url": "x"}],
    }
    content = json_feed(item, version=f"https://jsonfeed.org/version/{version}", language="en")
    assert only(b"\xef\xbb\xbf " + content) == Item(
        address="https://gazette.example/stories/7",
        title="Pipes",
        summary="One Two",
        author="Ada, Ben",
        language="en",
        picture_address="https://gazette.example/7.jpg",
        published_at=datetime.datetime(2026, 3, 3, 10, tzinfo=datetime.UTC),
    )


def test_an_item_of_json_that_is_wrong_spoils_no_other() -> None:
    good = {"id": "https://gazette.example/1", "title": "Good"}
    reading = taken(json_feed(3, {**good, "title": ["x"]}, {**good, "author": None}, None))
    assert [item.title for item in reading.items] == ["Good"]
    assert reading.problems.refused == 3
    assert "Item 2 was left out. It is not as the format has it: title." in reading.problems.told()


def test_pictures_are_taken_from_where_feeds_put_them() -> None:
    for markup in (
        '<media:content medium="image" url="https://gazette.example/a.jpg"/>',
        '<media:content medium="video" url="https://gazette.example/a.mp4"/>'
        '<media:thumbnail url="/a.jpg"/>',
        '<enclosure type="image/jpeg" length="1" url="https://gazette.example/a.jpg"/>',
    ):
        item = rss_item().replace("</item>", f"{markup}</item>")
        assert only(rss(item)).picture_address == "https://gazette.example/a.jpg"


def test_an_item_without_a_link_has_the_address_that_its_id_is() -> None:
    assert only(rss(rss_item(link="", guid="https://gazette.example/9"))).address.endswith("/9")


# Items --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"link": ""}, "was left out. It has no address."),
        ({"title": ""}, "Item 1 was left out. It has no title."),
        ({"title": "<b> </b>\u200b"}, "Item 1 was left out. It has no title."),
        ({"link": "javascript:alert(1)"}, "begins with “javascript:”."),
        ({"link": "data:text/html,<script>"}, "begins with “data:”."),
        ({"link": "https://editor:pw@gazette.example/"}, "holds a login"),
        ({"link": "https://g\u0430zette.example/1"}, "mixes letters of several alphabets"),
        ({"link": f"https://gazette.example/{'x' * 3000}"}, "longer than 2,000 characters"),
        ({"link": "https://[::1/"}, "It has no address."),
    ],
)
def test_an_item_that_cannot_be_a_story_is_left_out_with_the_reason(
    said: dict[str, Any], told: str
) -> None:
    reading = taken(rss(rss_item(**said), rss_item(2)))
    assert [item.address for item in reading.items] == ["https://gazette.example/stories/2"]
    assert reading.problems.refused == 1
    (sentence,) = reading.problems.told()
    assert told in sentence


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", "is dated 1970-01-01"),
        ("Fri, 01 May 2099 00:00:00 GMT", "is dated 2099-05-01"),
        ("the day before yesterday", "a date that is none: the day before yesterday"),
        ("Thu, 01 Jan 99999 00:00:00 GMT", "a date that is none"),
    ],
)
def test_a_date_that_cannot_be_is_told_and_not_taken(date: str, told: str) -> None:
    reading = taken(rss(rss_item(pubDate=date)))
    assert reading.items[0].published_at is None
    (sentence,) = reading.problems.told()
    assert told in sentence
    assert "first seen" in sentence
    assert reading.problems.refused == 0


def test_an_item_without_a_date_is_nothing_to_complain_of() -> None:
    reading = taken(rss(rss_item(pubDate="")))
    assert reading.items[0].published_at is None
    assert reading.problems.told() == []


def test_a_date_of_tomorrow_morning_is_a_zone_and_no_lie() -> None:
    assert only(rss(rss_item(pubDate="Thu, 05 Mar 2026 11:00:00 GMT"))).published_at is not None


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("AT&amp;T &#8217;s <b>bold</b> move", "AT&T ’s bold move"),
        ("<p>One</p><p>Two<br>three</p>", "One Two three"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("<img src=x onerror=alert(1)>After", "After"),
        ("a\x00b\x07\tc\u202egnp\u2069", "a b cgnp"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("<![CDATA[x]]>y", "y"),
        ("é", "é"),
    ],
)
def test_text_is_clean(markup: str, words: str) -> None:
    assert plain(markup) == words


@given(st.text(max_size=300))
def test_no_text_leaves_a_tag_or_a_control_character(text: str) -> None:
    words = plain(f"<b>{text}</b>")
    assert "\x00" not in words
    assert words == " ".join(words.split())


def test_what_is_long_is_cut_at_a_word() -> None:
    reading = taken(rss(rss_item(title="word " * 200, description="word " * 2000)))
    (item,) = reading.items
    assert len(item.title) <= TITLE_LENGTH
    assert item.title.endswith("word…")
    assert len(item.summary) <= SUMMARY_LENGTH
    assert "has a title of 999 characters" in reading.problems.told()[0]


def test_the_same_address_twice_is_one_item() -> None:
    twice = rss_item(2, link="http://gazette.example/stories/1#top")
    assert len(taken(rss(rss_item(1), twice)).items) == 1


def test_many_problems_are_some_sentences_and_a_number() -> None:
    told = taken(rss(*(rss_item(n, link="") for n in range(MOST_PROBLEMS + 30)))).problems.told()
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == "And 30 more."


# Files that are no feeds, or bad ones ----------------------------------------------------------------


def test_a_page_is_told_from_a_feed_and_the_feed_that_it_names_is_told() -> None:
    said = "This is a web page, not a feed. It names a feed at https://gazette.example/rss.xml."
    assert refusal(A_PAGE) == said
    assert refusal(b"<html><body>x") == "This is a web page, not a feed, and it names no feed."
    link = b"<html><link rel=alternate type=application/rss+xml href='javascript:x'>"
    assert "names no feed" in refusal(link)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xef\xbb\xbf", b"\x00" * 100])
def test_an_empty_file_is_told(content: bytes) -> None:
    assert refusal(content) == "The server sent an empty file."


@pytest.mark.parametrize(
    "content", [b"/etc/passwd", b"https://gazette.example/feed", b"<svg/>", b"\x89PNG\r\n", b"[]"]
)
def test_what_is_no_feed_is_refused_and_never_opened(content: bytes) -> None:
    assert refusal(content) == "This is no feed: neither RSS, Atom, RDF nor JSON Feed."


def test_a_file_that_spells_a_path_is_not_opened(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(rss(rss_item()))
    assert "This is no feed" in refusal(str(feed).encode())


@pytest.mark.parametrize("content", [ENTITY_BOMB, EXTERNAL_ENTITY])
def test_files_that_declare_entities_are_not_read(content: bytes) -> None:
    assert "declares entities of its own" in refusal(content)


def test_json_that_is_no_json_feed_says_what_is_wrong() -> None:
    assert "no JSON Feed: version" in refusal(b'{"items": []}')
    assert "no JSON Feed: items" in refusal(b'{"version": "https://jsonfeed.org/version/1"}')
    assert "cannot be read as such" in refusal(b'{"version": ')
    assert "cannot be read as such" in refusal(b'{"a":' * 100_000)


def test_a_feed_in_another_charset_than_it_claims_is_read_and_told() -> None:
    content = rss(rss_item(title="Größe und Maß")).decode().encode("latin-1")
    reading = taken(content)
    assert reading.items[0].title == "Größe und Maß"
    assert "claims another charset" in reading.problems.told()[0]


def test_a_feed_that_names_its_charset_is_read_in_it() -> None:
    for charset in ("iso-8859-1", "utf-16", "windows-1252"):
        text = rss(rss_item(title="Größe und Maß")).decode().replace("utf-8", charset)
        assert only(text.encode(charset)).title == "Größe und Maß"


def test_json_in_another_charset_is_read_as_far_as_that_goes() -> None:
    item = b'{"url": "https://gazette.example/1", "title": "Gr\xf6\xdfe"}'
    reading = taken(b'{"version": "https://jsonfeed.org/version/1", "items": [' + item + b"]}")
    assert reading.items[0].title == "Gr��e"
    assert "not UTF-8" in reading.problems.told()[0]


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_that_goes() -> None:
    reading = taken(rss(rss_item(1), rss_item(2))[:-40])
    assert len(reading.items) == 2
    assert "not well-formed" in reading.problems.told()[0]


def test_control_characters_do_not_get_through() -> None:
    reading = taken(rss(rss_item()).replace(b"Senate", b"Sen\x00\x01ate"))
    assert reading.items
    assert not set(reading.items[0].title) & {"\x00", "\x01"}


def test_a_long_file_that_is_not_well_formed_is_not_guessed_at() -> None:
    assert "too long to be read by guessing" in refusal(b"<rss>" + b"<" * MOST_GUESSED)


def test_of_an_archive_only_the_newest_are_read() -> None:
    dates = [YESTERDAY + datetime.timedelta(seconds=number) for number in range(MOST_ITEMS + 99)]
    items = [
        f"<item><title>Number {number}</title><link>https://gazette.example/{number}</link>"
        f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for number, date in enumerate(dates)
    ]
    reading = taken(rss(*items))
    assert len(reading.items) == MOST_ITEMS
    assert reading.items[0].title == f"Number {MOST_ITEMS + 98}"
    told = "It has 599 items; only the newest 500 were read."
    assert reading.problems.told() == [told]


def test_a_feed_without_items_is_a_feed() -> None:
    assert taken(rss()).items == []


@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"<rss version='2.0'>", b"<feed>"]))
def test_whatever_is_sent_is_read_or_refused_with_a_sentence(content: bytes, start: bytes) -> None:
    try:
        taken(start + content)
    except FeedRefusedError as error:
        assert str(error).endswith(".")

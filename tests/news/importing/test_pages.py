"""Pages of invented newspapers, each in another dialect, and what is to be found in them."""

from __future__ import annotations

import datetime
import socket
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from news.importing.facts import Facts, PageUnreadable
from news.importing.markup import LARGEST_PAGE
from news.importing.reading import read

PAGES = Path(__file__).parents[2] / "data" / "pages"
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Expected(NamedTuple):
    """The five things that start an article."""

    title: str
    source: str
    published: str
    zone: str
    authors: tuple[str, ...]
    picture: str


EXPECTED = {
    "amp": Expected("Storm cuts power to islands", "Skerry News", "2025-11-02T21:10:00+00:00", "UTC", ("Fergus Innes",), "https://skerry.example/i/storm.jpg"),
    "bare-english": Expected("River town loses its bank", "The Brookside Gazette", "2025-05-06T20:15:00-04:00", "America/New_York", ("Harriet Poole",), "https://news.example/images/bank.jpg"),
    "bare-french": Expected("Le vieux pont fermé aux camions", "La Gazette du Val", "2025-05-06T18:05:00+02:00", "Europe/Paris", ("Aurélie Fontanel",), "https://news.example/photos/pont.jpg"),
    "bare-german": Expected("Brücke für Lastwagen gesperrt", "Lindenauer Bote", "2025-05-06T17:40:00+02:00", "Europe/Berlin", ("Käthe Brömmel",), "https://news.example/bilder/bruecke.jpg"),
    "bare-portuguese": Expected("Ponte fecha para caminhões", "Folha do Vale", "2025-05-06T14:22:00-03:00", "America/Sao_Paulo", ("Caio Menezes",), "https://folhadovale.example/ponte.png"),
    "dublin-core": Expected("Court stops the quarry", "Fjordposten", "2025-02-14T12:30:00+01:00", "Europe/Oslo", ("Eskil Nordahl",), "https://fjordposten.example/quarry.jpg"),
    "entities-and-relative": Expected("Farmers’ \"last stand\" at the weir", "Weir Advertiser", "2025-03-30T15:00:00+00:00", "UTC", ("Bronwen Pugh",), "https://static.weir.example/2025/img/weir.jpg"),
    "ghost": Expected("Why the orchard matters", "The Long Furrow", "2025-05-20T08:00:21+00:00", "UTC", ("Imogen Hale",), "https://longfurrow.example/content/images/size/w1200/2025/05/orchard.jpg"),
    "hostile": Expected("Port reopens after the flood", "Harbour Times", "2025-05-09T13:00:00+03:00", "Etc/GMT-3", ("Vera Lund",), "https://harbour.example/port.jpg"),
    "japanese": Expected("水車橋、トラック通行止めに", "川上新聞", "2025-05-06T20:15:00+09:00", "Asia/Tokyo", ("佐藤花子",), "https://kawakami.example/photo/bridge.jpg"),
    "json-ld-array": Expected("Senate to vote on lead pipes", "Capital Post", "2025-02-11T22:05:00+00:00", "UTC", ("Mira Vance", "Paul Adeyemi"), "https://media.capitalpost.example/pipes-16x9.jpg"),
    "json-ld-broken": Expected("Harvest fails in the lower valley", "Valley Tribune", "2025-09-01T07:30:00-05:00", "America/Chicago", ("Rosa Lindqvist",), "https://valleytribune.example/img/harvest.jpg"),
    "json-ld-graph": Expected("Ferry strike enters second week", "Island Ledger", "2025-03-10T06:15:42+00:00", "Europe/London", ("Tomas Reid",), "https://islandledger.example/wp-content/uploads/ferry.jpg"),
    "json-ld-plain": Expected("Council closes mill bridge to lorries", "The Harrow Falls Courier", "2025-05-06T18:20:00-04:00", "America/New_York", ("Jane Okafor",), "https://img.courier.example/bridge.jpg"),
    "json-ld-trailing-comma": Expected("School meals stay free", "Northern Echoes", "2025-04-02T09:00:00+01:00", "Europe/London", ("Ellen Shaw", "Idris Bello"), "https://news.example/media/meals.jpg"),
    "live-blog": Expected("Election night live: first results", "The Beacon", "2025-11-04T18:00:00-05:00", "America/New_York", ("Sol Herrera",), "https://beacon.example/hall.jpg"),
    "microdata": Expected("Lighthouse to be sold", "Coast Observer", "2025-01-17T11:45:00+00:00", "UTC", ("Owen Tremaine",), "https://news.example/pix/lighthouse.jpg"),
    "opengraph-only": Expected("Budget passes by one vote", "The Meridian", "2025-06-20T04:12:00+10:00", "Australia/Sydney", ("Kirra Dunn",), "https://cdn.meridian.example/budget.jpg?w=1200&h=630"),
    "paywall": Expected("Inside the water board", "The Standard-Times", "2025-10-01T05:00:00-04:00", "America/New_York", ("Dana Whitlock",), "https://st.example/wb.jpg"),
    "rdfa-lite": Expected("Museum returns the bells", "Delta Chronicle", "2025-07-03T16:00:00+05:30", "Asia/Kolkata", ("Nadia Rahman",), "https://news.example/bells.jpg"),
    "related-articles-first": Expected("Glacier survey begins", "Alpine Herald", "2025-06-01T06:00:00+02:00", "Europe/Zurich", ("Reto Hösli",), "https://alpine.example/glacier.jpg"),
    "sailthru": Expected("Transit fares to rise", "Bayside Reporter", "2025-01-16T07:45:00-08:00", "America/Los_Angeles", ("Kofi Mensah",), "https://bayside.example/fares.jpg"),
    "spanish-time": Expected("El puente se cierra a los camiones", "Diario del Río", "2025-05-06T19:30:00+02:00", "Europe/Madrid", ("Lucía Barrientos",), "https://news.example/foto/puente.webp"),
    "tokyo-offset": Expected("水車橋の修理に二年", "東町日報", "2025-05-07T09:00:00+09:00", "Asia/Tokyo", ("山田太郎",), "https://higashi.example/a.jpg"),
    "wordpress": Expected("Library opens on Sundays", "Millbrook Voice", "2025-08-14T10:05:00-07:00", "America/Los_Angeles", ("Pete Sandoval",), "https://millbrookvoice.example/wp-content/uploads/2025/08/library-1200x800.jpg"),
    "zone-from-page": Expected("Teachers accept the offer", "Prairie Sentinel", "2025-05-12T17:05:00-05:00", "America/Chicago", ("June Castellan",), "https://prairie.example/teachers.jpg"),
    "zone-unknown": Expected("Choir wins at last", "Hill Messenger", "2025-05-18T20:00:00", "", ("Wynn Abbot",), "https://hill.example/choir.jpg"),
}  # fmt: skip


# What these pages are sent in; the files are in UTF-8, as all of ours.
SENT_IN = {"bare-german": "cp1252", "japanese": "cp932"}


def read_page(name: str) -> Facts:
    text = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    content = text.encode(SENT_IN.get(name, "utf-8"))
    return read(content, address="https://news.example/story", now=NOW)


def page(
    head: str = "", body: str = "<h1>A headline that stands here</h1>", **options: str
) -> Facts:
    content = f"<!DOCTYPE html><html {options.pop('root', '')}><head>{head}</head><body>{body}</body></html>"
    return read(
        content.encode(), address=options.pop("address", "https://news.example/story"), now=NOW
    )


def when(facts: Facts) -> str:
    return facts.published.at.isoformat() if facts.published else ""


def test_every_page_is_in_the_table() -> None:
    assert {path.stem for path in PAGES.glob("*.html")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_title_source_time_authors_and_picture_are_those_of_the_story(name: str) -> None:
    facts = read_page(name)
    assert facts.published is not None
    assert (
        Expected(
            facts.title,
            facts.source,
            facts.published.at.isoformat(),
            facts.published.zone,
            facts.authors,
            facts.pictures[0].address,
        )
        == EXPECTED[name]
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_the_text_is_the_story_and_nothing_beside_it(name: str) -> None:
    facts = read_page(name)
    text = " ".join(facts.paragraphs)
    assert len(facts.paragraphs) in {1, 2, 3, 4}
    assert all(len(paragraph) > 60 for paragraph in facts.paragraphs)
    for other in (
        "Terms of use",
        "Sport",
        "Ten pies",
        "Who pays for this",
        "Subscribe",
        EXPECTED[name].authors[0],
    ):
        assert other not in text


def test_the_credit_and_the_words_for_the_blind_come_with_the_picture() -> None:
    assert (
        read_page("json-ld-plain").pictures[0].alt,
        read_page("json-ld-plain").pictures[0].credit,
    ) == (
        "The mill bridge on Monday",
        "Lena Marsh/The Courier",
    )
    assert read_page("bare-french").pictures[0].credit == "Marc Oudin"
    assert read_page("bare-german").pictures[0].credit == "Jörg Stahl"
    assert read_page("microdata").pictures[0].credit == "Coast Pictures"
    assert read_page("json-ld-graph").pictures[0].credit == "R. Sands"


def test_a_page_s_own_address_is_taken_and_one_that_cannot_be_is_not() -> None:
    assert read_page("amp").address == "https://skerry.example/news/storm-power"
    assert read_page("hostile").address == "https://news.example/story"
    assert (
        page('<link rel="canonical" href="https://news.example/">').address
        == "https://news.example/story"
    )


def test_a_page_of_bare_lines_is_read_by_its_lines() -> None:
    text = "<p>Nobody was hurt when it fell, the mayor said on Monday night.</p>" * 3
    facts = page(
        "<title>Daily Planet: Old bridge falls</title>",
        f"<table><tr><td><b>Old bridge falls</b><br>By Jane Doe<br>May 6, 2025, 9 a.m. EDT<br>{text}",
        address="https://www.dailyplanet.example/1",
    )
    assert (facts.title, facts.source) == ("Old bridge falls", "Daily Planet")
    assert facts.authors == ("Jane Doe",)
    assert when(facts) == "2025-05-06T09:00:00-04:00"


def test_what_cannot_be_is_said() -> None:
    assert read_page("hostile").doubts == (
        "The page names 1970-01-01 as its date, which cannot be.",
        "The page names 2099-12-31 as its date, which cannot be.",
    )


def test_a_time_without_zone_stays_without_one_or_says_that_it_is_guessed() -> None:
    unknown, guessed = read_page("zone-unknown").published, read_page("japanese").published
    assert unknown is not None
    assert guessed is not None
    assert (unknown.at.tzinfo, unknown.guessed) == (None, False)
    assert guessed.guessed


def test_a_day_alone_says_that_it_is_one_and_a_time_beside_it_wins() -> None:
    alone = page('<meta name="date" content="2025-05-06">').published
    assert alone is not None
    assert alone.day_only
    assert (
        when(
            page(
                '<meta name="date" content="2025-05-06">',
                "<h1>A headline</h1><p class='date'>May 6, 2025 at 9 a.m. ET</p>",
            )
        )
        == "2025-05-06T09:00:00-04:00"
    )


# Hostile pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08", "a packed file"),
        (b'<?xml version="1.0"?><rss version="2.0"></rss>', "a feed"),
        (b"just words", "cannot be read"),
        (b"x" * (LARGEST_PAGE + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(PageUnreadable, match=reason):
        read(content, address="https://news.example/story", now=NOW)


@pytest.mark.parametrize(
    ("text", "encoding", "header", "meta"),
    [
        ("Žlutý kůň", "utf-8", "iso-8859-1", "windows-1250"),
        ("Žlutý kůň", "cp1250", "windows-1250", ""),
        ("“Déjà vu”", "cp1252", "", "iso-8859-1"),
        ("Déjà vu", "cp1252", "utf-8", "iso-8859-1"),
        ("水車橋の修理", "euc_jp", "", "euc-jp"),
        ("水車橋の修理", "iso2022_jp", "iso-2022-jp", ""),
        ("Мост закрыт", "koi8_r", "koi8-r", ""),
        ("Déjà vu", "utf-16", "", ""),
        ("Déjà vu", "utf-8", "zlib", "rot13"),
    ],
)
def test_a_page_is_read_in_what_it_really_is_in(
    text: str, encoding: str, header: str, meta: str
) -> None:
    html = f'<html><head><meta charset="{meta}"><title>{text}</title></head><body><p>.</p></body></html>'
    facts = read(html.encode(encoding), address="https://news.example/s", charset=header, now=NOW)
    assert facts.title == text


def test_one_spoilt_byte_does_not_spoil_the_page() -> None:
    html = (
        "<meta charset=utf-8><title>Déjà vu à l’été où l’on était né</title><p>Été, né.".encode()
        * 3
        + b"\xff"
    )
    assert read(html, address="https://news.example/s", now=NOW).title.startswith("Déjà vu à l’été")


def test_nul_and_marks_that_reorder_are_gone() -> None:
    facts = read(
        "<title>A\x00 head\u202eline\u200b of\u0007 note</title><p>.</p>".encode(),
        address="https://news.example/s",
        now=NOW,
    )
    assert facts.title == "A headline of note"


def test_no_picture_leads_anywhere_but_to_a_web_address() -> None:
    facts = page(
        '<meta property="og:image" content="javascript:alert(1)">'
        '<meta property="og:image" content="file:///etc/passwd">'
        '<meta property="og:image" content="https://user:pass@news.example/a.jpg">'
        '<meta property="og:image" content="https://[broken/a.jpg">'
        '<meta property="og:image" content="https://news.example/drawing.svg">'
        '<meta property="og:image" content=" /good photo.jpg ">'
    )
    assert [each.address for each in facts.pictures] == ["https://news.example/good%20photo.jpg"]


@pytest.mark.parametrize(
    "json",
    ["", "null", "[]", "7", '"text"', "{" * 5000, "[" * 100_000, '{"@type": {"a": 1}}', '{"@type": "NewsArticle", "author": 5, "image": [[[7]]], "datePublished": {"a": []}, "headline": ["", null], "publisher": [null]}',
     '{"@id": "a", "@type": "NewsArticle", "author": {"@id": "a"}}'],
)  # fmt: skip
def test_data_of_any_shape_costs_only_itself(json: str) -> None:
    facts = page(f'<script type="application/ld+json">{json}</script>')
    assert facts.title == "A headline that stands here"


def test_nested_and_endless_pages_are_read_in_a_moment() -> None:
    started = time.monotonic()
    deep = page("", "<h1>A headline that stands here</h1>" + "<div>" * 50_000 + "<p>deep</p>")
    assert deep.title == "A headline that stands here"
    row = "<div class='date'><p>By Somebody Else <a href='/x'>January</a></p></div>"
    many = page("<title>Many</title>", "<article>" + row * 120_000 + "</article>")
    assert many.title
    blob = '{"@graph":[' + ",".join(['{"@type":"Thing","x":[[1],[2]]}'] * 60_000) + "]}"
    assert page(f'<script type="application/ld+json">{blob}</script>').title
    # Wide: what must not happen is minutes.
    assert time.monotonic() - started < 120


def test_reading_asks_nobody_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("Something was asked for.")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    facts = page(
        '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd"><base href="http://127.0.0.1:9/">'
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">'
        '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:9/">',
        '<iframe src="http://127.0.0.1:9/f"></iframe><h1>A headline that stands here</h1><p>Text.</p>',
    )
    assert facts.title == "A headline that stands here"

"""Names in bylines, and data that is nearly JSON."""

from __future__ import annotations

import datetime
import time
from html import escape

import pytest

from news.importing.bylines import is_byline, split_names
from news.importing.facts import Facts
from news.importing.reading import read


def facts_of(head: str = "", body: str = "") -> Facts:
    html = (
        f"<html><head>{head}</head><body><h1>A headline that stands here</h1>{body}</body></html>"
    )
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return read(html.encode(), address="https://news.example/story", now=now)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By JANE O'NEIL-SMITH and John Roe", ["Jane O'Neil-Smith", "John Roe"]),
        ("Jane Doe, Associated Press", ["Jane Doe"]),
        ("Jane Doe, Washington correspondent", ["Jane Doe"]),
        ("Jane Doe, John Roe and Mary Major", ["Jane Doe", "John Roe", "Mary Major"]),
        ("By Jane Doe jdoe@paper.example", ["Jane Doe"]),
        ("Jane Doe @janedoe", ["Jane Doe"]),
        ("Written by Jane Doe, edited by John Roe", ["Jane Doe"]),
        ("by Jane Doe · May 4, 2025 · 12 p.m.", ["Jane Doe"]),
        ("Door Femke van Dalen op di 18 maart 2025", ["Femke van Dalen"]),
        ("Von Wiebke Onken am 3. Mai 2025", ["Wiebke Onken"]),
        ("Eine Reportage von Marlies Ebert", ["Marlies Ebert"]),
        ("Par Maëlle Guérin (avec AFP)", ["Maëlle Guérin"]),
        ("Yann KEROUÉDAN et Solène LE BIHAN", ["Yann Kerouédan", "Solène Le Bihan"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("김민수 기자", ["김민수"]),
        ("[서울=연합뉴스] 김민수 기자 = ", ["김민수"]),
        ("記者陳怡君／高雄報導", ["陳怡君"]),
        ("作者：林晓雯", ["林晓雯"]),
        ("2025-08-12 来源：河岸日报　作者：林晓雯", ["林晓雯"]),
        ("بقلم: ليلى حداد", ["ليلى حداد"]),
        ("מאת: נועה ברק", ["נועה ברק"]),
        ("Автор: Вера Ильина", ["Вера Ильина"]),
        ("https://facebook.example/jane", []),
        ("@janedoe", []),
        ("", []),
    ],
)
def test_a_byline_is_taken_apart_into_its_names(line: str, names: list[str]) -> None:
    assert split_names(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "By the river it was quiet",
        "By Monday",
        "Van Gogh was here in 1888",
        "Por la tarde",
        "기자 회견",
    ],
)
def test_a_sentence_that_begins_like_a_byline_is_none(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<p class=byline>By Staff</p>", ()),
        ("<p class=byline>Associated Press</p>", ("Associated Press",)),
        ("<p class=byline>By Jane Doe</p><p class=byline>Associated Press</p>", ("Jane Doe",)),
        ("<p>Jane Doe</p><p>May 6, 2025</p>", ("Jane Doe",)),
        ("<p>New York</p><p>May 6, 2025</p>", ()),
        ("<p class=comment-list><a rel=author>Some Reader</a></p>", ()),
    ],
)
def test_people_come_before_agencies_and_a_desk_is_nobody(
    body: str, authors: tuple[str, ...]
) -> None:
    assert facts_of(body=body).authors == authors


@pytest.mark.parametrize(
    "json",
    [
        '{"@type":"NewsArticle","author":"Jane Doe",}',
        '{"@type":"NewsArticle",/* who, */"author":"Jane Doe"}',
        '{"@type":"NewsArticle", // who\n"author":"Jane Doe"}',
        '{"@type":"NewsArticle","author":{"name":"Jane Doe"}',
        '{"@type":"WebSite","url":"https://a.example/"}{"@type":"NewsArticle","author":"Jane Doe"}',
        '<!-- {"@type":"NewsArticle","author":"Jane Doe"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","author":"Jane Doe"}\n//]]>',
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;author&quot;:&quot;Jane Doe&quot;}",
    ],
)
def test_what_is_nearly_json_is_read(json: str) -> None:
    assert facts_of(f'<script type="application/ld+json">{json}</script>').authors == ("Jane Doe",)


def test_a_string_is_no_comment_and_no_comma() -> None:
    json = '{"@type":"NewsArticle","headline":"A /* b */ // c,] d",}'
    assert facts_of(f'<script type="application/ld+json">{json}</script>').title == (
        "A /* b */ // c,] d"
    )


@pytest.mark.parametrize(
    "content", ["", "7", "[1]", "{", "[" * 9000, '{"author": 5, "title": [null, {}]}', '{"authors": ["", 7]}']
)  # fmt: skip
def test_parsely_s_data_of_any_shape_costs_only_itself(content: str) -> None:
    facts = facts_of(f'<meta name="parsely-page" content="{escape(content)}">')
    assert (facts.title, facts.authors) == ("A headline that stands here", ())


def test_strings_without_end_are_read_in_a_moment() -> None:
    started = time.monotonic()
    for piece in ('"\\', "/*", "//", "{", '{"a":[', ",]", "<!--"):
        facts_of(f'<script type="application/ld+json">{piece * 200_000}</script>')
    for piece in ("a", "a,", "a 1w,", " ", "a b ", "("):
        given = piece * (100_000 // len(piece))
        facts_of(
            body=f'<article><img src=/a.jpg srcset="{given}"><p class=byline>{given}</p></article>'
        )
    # Wide: what must not happen is minutes.
    assert time.monotonic() - started < 120


def test_the_widest_file_that_a_page_offers_is_taken_unless_it_is_huge() -> None:
    sizes = "/a-400.jpg 400w, /a-1600.jpg 1600w,/a-9000.jpg 9000w"
    body = f'<article><picture><source srcset="{sizes}"><img src="/a-100.jpg"></picture></article>'
    assert facts_of(body=body).pictures[0].address == "https://news.example/a-1600.jpg"


def test_a_caption_is_not_the_first_words_of_the_story() -> None:
    story = "The council met on Monday night, and nobody had told the mayor about the cracks. " * 3
    body = (
        "<article><figure><img src=/a.jpg><figcaption>The old mill bridge as it looked on Monday."
        f"</figcaption></figure><p>Photo by Lena Marsh, The Courier.</p><p>{story}</p></article>"
    )
    assert facts_of(body=body).paragraphs[0].startswith("The council met")

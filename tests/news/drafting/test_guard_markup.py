"""HTML as plain text: what a reader sees, and nothing that the author hid."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.drafting.guard import plain_text, strip_html


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("<p>One.</p><p>Two<br>and <b>three</b>.</p>", "One.\n\nTwo\nand three."),
        ("Plain text.\n\nWith paragraphs.", "Plain text.\n\nWith paragraphs."),
        ("<p>Line\n  of source</p>", "Line of source"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("R&amp;D at AT&T &lt;3", "R&D at AT&T <3"),
        ("1 < 2 and 3 > 2, or x <3 y", "1 < 2 and 3 > 2, or x <3 y"),
        ("a<script>alert('</p>')</script>b", "ab"),
        ("a<SCRIPT src=x>//<p></Script >b", "ab"),
        ("a<style>p{}</style>b<!-- c --><template>d</template>e", "abe"),
        ("a<!-- never closed, so hidden", "a"),
        ("a<svg><text>b</text></svg>c<iframe>d</iframe>", "ac"),
        ('<p>a</p><p hidden>b</p><p style="display: none">c</p><p>d</p>', "a\n\nd"),
        ('<div aria-hidden="true">a<div>b</div>c</div>d', "d"),
        ('<span class="x sr-only">a</span>b', "b"),
        ('<span style="font-size:0">a</span><i style="opacity:0;">b</i>c', "c"),
        ('<span style="position:absolute; left:-9999px">a</span>b', "b"),
        ('<p style="color:#fff;background-color:#fff">a</p><p>b</p>', "b"),
        ('<p style="color:#111;background:#fff">a</p>', "a"),
        ("<p hidden>a<p>b", "b"),
        ('<p title="a>b" hidden>c</p>d', "d"),
        ("<a href='x'>it's</a> theirs, isn't it", "it's theirs, isn't it"),
        ('<a x="never closed>a</a> b', "a b"),
        ("no end <b", "no end <b"),
        ("<head><title>t</title></head><body>b</body>", "b"),
        (
            "ze\u200bro\u00ad width\ufeff, \u202ebidi\u202c, tags\U000e0041\U000e0042",
            "zero width, bidi, tags",
        ),
        ("private \ue010\uf8ff use, half \ud83d a pair", "private use, half a pair"),
        ("nbsp\u00a0thin\u2009tab\tend", "nbsp thin tab end"),
        ("", ""),
    ],
)
def test_a_source_is_read_as_its_reader_sees_it(source: str, seen: str) -> None:
    assert plain_text(source) == seen


def test_tags_that_were_escaped_are_text_in_a_source_and_gone_from_a_reply() -> None:
    escaped = html.escape(html.escape("<script>alert(1)</script>Peace"))
    assert plain_text(html.escape("<b>")) == "<b>"
    assert "<" not in strip_html(escaped)
    assert strip_html(escaped).endswith("Peace")


MARKUP = ["<", ">", "</", "<p>", "</p>", "<b ", "=", '"', "'", "hidden", "<!--", "-->", "<script>",
          "</script>", "&lt;", "&amp;", "&#60;", "a", " ", "\n", "<br/>", "style='display:none'"]  # fmt: skip


@given(st.lists(st.sampled_from(MARKUP), max_size=25).map("".join))
def test_no_tag_survives_in_a_reply(text: str) -> None:
    stripped = strip_html(text)
    assert strip_html(stripped) == stripped
    assert "<p>" not in stripped
    assert "<script>" not in stripped


@given(st.text(alphabet=st.characters(blacklist_characters="<>&"), max_size=200))
def test_the_words_of_plain_text_are_kept(text: str) -> None:
    seen = plain_text(text)
    assert all(word in seen for word in text.split() if word.isascii() and word.isprintable())

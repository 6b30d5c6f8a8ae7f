"""Markdown becomes the sentences it stood for, and loses no word on the way."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.drafting.guard import markdown_left, strip_markdown


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1. **Stay Informed:** - Read two papers.", "Stay Informed: Read two papers."),
        ("1. **A:** - b", "A: b"),
        (
            "1. **Calls:** - Ask for a vote. - Say why. 2. **Letters:** - Write one.",
            "Calls: Ask for a vote. Say why. Letters: Write one.",
        ),
        ("- Praise it. - Stress that. - Urge more.", "Praise it. Stress that. Urge more."),
        ("**Ask for:** a vote - **Say why:** it matters", "Ask for: a vote. Say why: it matters"),
        ("Ask for: - a vote - a hearing", "Ask for: a vote; a hearing"),
        ("a \u2022 b \u2022 c", "a. b. c"),
        ("### What Can We Do?", "What Can We Do?"),
        ("It ends. ### What now? ## This", "It ends. What now? This"),
        ("What now\n========\n\ntext\n\n---\n", "What now\n\ntext"),
        ("* one\n* two **three *four* five**", "one\ntwo three four five"),
        ("1) one\n2) two\n- [ ] three\n- [x] four", "one\ntwo\nthree\nfour"),
        ("> quoted\n>> twice", "quoted\ntwice"),
        ("| a | b |\n|---|---|\n| c | d |", "a, b\n\nc, d"),
        ("```python\ncode\n```", "code"),
        ("`a`, ``b``, *c*, _d_, **e**, __f__, ***g***, ~~h~~", "a, b, c, d, e, f, g, h"),
        ('[text](https://example.org/ "title") and ![alt](x.png)', "text and alt"),
        ("[text][1] and a note[^2]\n\n[1]: https://example.org", "text and a note"),
        ("[a [b](c)](d)", "a b"),
        ("<https://example.org>", "https://example.org"),
        (r"a \*b\* \# c", "a b # c"),
        ("**never closed", "never closed"),
    ],
)
def test_markdown_becomes_plain_sentences(text: str, plain: str) -> None:
    assert strip_markdown(text) == plain
    assert markdown_left(plain) == []
    assert markdown_left(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "The war - which began in spring - has ended.",
        "He said: no. She said - nothing.",
        "5 * 3 = 15, snake_case_name, C# and #1, f**k, 2**3.",
        "A [note] in brackets (and more) with an asterisk*.",
        "In 2024. It was long. Nos. 1 and 2.",
        "2024. It was long.",
        "Two paragraphs.\n\nThe second one.",
        "$5 -- or more, a/b, ~20, 100%, <3.",
    ],
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert strip_markdown(text) == text
    assert markdown_left(text) == []


WORD = st.text(alphabet="abcdefghij", min_size=2, max_size=6)
WRAPPED = st.tuples(
    st.sampled_from(
        ["{}", "**{}**", "*{}*", "_{}_", "__{}__", "`{}`", "~~{}~~", "[{}](u)", "***{}***"]
    ),
    WORD,
).map(lambda pair: pair[0].format(pair[1]))
LINE = st.tuples(
    st.sampled_from(["", "# ", "### ", "- ", "* ", "1. ", "2) ", "> ", "- [ ] "]),
    st.lists(WRAPPED, min_size=1, max_size=6),
    st.sampled_from([" ", ". ", ": - ", " - ", ". - ", ", "]),
).map(lambda parts: parts[0] + parts[2].join(parts[1]))
MARKDOWN = st.lists(LINE, max_size=6).map("\n".join)


@given(MARKDOWN)
def test_no_word_is_lost(text: str) -> None:
    words = re.findall(r"[a-j]{2,}", re.sub(r"\]\(u\)", "]", text))
    assert re.findall(r"[a-j]{2,}", strip_markdown(text)) == words


@given(MARKDOWN | st.text(alphabet="*_`~#[]()!|>-+.1 a\n\\<:", max_size=60))
def test_stripping_twice_is_stripping_once(text: str) -> None:
    stripped = strip_markdown(text)
    assert strip_markdown(stripped) == stripped


@given(MARKDOWN)
def test_nothing_is_left_of_common_markdown(text: str) -> None:
    assert markdown_left(strip_markdown(text)) == []

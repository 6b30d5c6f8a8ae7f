"""Every part of the guard takes time in proportion to what it is given, whatever that is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from news.drafting.guard import (
    find_contacts,
    overlap,
    plain_text,
    strip_html,
    strip_markdown,
    unquoted,
    unsupported,
    word_count,
    wrong_language,
)
from news.drafting.guard.allowed import misleading_links

FULL = 300_000
# A quarter of the text must take about a quarter of the time; a quadratic step would take 1/16.
PART = FULL // 4
GROWTH = 10
# Seconds below which a measurement says more about the machine than about the code.
NOISE = 1.5

PATTERNS = [
    "a", "1 ", "two ", "a.", "@", "a@", "[", "](", "[a](", "*", "**a ", "`a", "<", "<a ", "<a href=x>",
    '<a x="', "&amp;", "http://", " dot ", "a dot ", "112 Hart ", "12 Main ", "202-", "\u201c", "'a ",
    "\u0430\u200b", "e\u0301", "\n", "1. ", "|a", "A ", "one hundred and ", "com.", "(dot)", "<!--",
    "a b c d e ff ",
]  # fmt: skip
FUNCTIONS: dict[str, Callable[[str], object]] = {
    "find_contacts": find_contacts,
    "plain_text": plain_text,
    "strip_html": strip_html,
    "strip_markdown": strip_markdown,
    "unquoted": lambda text: unquoted(text, ["One source."]),
    "quoted": lambda text: unquoted("\u201cone two three four\u201d", [text]),
    "unsupported": lambda text: unsupported(text, ["One source."]),
    "links": misleading_links,
    "wrong_language": wrong_language,
    "word_count": word_count,
    "overlap": lambda text: overlap(text, text[::-1]),
}


def seconds(function: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    function(text)
    return time.process_time() - started


def repeated(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_hostile_text_is_read_in_linear_time(name: str) -> None:
    function = FUNCTIONS[name]
    slow = {}
    for pattern in PATTERNS:
        part = seconds(function, repeated(pattern, PART // 15))
        full = seconds(function, repeated(pattern, FULL // 15))
        if full > max(NOISE, GROWTH * part):
            slow[pattern] = (part, full)
    assert slow == {}


def test_a_very_long_hostile_text_is_read_as_a_whole() -> None:
    text = "".join(repeated(pattern, FULL // len(PATTERNS)) + "\n" for pattern in PATTERNS)
    for name in ("find_contacts", "plain_text", "strip_markdown", "unquoted"):
        assert seconds(FUNCTIONS[name], text) < 60, name


@pytest.mark.parametrize("pattern", ["1 ", "a."])
def test_one_pattern_three_hundred_thousand_characters_long(pattern: str) -> None:
    part = seconds(find_contacts, repeated(pattern, PART))
    assert seconds(find_contacts, repeated(pattern, FULL)) < max(NOISE, GROWTH * part)

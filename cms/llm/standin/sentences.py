"""English text taken apart: paragraphs, sentences, quotations, and what is safe to repeat from them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "rev", "hon"}
    | {"jr", "sr", "inc", "co", "corp", "no", "vs", "etc", "prof", "jan", "feb", "mar", "apr"}
    | {"jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "a.m", "p.m"}
)
_QUOTATION = re.compile(r'"([^"]+)"|“([^“”]+)”')
# What a source may hold that no commentary should take over: ways to reach somebody, markup, and
# orders to whoever reads it.
_UNSAFE = re.compile(
    r"[@<>{}\[\]|`*_#\\]|https?:|www\.|\b[\w-]+\.(?:com|org|net|gov|info|io|us|edu)\b|\(?at\)|\bdot\b"
    r"|(?:\d[\s().-]{0,2}){7,}"
    r"|\d+\s+(?:\w+\s+){0,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|lane|suite|building)\b"
    r"|\b(?:ignore|disregard|instructions?|prompt|assistant|language model|system message|e-?mail)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Span:
    """A piece of a paragraph, and where in it it stands."""

    text: str
    start: int
    end: int


def is_safe(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    return not _UNSAFE.search(plain) and all(
        unicodedata.category(character)[0] != "C" for character in plain
    )


def paragraphs(text: str) -> list[str]:
    """Split at blank lines, or at any where there are none.

    Those whose quotation marks do not come in pairs are left out.
    """
    ends = r"\n\s*\n" if re.search(r"\n\s*\n", text.strip()) else r"\n"
    pieces = (" ".join(piece.split()) for piece in re.split(ends, text))
    return [
        piece
        for piece in pieces
        if piece and piece.count('"') % 2 == 0 and piece.count("“") == piece.count("”")
    ]


def quotations(paragraph: str) -> Iterator[Span]:
    for match in _QUOTATION.finditer(paragraph):
        group = 1 if match.group(1) is not None else 2
        yield Span(match.group(group), match.start(group), match.end(group))


def without_quotations(paragraph: str) -> str:
    """Blank out what is quoted, marks included, so that every position stays the same."""
    return _QUOTATION.sub(lambda match: "\0" * len(match.group()), paragraph)


def sentences(text: str) -> Iterator[Span]:
    """Cut at full stops outside quotations; abbreviations and initials do not end a sentence."""
    outside = without_quotations(text)
    start = 0
    for match in re.finditer(r"[.!?]\s+(?=[\0A-Z\"“'])|\0\s+(?=[\0A-Z])", outside):
        end = match.start() + 1
        if outside[match.start()] == "\0" and text[end - 2 : end - 1] not in {".", "!", "?"}:
            continue
        if text[end - 1] == "." and _is_abbreviation(outside[start : end - 1]):
            continue
        yield Span(text[start:end], start, end)
        start = match.end()
    if text[start:].strip():
        yield Span(text[start:], start, len(text))


def _is_abbreviation(before: str) -> bool:
    word = before.rsplit(" ", 1)[-1].lstrip("(“\"'").lower()
    return word in _ABBREVIATIONS or bool(re.fullmatch(r"[a-z](?:\.[a-z])*", word))


def word_count(text: str) -> int:
    return len(text.split())

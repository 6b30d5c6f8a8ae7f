"""Quotations: what stands in quotation marks must stand word for word in a source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from news.drafting.guard.characters import fold, without_unseen
from news.drafting.guard.findings import Finding, FindingKind, Severity, excerpt
from news.drafting.guard.markup import plain_text
from news.drafting.guard.words import word_count

# A phrase of one or two words is a name or a term, and proves nothing.
WORDS_THAT_QUOTE = 3

_PAIRS = {
    "\u201c": "\u201d\u201c\"", "\u201e": "\u201c\u201d\u201f", "\u00ab": "\u00bb", "\u00bb": "\u00ab",
    "\u2039": "\u203a", "\u300c": "\u300d", "\u300e": "\u300f", '"': '"\u201d',
    "\u2018": "\u2019", "\u201a": "\u2018\u2019", "'": "'",
}  # fmt: skip
_SINGLE = "\u2018\u201a'\u2039"
_OPENING = re.compile("[" + "".join(_PAIRS) + "]")
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:\u2026|\.(?:\s?\.){2,})[\])]?\s*")
_MARKS = re.compile(r"[\"'\u2018-\u201f\u2039\u203a\u00ab\u00bb\u300c-\u300f\u02bc`\u00b4]")
_DASH = re.compile(r"\s*(?:--+|[\u2012-\u2015])\s*|\s+-\s+")
_EDGES = " .,;:!?-\u2026"


class Quotation(NamedTuple):
    """A passage in quotation marks; the span includes the marks."""

    start: int
    end: int
    text: str


def quotations(text: str) -> Iterator[Quotation]:
    """Find what stands in quotation marks; one that is never closed lasts to the paragraph's end."""
    start = 0
    for paragraph in re.split(r"(?<=\n)", text):
        for quotation in _in_paragraph(paragraph):
            yield Quotation(quotation.start + start, quotation.end + start, quotation.text)
        start += len(paragraph)


def _in_paragraph(text: str) -> Iterator[Quotation]:
    unclosed: set[str] = set()
    at = 0
    while opening := _OPENING.search(text, at):
        mark = opening.group()
        at = opening.end()
        if mark in unclosed or not _opens(text, opening.start()):
            continue
        end = _closing(text, at, mark)
        if end >= 0:
            yield Quotation(opening.start(), end + 1, text[at:end])
            at = end + 1
            continue
        unclosed.add(mark)
        if mark not in _SINGLE:
            yield Quotation(opening.start(), len(text.rstrip()), text[at:].strip())


def _opens(text: str, at: int) -> bool:
    """Tell a quotation mark from an apostrophe, and from the sign for inches."""
    mark = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not after or after.isspace():
        return False
    if mark in _SINGLE:
        return not before.isalnum() and not after.isdigit()
    return not (mark == '"' and before.isdigit())


def _closing(text: str, at: int, mark: str) -> int:
    """Find the mark that closes; a single one must not be an apostrophe within a word."""
    closers = re.compile("[" + _PAIRS[mark] + "]")
    while closing := closers.search(text, at):
        following = text[closing.end() : closing.end() + 1]
        if mark not in _SINGLE or not following.isalnum():
            return closing.start()
        at = closing.end()
    return -1


def normalised(text: str) -> str:
    """Spell quotes, dashes and white space in one way; the words stay as they are."""
    folded = fold(without_unseen(text)).plain
    folded = _MARKS.sub("", folded)
    return " ".join(_DASH.sub(" - ", folded).split())


class Sources:
    """Texts that may be quoted, prepared once for many questions."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [f" {normalised(plain_text(text))} " for text in texts]

    def hold(self, quotation: str) -> bool:
        """Say whether a passage stands in one source, its parts between ellipses in order."""
        parts = [part.strip(_EDGES) for part in _ELLIPSIS.split(without_unseen(quotation))]
        parts = [normalised(part).strip(_EDGES) for part in parts]
        wanted = [part for part in parts if part]
        return any(_in_order(wanted, text) for text in self.texts)


def _in_order(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        at = _find_words(part, text, at)
        if at < 0:
            return False
    return True


def _find_words(part: str, text: str, at: int) -> int:
    """Find a passage as whole words, its first letter large or small; give its end or -1."""
    spellings = {part, part[0].upper() + part[1:], part[0].lower() + part[1:]}
    ends = []
    for spelling in spellings:
        found = text.find(spelling, at)
        while found >= 0:
            end = found + len(spelling)
            if not (text[found - 1].isalnum() and spelling[0].isalnum()) and not (
                text[end].isalnum() and spelling[-1].isalnum()
            ):
                ends.append(end)
                break
            found = text.find(spelling, found + 1)
    return min(ends, default=-1)


def unquoted_spans(text: str, sources: Sources) -> list[Quotation]:
    """List the quotations of three or more words that no source holds word for word."""
    return [
        quotation
        for quotation in quotations(text)
        if word_count(quotation.text) >= WORDS_THAT_QUOTE and not sources.hold(quotation.text)
    ]


def unquoted(text: str, sources: Sequence[str]) -> list[Finding]:
    """List the quotations of a plain or rich text that stand word for word in no source."""
    return [
        Finding(
            FindingKind.QUOTE,
            Severity.REFUSED,
            "",
            excerpt(quotation.text),
            f"\u201c{excerpt(quotation.text)}\u201d stands in quotation marks, but not word for word "
            "in the source. Please quote exactly, or say it without quotation marks.",
        )
        for quotation in unquoted_spans(plain_text(text), Sources(sources))
    ]

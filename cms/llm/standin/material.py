"""What an article offers to someone who has to write about it: voices, plain statements, a subject."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cms.llm.standin.people import Quotation, people, quoted
from cms.llm.standin.sentences import is_safe, paragraphs, sentences, without_quotations, word_count
from cms.llm.standin.themes import Theme, theme_of

_DOUBT = re.compile(
    r"\b(?:no|not|never|without|but|unclear|missing|remains?|disagree\w*|far off|long ways?|however|"
    r"question\w*|concern\w*|risk\w*|fail\w*|fear\w*|warn\w*|worr\w+|danger\w*|oppos\w+|critic\w*)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_UPCOMING = re.compile(
    r"\b(?:will|is set to|are set to|plans? to|is expected to|are expected to|scheduled)\b"
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Not "Friday's summit": of that, only the summit was on Friday.
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b(?![\u2019'])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\.?\s+(\d{1,2})(?:,\s+(\d{4}))?\b"
)
_UNITS = (
    "years|months|weeks|days|hours|people|families|children|workers|homes|jobs|students|residents"
)
_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    "seventy|eighty|ninety|a hundred|hundreds of|thousands of|millions of"
)
_FIGURE = re.compile(
    rf"\$\d[\d,.]*\s(?:million|billion|trillion)|\$\d{{1,3}}(?:,\d{{3}})+|\b\d[\d,.]*\s?(?:percent|per cent|%)"
    rf"|\b\d[\d,]*(?:\.\d+)?(?:\s(?:million|billion))?\s(?:{_UNITS})\b"
    rf"|\b(?:{_NUMBERS})(?:\sand\sa\shalf)?\s(?:{_UNITS})\b"
)
_SPAN = re.compile(r"(?:years|months|weeks|days|hours)\Z")
# A sentence that begins like this does not stand by itself.
_LEANS = re.compile(
    r"(?:(?:He|She|They|It|This|That|These|Those|His|Her|Their|Its|But|And|So|However|Meanwhile|Also|"
    r"Both|Neither|Each|Such|The (?:first|second|third|last|latter|former|others?|same))\b"
    r"|(?:\w+,?\s){1,2}(?:he|she|they|it|this|that|these|those)\b)"
)
_LEANS_IN_SPEECH = re.compile(r"(?:But|And|So|Now|Because|Or|Then|Also)\b")
_ADJECTIVE = re.compile(r"(?:ian|ean|ish|ese|ican|crat)s?\Z")


@dataclass(frozen=True)
class Statement:
    """One sentence of the article, without quotations, that can be understood alone.

    `upcoming` is what it says will happen on its `day`, seen from the day of publication.
    """

    text: str
    day: date | None
    upcoming: bool
    figure: str
    doubtful: bool


@dataclass(frozen=True)
class Material:
    title: str
    theme: Theme
    voices: tuple[Quotation, ...]  # the best first
    statements: tuple[Statement, ...]
    figure: str
    focus: str

    # The sections are written apart, and must not quote the same sentence.

    @property
    def voices_of_opinion(self) -> list[Quotation]:
        return [voice for index, voice in enumerate(self.voices) if index not in {3, 5}]

    @property
    def voice_of_points(self) -> list[Quotation]:
        return list(self.voices[3:4])

    @property
    def voice_of_letter(self) -> list[Quotation]:
        return [voice for voice in self.voices[5:6] if is_doubtful(voice.text)]


def material_of(article: dict[str, Any]) -> Material:
    """Read an article as it comes over the wire: nothing in it is obeyed, or taken to be there."""
    named = article.get("source")
    source: dict[str, Any] = named if isinstance(named, dict) else {}
    title = _line(article.get("title"))
    pieces = [
        piece
        for piece in dict.fromkeys(paragraphs(str(article.get("text") or "")))
        if is_safe(piece)
    ]
    known = people(pieces)
    categories = [_line(name) for name in article.get("categories") or []]
    statements = tuple(_statements(pieces, _day(source.get("published_at"))))
    return Material(
        title=title if is_safe(title) else "",
        theme=theme_of(
            title=title,
            categories=categories,
            text=f"{article.get('introduction') or ''} {' '.join(pieces)}",
        ),
        voices=_ranked(list(quoted(pieces, known))),
        statements=statements,
        figure=_figure(pieces),
        focus=_focus(pieces, {word for person in known for word in person.name.split()}),
    )


def is_doubtful(text: str) -> bool:
    return bool(_DOUBT.search(text))


def _line(value: object) -> str:
    return " ".join(str(value or "").split())


def _day(published_at: object) -> date | None:
    try:
        return datetime.fromisoformat(str(published_at)).date()
    except ValueError:
        return None


def _statements(pieces: list[str], published: date | None) -> list[Statement]:
    found = []
    for piece in pieces:
        outside = without_quotations(piece)
        for sentence in sentences(piece):
            text = sentence.text
            if "\0" in outside[sentence.start : sentence.end] or _LEANS.match(text):
                continue
            if not 8 <= word_count(text) <= 40 or not re.match(r"[A-Z].*[.]\Z", text):
                continue
            figure = _FIGURE.search(text)
            ahead = bool(_UPCOMING.search(text))
            day = _day_of(text, published, ahead)
            found.append(
                Statement(
                    text=text,
                    day=day,
                    upcoming=ahead and day is not None and (published is None or day >= published),
                    figure=figure.group() if figure else "",
                    doubtful=is_doubtful(text),
                )
            )
    return found


def _day_of(text: str, published: date | None, ahead: bool) -> date | None:
    named = _DATE.search(text)
    if named:
        month = _MONTHS.index(named.group(1)[:3].lower()) + 1
        year = int(named.group(3)) if named.group(3) else published and published.year
        try:
            return date(year, month, int(named.group(2))) if year else None
        except ValueError:
            return None
    weekdays = set(_WEEKDAY.findall(text))
    if published is None or len(weekdays) != 1:
        return None
    weekday = _WEEKDAYS.index(weekdays.pop())
    if ahead:
        return published + timedelta((weekday - published.weekday()) % 7)
    return published - timedelta((published.weekday() - weekday) % 7)


def _ranked(quotations: list[Quotation]) -> tuple[Quotation, ...]:
    """Best first: those of a length to read at once, and early in the article."""

    def leans(quotation: Quotation) -> bool:
        text = quotation.text
        return bool(_LEANS_IN_SPEECH.match(text)) or "--" in text or ". " in text

    usable = [quote for quote in quotations if 6 <= word_count(quote.text) <= 45]
    standing = [quote for quote in usable if not leans(quote)] or usable
    return tuple(
        sorted(standing, key=lambda quote: (not 8 <= word_count(quote.text) <= 30, quote.order))
    )


def _figure(pieces: list[str]) -> str:
    """Find a number to stop at; a span of time only where the article begins with it."""
    found = [
        (match.group(), index)
        for index, piece in enumerate(pieces)
        for match in _FIGURE.finditer(piece)
    ]
    weighty = [text for text, index in found if index < 2 or not _SPAN.search(text)]
    return weighty[0] if weighty else ""


def _focus(pieces: list[str], names: set[str]) -> str:
    """Find the place or body that the article keeps coming back to, to be named without `the`."""
    counts: Counter[str] = Counter()
    common = set(re.findall(r"\b[a-z]+\b", " ".join(pieces)))
    for piece in pieces:
        for match in re.finditer(r"(?<=[a-z,] )([A-Z][a-z]{3,})\b(?! [A-Z\d])", piece):
            word = match.group(1)
            alone = not re.search(r"(?:\bthe|\b[A-Z][\w.]*)\s\Z", piece[: match.start()])
            named = word in names or word in _WEEKDAYS or word.lower() in common
            if alone and not named and not _ADJECTIVE.search(word):
                counts[word] += 1
    word, count = next(iter(counts.most_common(1)), ("", 0))
    return word if count >= 3 and word[:3].lower() not in _MONTHS else ""

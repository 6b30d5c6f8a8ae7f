"""What a text claims and its sources do not: numbers, dates and names, for an editor to check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from news.drafting.guard.figures import Date, Number, figures
from news.drafting.guard.findings import Finding, FindingKind, Severity, excerpt
from news.drafting.guard.markup import plain_text
from news.drafting.guard.names import is_known, known_words, names

# Small numbers count what the text itself offers ("three steps"), unless something says otherwise.
_SMALL = 12
_WEEK = 7
_CAPITALISED_BEFORE = re.compile(r"(?:[A-Z][\w.]*|[$\u20ac\u00a3\u00a5]) ?$")
_MEASURED_AFTER = re.compile(r" ?(?:%|percent\b|per cent\b)")
_TIME_TO_SPEND = re.compile(r"[ -](?:minutes?|seconds?)\b")


class Claims:
    """What some sources say in numbers, dates and names, prepared once for many questions."""

    def __init__(self, sources: Sequence[str]) -> None:
        texts = [plain_text(source) for source in sources]
        self.words = known_words(texts)
        self.dates: list[Date] = []
        self.values: set[Decimal] = set()
        for text in texts:
            found = figures(text)
            self.dates += found.dates
            self.values |= {number.value for number in found.numbers}
        for date in self.dates:
            self.values |= {Decimal(date.year), Decimal(date.day)} - {Decimal(0)}

    def support(self, date: Date) -> bool:
        """Say whether some source has this date, the same day without its year, or its weekday."""
        if any(date.agrees_with(other, self.values) for other in self.dates):
            return True
        day = date.as_day()
        if day is None or f"{day:%A}".lower() not in self.words:
            return False
        # "On Sunday", in a source that was published in that week.
        published = [other for one in self.dates if (other := one.as_day())]
        return any(abs((day - other).days) <= _WEEK for other in published)

    def lacking(self, text: str) -> Iterator[tuple[FindingKind, str]]:
        """List what a plain text says and no source does, each once."""
        found = figures(text)
        for date in found.dates:
            if not self.support(date):
                yield FindingKind.DATE, date.text
        for number in found.numbers:
            if number.value not in self.values and _is_claim(text, number):
                kind = FindingKind.DATE if _is_year(number) else FindingKind.NUMBER
                yield kind, _with_its_noun(text, number)
        for name in names(text):
            if not all(is_known(part, self.words) for part in name.parts):
                yield FindingKind.NAME, name.text


def _with_its_noun(text: str, number: Number) -> str:
    """Show "Article 6" and not a bare "6"."""
    before = re.search(r"[A-Z][a-z]+ $", text[max(0, number.start - 24) : number.start])
    if before is None or _is_year(number) or _MEASURED_AFTER.match(text, number.end):
        return number.text
    return before.group() + number.text


def _is_year(number: Number) -> bool:
    return re.fullmatch(r"(?:1[5-9]|20)\d\ds?", number.text) is not None


def _is_claim(text: str, number: Number) -> bool:
    if _TIME_TO_SPEND.match(text, number.end):
        return False
    if number.value > _SMALL or number.value % 1:
        return True
    if number.worded:
        return False
    before = text[max(0, number.start - 24) : number.start]
    return bool(_CAPITALISED_BEFORE.search(before) or _MEASURED_AFTER.match(text, number.end))


_MESSAGES = {
    FindingKind.NUMBER: "The source does not give the number \u201c{}\u201d. Please check it.",
    FindingKind.DATE: "The source does not give the date \u201c{}\u201d. Please check it, and cite it.",
    FindingKind.NAME: "The source does not name \u201c{}\u201d. Please check it.",
}


def unsupported(text: str, sources: Sequence[str]) -> list[Finding]:
    """List numbers, dates and proper names of a plain or rich text that no source has."""
    return unsupported_in(plain_text(text), Claims(sources))


def unsupported_in(text: str, claims: Claims, path: str = "") -> list[Finding]:
    """List what a plain text claims beyond its sources, each thing once."""
    seen = dict.fromkeys(claims.lacking(text))
    return [
        Finding(kind, Severity.FLAG, path, excerpt(what), _MESSAGES[kind].format(excerpt(what)))
        for kind, what in seen
    ]

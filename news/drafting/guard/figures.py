"""Numbers and dates in a text, in one spelling, to be looked up in a source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = {word: Decimal(value) for value, word in enumerate(_UNITS)} | {
    word: Decimal(20 + 10 * value) for value, word in enumerate(_TENS)
}
_SCALES = {
    "hundred": Decimal(100), "thousand": Decimal(1000), "k": Decimal(1000),
    "million": Decimal(10**6), "mn": Decimal(10**6), "m": Decimal(10**6),
    "billion": Decimal(10**9), "bn": Decimal(10**9), "b": Decimal(10**9),
    "trillion": Decimal(10**12), "tn": Decimal(10**12),
}  # fmt: skip
_FRACTIONS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "third": Decimal(1) / 3}
_VULGAR = {"\u00bd": ".5", "\u00bc": ".25", "\u00be": ".75"}

_DIGITS = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,12})?|\d{1,15}(?:\.\d{1,12})?)"
    r"(?:(?P<scale> ?-?(?:hundred|thousand|million|billion|trillion)|(?:bn|tn|mn|k|m|b)(?![\w]))"
    r"|(?:st|nd|rd|th|s)(?!\w))?(?![\w])",
    re.IGNORECASE,
)
_WORD = "|".join([*_SMALL, "hundred", "thousand", "million", "billion", "trillion"])
_WORDED = re.compile(
    rf"\b(?:{_WORD})(?:(?:[ -]|,? and )(?:{_WORD})\b){{0,8}}"
    r"(?: and (?:a |one )?(?P<fraction>half|quarter|third))?\b",
    re.IGNORECASE,
)
_FRACTION_AFTER = re.compile(r" and (?:a |one )(half|quarter)\b", re.IGNORECASE)
_HALF = re.compile(
    r"\bhalf (?:a |of a )?(million|billion|trillion|thousand|hundred)\b", re.IGNORECASE
)

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, start=1)}
_MONTH_NUMBER |= {name[:3]: number for name, number in _MONTH_NUMBER.items()} | {"sept": 9}
_MONTH = "(?P<month>" + "|".join([*MONTHS, "sept"] + [name[:3] for name in MONTHS]) + r")\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d|[.,]\d)"
_YEAR = r"(?P<year>(?:1[0-9]|20|21)\d\d)\b"
_DATES = (
    re.compile(rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?", re.IGNORECASE),
    re.compile(rf"(?<![\w.,]){_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},? (?:of )?{_YEAR}", re.IGNORECASE),
    re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?<![\w/])(?P<number>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\w)"),
)


@dataclass(frozen=True)
class Date:
    """A day, or a month of a year; what is not said is 0."""

    year: int
    month: int
    day: int
    text: str

    def as_day(self) -> date | None:
        """Give the day of the calendar, if year, month and day are said and there is one."""
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    def agrees_with(self, other: Date, years: set[Decimal]) -> bool:
        """Say whether the other date supports this one; a year it lacks must stand elsewhere."""
        if self.month != other.month or (self.day and self.day != other.day):
            return False
        if self.year and other.year:
            return self.year == other.year
        return not self.year or Decimal(self.year) in years


@dataclass(frozen=True)
class Number:
    """A number as it is written, and what it is worth."""

    value: Decimal
    text: str
    start: int
    end: int
    worded: bool


@dataclass(frozen=True)
class Figures:
    """All dates and numbers of a text; the digits of a date are not numbers as well."""

    dates: list[Date]
    numbers: list[Number]


def figures(text: str) -> Figures:
    """Read the dates and numbers of a text."""
    dates: list[Date] = []
    for pattern in _DATES:
        text, found = _take_dates(text, pattern)
        dates += found
    return Figures(dates, list(_numbers(text)))


def _take_dates(text: str, pattern: re.Pattern[str]) -> tuple[str, list[Date]]:
    found: list[Date] = []

    def take(match: re.Match[str]) -> str:
        parts = match.groupdict()
        month = int(parts.get("number") or 0) or _MONTH_NUMBER[parts["month"].lower()]
        day = int(parts.get("day") or 0)
        if month > 12 or day > 31:
            return match.group()
        found.append(Date(int(parts.get("year") or 0), month, day, match.group()))
        return "\u00b6" * len(match.group())

    return pattern.sub(take, text), found


def _numbers(text: str) -> Iterator[Number]:
    for vulgar, decimal in _VULGAR.items():
        text = re.sub(rf"(?<=\d) ?{vulgar}", decimal, text).replace(vulgar, f"0{decimal}")
    for match in _DIGITS.finditer(text):
        value = Decimal(match["number"].replace(",", ""))
        end = match.end()
        if fraction := _FRACTION_AFTER.match(text, end):
            value += _FRACTIONS[fraction.group(1).lower()]
            end = fraction.end()
        scale = (match["scale"] or "").strip(" -").lower()
        value *= _SCALES.get(scale, Decimal(1))
        yield Number(value.normalize(), text[match.start() : end], match.start(), end, False)
    for match in _WORDED.finditer(text):
        # "4 million" has been read as a whole.
        if re.search(r"\d[ -]?$", text[max(0, match.start() - 2) : match.start()]):
            continue
        value = _worth(match.group(), match["fraction"])
        yield Number(value.normalize(), match.group(), match.start(), match.end(), True)
    for match in _HALF.finditer(text):
        value = _SCALES[match.group(1).lower()] / 2
        yield Number(value.normalize(), match.group(), match.start(), match.end(), True)


def _worth(written: str, fraction: str | None) -> Decimal:
    total, current = Decimal(0), Decimal(0)
    for word in re.findall(r"[a-z]+", written.lower()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = (current or Decimal(1)) * 100
        elif word in _SCALES:
            total += (current or Decimal(1)) * _SCALES[word]
            current = Decimal(0)
    total += current
    return total + _FRACTIONS[fraction.lower()] if fraction else total

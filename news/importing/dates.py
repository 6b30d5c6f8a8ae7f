"""Times as pages write them, for machines and for people in many languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT, MONTHS_AP

from news.importing.zones import zone_after, zone_named_in

# A page that names an earlier year tells of its clock, not of its story.
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LONGEST = 300
# How far apart a date and its time may stand.
NEAR = 40

# Where the page does not say its language, or says a wrong one.
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "sv", "da", "nb", "fi", "cs", "ro", "hu", "tr",
             "ru", "uk", "el", "id", "ca", "hr", "sk", "sl", "lt", "lv", "et", "bg", "ar", "he", "fa", "hi")  # fmt: skip
# Names that newspapers use beside those of the translators.
MORE_MONTHS: dict[str, dict[str, int]] = {
    "en": {"sept": 9},
    "de": {"jänner": 1, "feber": 2},
    "es": {"setiembre": 9, "sept": 9, "set": 9},
    "it": {"sett": 9},
    "ar": {"كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8,
           "أيلول": 9, "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12,
           "جانفي": 1, "فيفري": 2, "أفريل": 4, "ماي": 5, "جوان": 6, "جويلية": 7, "أوت": 8},
}  # fmt: skip
# Countries that write the month before the day.
MONTH_FIRST = {"US", "PH", ""}

_ORDINAL = r"(?:st|nd|rd|th|er|e|º|ª|°|-го|\.)?"
_JOIN = r"[\s,./-]*(?:(?:de|of|del|di|d’|d'|den|the|m|г|р|年)\b\.?)?[\s,./-]*"
_CLOCK = re.compile(
    r"(?<![\d.:])"
    r"(?:(?P<before>午前|午後|上午|下午|오전|오후)\s*)?"
    r"(?P<hour>\d{1,2})"
    r"(?:\s*(?P<mark>[:：h時时시点])\s*(?P<minute>\d{2})?|(?P<dot>\.)(?P<dotted>\d{2}))?"
    r"(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?:分|분)?"
    r"\s*(?P<after>[ap]\.?\s?m\b\.?|uhr\b)?(?!\d)",
    re.IGNORECASE,
)
_CJK = re.compile(
    r"(?:(\d{4})|(令和|平成)\s*(\d{1,2}|元))\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?"
)
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20|25)\d{2})\s?([-./])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([-./])\s?(\d{1,2})\s?\2\s?((?:19|20|25)\d{2})(?!\d)")
_VIETNAMESE = re.compile(r"(\d{1,2})\s*tháng\s*(\d{1,2})\s*,?\s*(?:năm\s*)?(\d{4})", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?\s*(.{0,40})",
    re.DOTALL,
)


@dataclass(frozen=True)
class Written:
    """A time as it was written: naive where no zone was, with the zone's name where one was."""

    at: datetime
    zone: str = ""
    day_only: bool = False


def is_possible(at: datetime, *, now: datetime) -> bool:
    """Whether a story can have been published then; a day of zones is left at the end."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return EARLIEST <= aware <= now + timedelta(days=1)


def from_machine(text: object, *, language: str = "", country: str = "") -> Written | None:
    """A time that was written for machines: ISO 8601 in all its spellings, seconds of an epoch."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(int(text)) if abs(text) < 1e15 else ""
    if not isinstance(text, str):
        return None
    text = text.strip()[:LONGEST]
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return Written(datetime.fromtimestamp(int(text[:10]), tz=UTC), "UTC")
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, rest = found.groups()
        if hour is None and rest:
            # A date, and something behind it that people wrote.
            return from_people(text, language=language, country=country)
        return _written(
            (year, month, day),
            (hour, minute, second) if hour else None,
            zone_after(rest, country=country),
        )
    return from_people(text, language=language, country=country)


def from_people(text: str, *, language: str = "", country: str = "") -> Written | None:
    """The first time in a line that was written for people; a date at least, with its year."""
    text = _plain_digits(unicodedata.normalize("NFKC", text[:LONGEST]))
    found = _day_in(text, language=language, country=country)
    if found is None:
        return None
    day, start, end = found
    clock = _clock_after(text[end : end + NEAR + 40], country=country)
    clock = clock or _clock_before(text[max(0, start - NEAR) : start], country=country)
    if clock and clock[1] is None:
        # “(heure de Paris)” may stand at the end of the line, far from the time.
        clock = clock[0], zone_named_in(text[end:], country=country)
    return _written(day, *(clock or (None, None)))


def _written(
    day: tuple[str | int, str | int, str | int],
    clock: tuple[str | int | None, ...] | None,
    zone: tuple[tzinfo, str] | None,
) -> Written | None:
    year, month, number = map(int, day)
    if 2400 < year < 2700:
        year -= 543  # the Buddhist era, as Thailand counts
    hour, minute, second = (int(part or 0) for part in clock) if clock else (0, 0, 0)
    if hour == 24:
        hour = 0
    try:
        at = datetime(year, month, number, hour, minute, min(second, 59))  # noqa: DTZ001 - see below
    except ValueError:
        return None
    if clock is None:
        return Written(at, day_only=True)
    # Naive where the page names no zone: that is what there is to know.
    return Written(at.replace(tzinfo=zone[0]), zone[1]) if zone else Written(at)


# Days ---------------------------------------------------------------------------------------------


def _day_in(
    text: str, *, language: str, country: str
) -> tuple[tuple[int, int, int], int, int] | None:
    """Year, month and day, and where in the text they stand."""
    if found := _CJK.search(text):
        year, era, count, month, day = found.groups()
        if year is None:
            begins = {"令和": 2018, "平成": 1988}[era]
            year = begins + (1 if count == "元" else int(count))
        return (int(year), int(month), int(day)), *found.span()
    if found := _VIETNAMESE.search(text):
        return (int(found[3]), int(found[2]), int(found[1])), *found.span()
    if found := _YEAR_FIRST.search(text):
        return (int(found[1]), int(found[3]), int(found[4])), *found.span()
    own = language.split("-")[0].lower()
    for code in dict.fromkeys([own, "en", *LANGUAGES] if own else LANGUAGES):
        if in_words := _day_in_words(text, code):
            return in_words
    if found := _YEAR_LAST.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        english = own in {"en", ""}
        month_first = found[2] != "." and english and country in MONTH_FIRST
        if (month_first and first <= 12) or second > 12:
            return (year, first, second), *found.span()
        return (year, second, first), *found.span()
    return None


def _day_in_words(text: str, language: str) -> tuple[tuple[int, int, int], int, int] | None:
    patterns = _patterns(language)
    if patterns is None:
        return None
    months, *orders = patterns
    folded = _folded(text)
    if len(folded) != len(text):
        text = folded
    for pattern in orders:
        if found := pattern.search(folded):
            month = months[found["month"].rstrip(".")]
            return (int(found["year"]), month, int(found["day"])), *found.span()
    return None


def _folded(text: str) -> str:
    """In small letters and without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", mark)[0].lower()[:1] for mark in text)


@lru_cache(maxsize=64)
def _patterns(
    language: str,
) -> tuple[dict[str, int], re.Pattern[str], re.Pattern[str], re.Pattern[str]] | None:
    """The months of a language, as Django's translators wrote them, and three orders of a date."""
    if not re.fullmatch(r"[a-z]{2,3}", language) or not translation.check_for_language(language):
        return None
    months: dict[str, int] = {}
    with translation.override(language):
        for table in (MONTHS, MONTHS_ALT, MONTHS_AP, MONTHS_3):
            for number, name in table.items():
                if len(word := _folded(str(name)).strip().rstrip(".")) > 2:
                    months.setdefault(word, number)
    for word, number in MORE_MONTHS.get(language, {}).items():
        months.setdefault(_folded(word), number)
    month = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    # Hebrew writes “in” and the month as one word.
    within = "ב?" if language == "he" else ""
    month = rf"(?<![^\W\d_]){within}(?P<month>{month})(?![^\W\d_])\.?"
    day, year = r"(?<!\d)(?P<day>\d{1,2})(?!\d)", r"(?P<year>(?:19|20|25)\d{2})(?!\d)"
    return (
        months,
        re.compile(rf"{day}{_ORDINAL}{_JOIN}{month}{_JOIN}{year}"),
        re.compile(
            rf"{month}{_JOIN}{day}{_ORDINAL}(?:,?\s+\d{{2}}:\d{{2}}:\d{{2}}(?:\s+[a-z+:\d-]+)?)?{_JOIN}{year}"
        ),
        re.compile(rf"(?<!\d){year}{_JOIN}{month}{_JOIN}{day}"),
    )


def _plain_digits(text: str) -> str:
    """Digits of every script as ours."""
    return "".join(
        str(unicodedata.digit(mark)) if mark.isdigit() and mark > "9" else mark for mark in text
    )


# Times of day -------------------------------------------------------------------------------------

Clock = tuple[tuple[int, int, int], tuple[tzinfo, str] | None]


def _clock_after(text: str, *, country: str) -> Clock | None:
    return next(iter(_clocks(text, country=country, most=NEAR)), None)


def _clock_before(text: str, *, country: str) -> Clock | None:
    """The last one before the date; a zone may stand between them."""
    found = _clocks(text, country=country, most=NEAR)
    return found[-1] if found else None


def _clocks(text: str, *, country: str, most: int) -> list[Clock]:
    found: list[Clock] = []
    for match in _CLOCK.finditer(text):
        if match.start() > most:
            break
        zone = zone_after(text[match.end() :], country=country)
        lower = text[: match.start()].lower().rstrip()
        spoken = match["after"] or match["before"] or lower.endswith(("kl", "kl.", "klo", "klo."))
        # “8” alone is no time, “8.15” one only beside a word or a zone that says so.
        if not (match["mark"] or spoken or (match["dot"] and zone)):
            continue
        if match["mark"] in {":", "："} and not match["minute"]:
            continue
        hour, minute = int(match["hour"]), int(match["minute"] or match["dotted"] or 0)
        half = (match["after"] or "").lower()[:1]
        if half == "p" or match["before"] in {"午後", "下午", "오후"}:
            hour = hour % 12 + 12
        elif half == "a" or match["before"] in {"午前", "上午", "오전"}:
            hour %= 12
        if hour < 24 and minute < 60:
            found.append(((hour, minute, int(match["second"] or 0)), zone))
    return found

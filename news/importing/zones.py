"""Time zones as newspapers write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Letters that mean one offset: minutes from UTC, and where the clock says so.
FIXED: dict[str, tuple[int, str]] = {
    "z": (0, "UTC"), "utc": (0, "UTC"), "gmt": (0, "Europe/London"), "wet": (0, "Europe/Lisbon"),
    "west": (60, "Europe/Lisbon"), "bst": (60, "Europe/London"), "cet": (60, "Europe/Paris"),
    "cest": (120, "Europe/Paris"), "mez": (60, "Europe/Berlin"), "mesz": (120, "Europe/Berlin"),
    "eet": (120, "Europe/Athens"), "eest": (180, "Europe/Athens"), "msk": (180, "Europe/Moscow"), "мск": (180, "Europe/Moscow"),
    "trt": (180, "Europe/Istanbul"), "est": (-300, "America/New_York"), "edt": (-240, "America/New_York"),
    "cst": (-360, "America/Chicago"), "cdt": (-300, "America/Chicago"), "mst": (-420, "America/Denver"),
    "mdt": (-360, "America/Denver"), "pst": (-480, "America/Los_Angeles"),
    "pdt": (-420, "America/Los_Angeles"), "akst": (-540, "America/Anchorage"),
    "akdt": (-480, "America/Anchorage"), "hst": (-600, "Pacific/Honolulu"),
    "nst": (-210, "America/St_Johns"), "ndt": (-150, "America/St_Johns"), "adt": (-180, "America/Halifax"),
    "brt": (-180, "America/Sao_Paulo"), "art": (-180, "America/Argentina/Buenos_Aires"),
    "clt": (-240, "America/Santiago"), "clst": (-180, "America/Santiago"), "pet": (-300, "America/Lima"),
    "jst": (540, "Asia/Tokyo"), "kst": (540, "Asia/Seoul"), "hkt": (480, "Asia/Hong_Kong"),
    "sgt": (480, "Asia/Singapore"), "myt": (480, "Asia/Kuala_Lumpur"), "pht": (480, "Asia/Manila"),
    "wib": (420, "Asia/Jakarta"), "wita": (480, "Asia/Makassar"), "wit": (540, "Asia/Jayapura"),
    "ict": (420, "Asia/Bangkok"), "pkt": (300, "Asia/Karachi"), "npt": (345, "Asia/Kathmandu"),
    "ist": (330, "Asia/Kolkata"), "gst": (240, "Asia/Dubai"), "idt": (180, "Asia/Jerusalem"),
    "wat": (60, "Africa/Lagos"), "cat": (120, "Africa/Maputo"), "eat": (180, "Africa/Nairobi"),
    "sast": (120, "Africa/Johannesburg"), "awst": (480, "Australia/Perth"),
    "acst": (570, "Australia/Adelaide"), "acdt": (630, "Australia/Adelaide"),
    "aest": (600, "Australia/Sydney"), "aedt": (660, "Australia/Sydney"),
    "nzst": (720, "Pacific/Auckland"), "nzdt": (780, "Pacific/Auckland"),
}  # fmt: skip
# Letters that mean another clock in another country.
ELSEWHERE: dict[tuple[str, str], tuple[int, str]] = {
    ("cst", "CN"): (480, "Asia/Shanghai"),
    ("cst", "TW"): (480, "Asia/Taipei"),
    ("ist", "IE"): (60, "Europe/Dublin"),
    ("ist", "IL"): (120, "Asia/Jerusalem"),
    ("est", "AU"): (600, "Australia/Sydney"),
    ("bst", "BD"): (360, "Asia/Dhaka"),
}
# Words that mean whatever the clock there says on that day.
PLACES: dict[str, str] = {
    "et": "America/New_York", "eastern time": "America/New_York", "eastern": "America/New_York",
    "eastern daylight time": "America/New_York", "eastern standard time": "America/New_York",
    "ct": "America/Chicago", "central time": "America/Chicago", "mt": "America/Denver",
    "mountain time": "America/Denver", "pt": "America/Los_Angeles", "pacific time": "America/Los_Angeles",
    "pacific daylight time": "America/Los_Angeles", "pacific standard time": "America/Los_Angeles",
    "central daylight time": "America/Chicago", "central standard time": "America/Chicago",
    "uk time": "Europe/London", "heure de paris": "Europe/Paris", "hora peninsular": "Europe/Madrid",
    "hora de madrid": "Europe/Madrid", "horário de brasília": "America/Sao_Paulo",
    "hora de brasília": "America/Sao_Paulo", "brasília": "America/Sao_Paulo",
    "hora de lisboa": "Europe/Lisbon", "ora italiana": "Europe/Rome",
    "central european time": "Europe/Paris", "central european summer time": "Europe/Paris",
}  # fmt: skip
# Countries whose news run by one clock; others name their zone or leave it open.
COUNTRIES: dict[str, str] = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CH": "Europe/Zurich",
    "CN": "Asia/Shanghai", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen",
    "EE": "Europe/Tallinn", "EG": "Africa/Cairo", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
    "GB": "Europe/London", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata",
    "IR": "Asia/Tehran", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "JP": "Asia/Tokyo",
    "KE": "Africa/Nairobi", "KR": "Asia/Seoul", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg",
    "LV": "Europe/Riga", "NG": "Africa/Lagos", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo",
    "PH": "Asia/Manila", "PK": "Asia/Karachi", "PL": "Europe/Warsaw", "RO": "Europe/Bucharest",
    "RS": "Europe/Belgrade", "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava", "TH": "Asia/Bangkok", "TR": "Europe/Istanbul", "TW": "Asia/Taipei",
    "UA": "Europe/Kyiv", "VN": "Asia/Ho_Chi_Minh", "ZA": "Africa/Johannesburg",
    "AR": "America/Argentina/Buenos_Aires", "CO": "America/Bogota", "PE": "America/Lima",
}  # fmt: skip
# Of countries with several zones, those that a stated offset may be named for.
LARGE: dict[str, tuple[str, ...]] = {
    "US": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "CA": (
        "America/Toronto",
        "America/Winnipeg",
        "America/Edmonton",
        "America/Vancouver",
        "America/Halifax",
    ),
    "AU": ("Australia/Sydney", "Australia/Adelaide", "Australia/Perth", "Australia/Brisbane"),
    "BR": ("America/Sao_Paulo", "America/Manaus"),
    "MX": ("America/Mexico_City", "America/Tijuana"),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "NZ": ("Pacific/Auckland",),
    "RU": ("Europe/Moscow",),
}
# The country of a language that is spoken by the press of one country in the main.
LANGUAGES = {"ja": "JP", "ko": "KR", "de": "DE", "fr": "FR", "it": "IT", "pl": "PL", "nl": "NL", "sv": "SE",
             "da": "DK", "nb": "NO", "no": "NO", "fi": "FI", "cs": "CZ", "hu": "HU", "tr": "TR", "el": "GR",
             "uk": "UA", "he": "IL", "th": "TH", "vi": "VN"}  # fmt: skip

_LETTERS = "|".join(sorted(map(re.escape, [*FIXED, *PLACES]), key=len, reverse=True))
# What may follow a time of day.
ZONE = re.compile(
    rf"\s*[,(\[]?\s*(?:"
    rf"(?:utc|gmt)?\s*(?P<offset>[+−-]\d{{1,2}}(?::?\d{{2}})?)(?!\d)(?:\s*\([^)]{{0,60}}\))?"
    rf"|(?P<name>[a-z]+/[a-z_]+(?:/[a-z_]+)?)"
    rf"|(?P<letters>{_LETTERS})(?![^\W_])"
    rf")",
    re.IGNORECASE,
)


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}


def zone_after(text: str, *, country: str) -> tuple[tzinfo, str] | None:
    """The zone that a text begins with, and its name where one is known."""
    found = ZONE.match(text)
    if found is None:
        return None
    if found["offset"]:
        return _offset(found["offset"])
    if found["name"]:
        name = _names().get(found["name"].lower())
        return (ZoneInfo(name), name) if name else None
    letters = found["letters"].lower()
    if letters in PLACES:
        return ZoneInfo(PLACES[letters]), PLACES[letters]
    minutes, name = ELSEWHERE.get((letters, country)) or FIXED[letters]
    return (UTC if minutes == 0 else timezone(timedelta(minutes=minutes))), name


def _offset(text: str) -> tuple[tzinfo, str] | None:
    digits = re.sub(r"\D", "", text)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    total = hours * 60 + minutes
    if total == 0:
        return UTC, ""
    return timezone(timedelta(minutes=total if text[0] == "+" else -total)), ""


def name_for(moment: datetime, *, country: str) -> str:
    """A place in the country whose clock showed this offset then; "" where none is known."""
    # Where nothing says for which country a page is made, English with this offset is American.
    american = not country and timedelta(hours=-8) <= (
        moment.utcoffset() or timedelta(0)
    ) < timedelta(0)
    places = (
        *LARGE.get("US" if american else country, ()),
        *([COUNTRIES[country]] if country in COUNTRIES else []),
    )
    return next(
        (
            name
            for name in places
            if moment.astimezone(ZoneInfo(name)).utcoffset() == moment.utcoffset()
        ),
        "",
    )


def country_of(*, language: str, host: str) -> str:
    """The country that a page is made for, as two letters; "" where nothing says so."""
    ending = host.rsplit(".", 1)[-1].upper()
    ending = {"UK": "GB"}.get(ending, ending)
    if ending in COUNTRIES or ending in LARGE:
        return ending
    parts = language.split("-")
    region = next((part.upper() for part in parts[1:] if len(part) == 2), "")
    return region or LANGUAGES.get(parts[0].lower(), "")

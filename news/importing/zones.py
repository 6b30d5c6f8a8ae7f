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
    "ast": (-240, "America/Halifax"), "hne": (-300, "America/Toronto"), "hae": (-240, "America/Toronto"),
    "hna": (-240, "America/Halifax"), "haa": (-180, "America/Halifax"), "tsi": (180, "Europe/Istanbul"),
    "tsİ": (180, "Europe/Istanbul"), "chst": (600, "Pacific/Guam"), "hadt": (-540, "America/Adak"),
    "uyt": (-180, "America/Montevideo"), "cot": (-300, "America/Bogota"), "vet": (-240, "America/Caracas"),
    "bot": (-240, "America/La_Paz"), "irst": (210, "Asia/Tehran"), "aft": (270, "Asia/Kabul"),
    "uzt": (300, "Asia/Tashkent"), "mmt": (390, "Asia/Yangon"), "ulat": (480, "Asia/Ulaanbaatar"),
    "fjt": (720, "Pacific/Fiji"), "chadt": (825, "Pacific/Chatham"), "chast": (765, "Pacific/Chatham"),
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
    ("ast", "SA"): (180, "Asia/Riyadh"),
    ("ast", "KW"): (180, "Asia/Kuwait"),
    ("ast", "IQ"): (180, "Asia/Baghdad"),
    ("ast", "PR"): (-240, "America/Puerto_Rico"),
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
    "newfoundland time": "America/St_Johns", "newfoundland": "America/St_Johns", "nl time": "America/St_Johns",
    "newfoundland daylight time": "America/St_Johns", "newfoundland standard time": "America/St_Johns",
    "atlantic time": "America/Halifax", "atlantic daylight time": "America/Halifax",
    "atlantic standard time": "America/Halifax", "mountain daylight time": "America/Denver",
    "mountain standard time": "America/Denver", "alaska time": "America/Anchorage", "akt": "America/Anchorage",
    "hawaii time": "Pacific/Honolulu", "hawaii standard time": "Pacific/Honolulu",
    "heure de l’est": "America/Toronto", "heure de l'est": "America/Toronto",
    "heure de montréal": "America/Toronto", "heure de bruxelles": "Europe/Brussels",
    "hora del este": "America/New_York", "hora de méxico": "America/Mexico_City",
    "hora del centro de méxico": "America/Mexico_City", "hora argentina": "America/Argentina/Buenos_Aires",
    "hora de argentina": "America/Argentina/Buenos_Aires", "hora de chile": "America/Santiago",
    "hora colombiana": "America/Bogota", "hora de colombia": "America/Bogota", "hora peruana": "America/Lima",
    "hora española": "Europe/Madrid", "hora canaria": "Atlantic/Canary", "horário de lisboa": "Europe/Lisbon",
    "brt time": "America/Sao_Paulo", "по московскому времени": "Europe/Moscow",
    "московского времени": "Europe/Moscow", "по киевскому времени": "Europe/Kyiv",
    "за київським часом": "Europe/Kyiv", "日本時間": "Asia/Tokyo", "北京时间": "Asia/Shanghai",
    "北京時間": "Asia/Shanghai", "香港時間": "Asia/Hong_Kong", "台北時間": "Asia/Taipei", "한국시간": "Asia/Seoul",
    "한국 시간": "Asia/Seoul", "israel time": "Asia/Jerusalem", "india time": "Asia/Kolkata",
    "indian standard time": "Asia/Kolkata", "japan time": "Asia/Tokyo", "korea time": "Asia/Seoul",
    "beijing time": "Asia/Shanghai", "british summer time": "Europe/London", "greenwich mean time": "Europe/London",
    "irish time": "Europe/Dublin", "east africa time": "Africa/Nairobi", "west africa time": "Africa/Lagos",
    "central africa time": "Africa/Maputo", "south africa time": "Africa/Johannesburg",
    "new zealand time": "Pacific/Auckland", "eastern european time": "Europe/Athens",
    "türkiye saati": "Europe/Istanbul", "توقيت القاهرة": "Africa/Cairo", "بتوقيت القاهرة": "Africa/Cairo",
    "توقيت مكة المكرمة": "Asia/Riyadh", "بتوقيت مكة": "Asia/Riyadh", "uk time": "Europe/London", "heure de paris": "Europe/Paris", "hora peninsular": "Europe/Madrid",
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
    rf"|(?P<city>[a-z][a-z .']{{2,22}}?)\s+(?:local\s+)?time\b"
    rf")",
    re.IGNORECASE,
)


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name}


# Places that are named where no time stands before them.
_NAMED = re.compile(
    "|".join(
        sorted(
            (re.escape(word) for word in PLACES if " " in word or word[0] > "\u2fff"),
            key=len,
            reverse=True,
        )
    ),
    re.IGNORECASE,
)


@cache
def _cities() -> dict[str, str]:
    """The zones by their cities, where one city of that name has one."""
    found: dict[str, str] = {}
    for name in sorted(available_timezones(), key=lambda each: (-each.count("/"), each)):
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")):
            found[name.rpartition("/")[2].replace("_", " ").lower()] = name
    return found


def is_place(text: str) -> bool:
    """Whether this is a city that a zone is named for."""
    return text.lower() in _cities()


def zone_named_in(text: str, *, country: str) -> tuple[tzinfo, str] | None:
    """The zone of the first place by whose clock a text says that it tells the time."""
    place = place_named_in(text)
    return zone_after(place, country=country) if place else None


def place_named_in(text: str) -> str:
    """The words with which a text says by whose clock it tells the time."""
    found = _NAMED.search(text)
    return found[0] if found else ""


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
    if found["city"]:
        city = _cities().get(found["city"].lower().replace(".", "").replace("'", ""))
        return (ZoneInfo(city), city) if city else None
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


# Names that stand for an offset only, whatever the country.
COMMON = {
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Lisbon",
    "Europe/London",
    "Africa/Maputo",
}


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

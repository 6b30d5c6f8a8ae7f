"""Street addresses in a text: house number and street, congressional rooms, boxes, ZIP codes.

A number before a capitalised name is common in news ("the 2010 Supreme Court decision"), so a match
needs a street's own word, and what could be a year needs more than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from news.drafting.guard.characters import Folded
from news.drafting.guard.internet import Match

_SHORT = {
    "street": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "road": "rd", "drive": "dr",
    "lane": "ln", "court": "ct", "place": "pl", "square": "sq", "terrace": "ter",
    "parkway": "pkwy", "highway": "hwy", "circle": "cir", "building": "bldg", "suite": "ste",
    "room": "rm", "floor": "fl", "apartment": "apt", "north": "n", "south": "s", "east": "e",
    "west": "w", "northwest": "nw", "northeast": "ne", "southwest": "sw", "southeast": "se",
    "saint": "st", "mount": "mt", "fort": "ft", "washington": "washington",
}  # fmt: skip
_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|"
    "Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|"
    "Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|"
    "New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|"
    "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|"
    "West Virginia|Wisconsin|Wyoming|Puerto Rico|Guam"
)
_CODES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|D\\.? ?C\\.?|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|"
    "NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR|GU|VI|AS|MP"
)
_NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "hundred|thousand|oh|zero"
)
_NUMBER = (
    r"(?<![\w.,$\u20ac\u00a3#/:-])(?:\d{1,6}(?:-?[A-Za-z])?(?:[-/]\d{1,4})?(?:[ -]?1/2)?|"
    rf"(?:[Oo]ne|[Tt]wo|[Tt]en|(?i:{_NUMBER_WORD})(?:[ -](?i:and|{_NUMBER_WORD})){{1,5}}))"
)
_DIRECTION = (
    r"(?:[NSEW]\.?|[NS]\.? ?[EW]\.?|North|South|East|West|North(?:east|west)|South(?:east|west))"
)
_NAME = r"(?:[A-Z][\w'\u2019.-]{0,24}|['\u2018][A-Z]['\u2019]|\d{1,3}(?:st|nd|rd|th)|(?:of|the|de|la|del|von|van|da))"
_CERTAIN = (
    "Avenue|Ave|Av|Boulevard|Blvd|Parkway|Pkwy|Terrace|Ter|Turnpike|Tpke|Crescent|Mews|Pike|Plz|"
    "Expressway|Expy|Freeway|Fwy|Speedway|Trce"
)
_STREET = "Street|St|Road|Rd|Lane|Ln|Highway|Hwy|Alley|Quay|Wharf"
_DOUBTFUL = (
    "Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Circle|Cir|Plaza|Trail|Loop|Row|Gardens|Close|"
    "Building|Bldg|Center|Centre|House|Point|Ridge|Hill|Walk|Path|Crossing|Heights|Landing|Pier|Grove"
)
_NUMBERED_HOUSE = rf"(?P<number>{_NUMBER}),? (?:{_DIRECTION} )?"
_KIND = (
    rf"(?P<kind>{_CERTAIN}|{_STREET}|{_DOUBTFUL})\b\.?"
    r"(?P<direction>,? (?:N\.? ?W|N\.? ?E|S\.? ?W|S\.? ?E|[NSEW])\b\.?)?"
    r"(?P<unit>,? (?i:suite|ste|room|rm|floor|fl|apt|apartment|unit|#)\.? ?#?[\dA-Z][\w-]{0,5})?"
)
# The nearest street's word and the farthest: "1500 Medical Center Parkway" holds two.
_AMERICAN = (
    re.compile(rf"{_NUMBERED_HOUSE}(?P<name>(?:{_NAME} ){{1,5}}?){_KIND}"),
    re.compile(rf"{_NUMBERED_HOUSE}(?P<name>(?:{_NAME} ){{1,5}}){_KIND}"),
)
# Whatever the street is called, a suite or a numbered road makes it an address.
_WITH_UNIT = re.compile(
    rf"{_NUMBER},? (?:{_DIRECTION} )?(?:(?:{_NAME}|\d{{1,4}}),? ){{1,5}}?(?:{_DIRECTION},? )?"
    r"(?:(?i:suite|ste)\.? ?#?[\dA-Z][\w-]{0,5}|#[\dA-Z][\w-]{0,5})\b"
)
_NUMBERED_ROAD = re.compile(
    rf"(?<![\w.,$#/:-])\d{{2,6}} (?:{_DIRECTION} )?(?:U\.?S\.? )?(?:(?:State )?(?:Highway|Hwy|HWY|Route|Rte|Rt)|FM|"
    r"Avenue) (?:\d{1,4}|[A-Z])\b(?: (?:[NSEW]\b|North|South|East|West))?"
)
_BROADWAY = re.compile(rf"{_NUMBER} (?:[NSEW]\.? |North |South |East |West )?Broadway\b(?! \w*how)")
_LOWER_CASE = re.compile(
    r"(?<![\w.,$#/:-])\d{1,6} (?:[nsew]\.? )?(?!(?:of|the|and|a|an|in|on|for|to|years|people) )"
    r"(?:[a-z'0-9]{2,20} ){1,3}?(?:(?:avenue|ave|boulevard|blvd|pkwy)\b\.?(?: ?,? ?(?:n\.?w|n\.?e|"
    r"s\.?w|s\.?e)\b\.?)?|(?:street|st|road|rd|drive|dr|lane|ln|place|pl)\b\.? ?,? ?"
    r"(?:n\.?w|n\.?e|s\.?w|s\.?e)\b\.?)",
    re.IGNORECASE,
)
_OFFICES = "Hart|Dirksen|Russell|Rayburn|Longworth|Cannon"
_OFFICE_KIND = r"(?:(?:Senate|House)(?: Office)?(?: (?:Building|Bldg)\b\.?)?|Office Building|Building|Bldg|H\.?O\.?B|S\.?O\.?B)\b\.?"
_CONGRESS = re.compile(
    rf"(?:(?<![\w.,$#/:-])(?P<room>\d{{1,4}}[A-Z]?|(?:(?i:{_NUMBER_WORD})[ -]){{0,5}}(?i:{_NUMBER_WORD})),?"
    rf" (?i:(?:{_OFFICES})(?P<kind> {_OFFICE_KIND})?|(?:Ford|O'Neill)(?P<other> {_OFFICE_KIND}))(?!\w))"
    rf"|(?i:{_OFFICES}|\bFord|O'Neill) (?i:{_OFFICE_KIND})?,? ?(?i:room|rm|suite|ste|\#)\.? ?\d{{1,4}}"
)
_OFFICE_CODE = re.compile(
    r"(?<![\w.,$#/:-])\d{1,4} (?:[RLC]HOB|[HDR]SOB|S[HDR]OB)\b|\b[RLC]HOB \d{3,4}\b"
)
_BOX = re.compile(
    r"\b(?:G?P\.? ?O\.?|Post(?:al)? ?Office)[ .-]{0,2}(?:Box|B0x|Drawer)[ .#:]{0,3}"
    rf"(?:\d[\d-]{{0,9}}|(?:{_NUMBER_WORD})(?:[ -](?:{_NUMBER_WORD})){{0,4}})|"
    r"\bPostfach \d[\d ]{1,8}\d",
    re.IGNORECASE,
)
_CITY = re.compile(
    rf"\b[A-Z][\w.'-]{{1,24}}(?: [A-Z][\w.'-]{{1,24}}){{0,2}}(?:,? (?:{_CODES}),?|, ?(?:{_STATES}),?) "
    r"{1,2}\d{5}(?:-\d{4})?(?![\w-]|,\d)"
)
_ZIP_PLUS = re.compile(r"(?<![\w.,$#/-])\d{5}-\d{4}(?![\w-]|[.,]\d)")
_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}\d[A-Z\d]?) \d[ABD-HJLNP-UW-Z]{2}\b")
_ABROAD = re.compile(
    r"(?<![\w.,$#/-])\d{1,4}(?: ?bis)?,? (?:rue|boulevard|avenue|quai|place|all\u00e9e|chemin|"
    r"impasse) (?:(?:de|du|des|la|le|les) |d'|l'){0,3}[A-Z\u00c0-\u00de]\w{1,20}|"
    r"\b[A-Z\u00c4\u00d6\u00dc][a-z\u00e4\u00f6\u00fc\u00df]{2,24}(?:stra\u00dfe|strasse|str\.|"
    r"platz|allee|gasse) \d{1,4}[a-z]?\b|\bCalle (?:[A-Z]\w{1,20} ){1,3}\d{1,4}\b"
)

_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_TELLS_TIME = re.compile(
    r"\b(?:in|since|by|after|before|until|till|during|from|through|of|late|early|mid|around|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)"
    r"[ -]$",
    re.IGNORECASE,
)
_NUMBERS_A_CASE = re.compile(r"(?:\b(?:no|nos|number|docket|case|file)\b[ .:#]{0,3}|#)$", re.I)
_TELLS_DAY = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? $",
    re.IGNORECASE,
)
_TELLS_PLACE = re.compile(
    r"(?:\b(?:at|to|address|addressed|visit|mail|write|office|offices|send|located|lives?|near|"
    r"headquarters)[ :,]{1,3}(?:is |it to )?|[:;\n] ?|^)$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\.?,? (?:[A-Z][\w.]+(?: [A-Z][\w.]+){0,2},? )?(?:" + _CODES + r")\b|, [A-Z]"
)
_COURTS = {
    "supreme", "district", "circuit", "appeals", "appellate", "superior", "federal", "state",
    "county", "high", "criminal", "international", "world", "family", "tax", "trade", "claims",
    "municipal", "crown", "constitutional", "immigration", "bankruptcy", "juvenile", "military",
    "us", "u.s", "probate", "basketball", "tennis", "food", "roberts", "warren", "the",
}  # fmt: skip
_DRIVES = {
    "blood", "food", "toy", "registration", "membership", "book", "coat", "clothing", "hard",
    "test", "recruitment", "fund", "pledge", "donation", "signature", "voter", "vaccination",
}  # fmt: skip
_WAYS = {"united", "third", "milky", "american", "better", "only", "half", "right", "wrong", "long"}
_PLACES = {"first", "second", "third", "1st", "2nd", "3rd", "market", "work"}
_HOUSES = {
    "white", "blue", "state", "full", "open", "opera", "u.s", "us", "random", "ways", "the",
    "republican", "democratic", "safe", "green", "coffee", "town", "movie",
}  # fmt: skip
_CENTERS = {"call", "data", "medical", "health", "detention", "shopping", "care", "trade", "media"}
_UNLIKELY = {
    "court": _COURTS, "ct": _COURTS, "drive": _DRIVES, "dr": _DRIVES, "way": _WAYS,
    "place": _PLACES, "house": _HOUSES, "center": _CENTERS, "centre": _CENTERS,
}  # fmt: skip

_OTHERS = (
    _WITH_UNIT, _NUMBERED_ROAD, _LOWER_CASE, _OFFICE_CODE, _BROADWAY, _BOX, _CITY, _ZIP_PLUS,
    _POSTCODE, _ABROAD,
)  # fmt: skip
_MAY_COUNT = (_BROADWAY, _ZIP_PLUS, _NUMBERED_ROAD)


def find_street_addresses(text: Folded) -> Iterator[Match]:
    """Find postal addresses, and parts of one that suffice to reach somebody, in a folded text.

    Finds that overlap are one address: "Office Building, Washington, DC 20510" must not pass for
    the whole of an address whose room it leaves out.
    """
    seen = text.seen
    start = end = -1
    for begins, ends in sorted(_spans(seen)):
        if begins >= end and end >= 0:
            yield Match("street_address", start, end, street_value(seen[start:end]))
            start = end = -1
        start = begins if start < 0 else start
        end = max(end, ends)
    if end >= 0:
        yield Match("street_address", start, end, street_value(seen[start:end]))


def _spans(seen: str) -> Iterator[tuple[int, int]]:
    for pattern in _AMERICAN:
        for match in pattern.finditer(seen):
            if _is_address(seen, match):
                yield _span(match)
    for match in _CONGRESS.finditer(seen):
        if _is_office(seen, match):
            yield _span(match)
    for pattern in _OTHERS:
        for match in pattern.finditer(seen):
            if not (pattern in _MAY_COUNT and _is_other(seen, match)):
                yield _span(match)


def street_value(text: str) -> str:
    """Write an address in one way: lower case, no marks, the usual abbreviations."""
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=\b[a-z])\.(?: (?=[a-z]\b))?", "", text.lower()))
    return " ".join(_SHORT.get(word, word) for word in words)


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.start(), match.start() + len(match.group().rstrip(" .,"))


def _is_other(seen: str, match: re.Match[str]) -> bool:
    """Say whether what stands before makes the number a year or the number of a case."""
    before = seen[max(0, match.start() - 16) : match.start()]
    if _NUMBERS_A_CASE.search(before):
        return True
    return _YEAR.match(match.group()) is not None and _TELLS_TIME.search(before) is not None


def _is_address(seen: str, match: re.Match[str]) -> bool:
    if match["direction"] or match["unit"]:
        return True
    number, name, kind = match["number"], match["name"].split(), match["kind"]
    if name[-1].lower().strip(".'\u2019") in _UNLIKELY.get(kind.lower(), ()):
        return False
    if name[0] in ("of", "the") or (kind == "St" and name[-1] in ("East", "West")):
        return False
    before = seen[max(0, match.start() - 24) : match.start()]
    if _TELLS_DAY.search(before):
        return False
    placed = _TELLS_PLACE.search(before) is not None
    continued = _GOES_ON.match(seen, match.end()) is not None
    if _YEAR.fullmatch(number):
        if _TELLS_TIME.search(before):
            return False
        return placed or continued or kind in _CERTAIN.split("|")
    if kind in _DOUBTFUL.split("|"):
        return placed or continued or _ends_here(seen, match.end())
    # "40 Wall Street banks" are banks; "40 Wall Street" is a house.
    if name[-1] in ("Wall", "Main", "High") or not number[0].isdigit():
        return placed or continued or _ends_here(seen, match.end())
    return True


def _ends_here(seen: str, at: int) -> bool:
    return re.match(r" ?(?:[.,;:)!?\n\"\u201d]|$)", seen[at : at + 3]) is not None


def _is_office(seen: str, match: re.Match[str]) -> bool:
    """Tell "717 Hart" from "in 2012 Russell said"."""
    if not match["room"] or match["kind"] or match["other"]:
        return True
    before = seen[max(0, match.start() - 24) : match.start()]
    room = match["room"]
    if not room[0].isdigit():
        return False
    if _YEAR.fullmatch(room):
        return _TELLS_PLACE.search(before) is not None and not _TELLS_TIME.search(before)
    if len(room) < 3 or not re.search(r" [A-Z]\w+$", match.group()):
        return False
    # A surname can follow a number too ("218 Russell supporters"): a room is followed by no noun.
    return not re.match(r" [a-z]{4,}", seen[match.end() : match.end() + 8])

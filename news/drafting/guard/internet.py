"""E-mail and web addresses in a text, however they are disguised.

Every pattern begins at a place it can recognise and never looks back over more than it has read, so
a text of any length and malice takes time in proportion to its length.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from news.drafting.guard.characters import Folded, fold

# Stand for a dot and an at sign that were written in another way.
DOT, AT = "\ue000", "\ue001"
_WRITTEN = str.maketrans({DOT: ".", AT: "@"})

STRONG = frozenset({"com", "org", "net", "gov", "edu", "mil", "info", "int", "biz", "onion"})
# Endings that lie outside the root zone, and are written as addresses all the same.
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "onion", "i2p", "eth"})
# Endings that people use after a dot written as a word; any other word may follow "dot".
_SPOKEN = STRONG | {
    "us", "uk", "eu", "de", "fr", "es", "nl", "ru", "ua", "ca", "au", "io", "co", "tv", "me", "ai",
    "app", "dev", "news", "online", "site", "website", "xyz", "ly", "gg", "ch", "at", "pl", "cc",
    "vote", "club", "shop", "live", "social",
}  # fmt: skip
# Those of them that may go on the sentence: "the last dot at noon".
_ORDINARY = frozenset(
    {
        "us",
        "me",
        "at",
        "news",
        "live",
        "vote",
        "social",
        "club",
        "shop",
        "site",
        "online",
        "website",
    }
)
# Words before " .gov" or " dot com" that make it a kind of address and not one.
_NOT_A_NAME_WORDS = (
    "a an the any every each all some no of in on to for from by with and or as is was new old "
    "official own other such their its his her our your my these those this that many most "
    "trusted secure legitimate real fake ending named"
)
_NOT_A_NAME = frozenset(_NOT_A_NAME_WORDS.split())
_KIND_OF_ADDRESS_WORDS = (
    "domain domains site sites website websites address addresses suffix extension extensions "
    "ending endings page pages registry era boom bubble bust crash crowd company companies firm "
    "firms stock stocks startup startups start-up start-ups millionaire millionaires craze mania "
    "burst years entrepreneur entrepreneurs business businesses"
)
_KIND_OF_ADDRESS = frozenset(_KIND_OF_ADDRESS_WORDS.split())
_NAMES_WITH_DOTS = frozenset({"will.i.am", "asp.net", "ado.net", "vb.net", "paint.net"})


class Match(NamedTuple):
    """A contact within a folded text, and its normalised value."""

    kind: str
    start: int
    end: int
    value: str


@lru_cache(maxsize=1)
def top_level_domains() -> frozenset[str]:
    """Every ending in the root zone, and what those in other scripts look like."""
    names = Path(__file__).with_name("tlds.txt").read_text(encoding="utf-8").split()
    return _RESERVED.union(names, (fold(name).seen.lower() for name in names))


# --- Disguises -----------------------------------------------------------------------------------

_SPELLED_OUT = re.compile(r"(?<!\S)(?:\S ){4,}\S(?!\S)")
_BRACKETED_DOT = re.compile(
    r" {0,3}+[\[({<]{1,2} {0,2}(?:dot|d0t|\.) {0,2}[\])}>]{1,2} {0,3}",
    re.IGNORECASE,
)
_BRACKETED_AT = re.compile(
    r" {0,3}+[\[({<]{1,2} {0,2}(?:at|@|at[- ]sign|arroba) {0,2}[\])}>]{1,2} {0,3}", re.IGNORECASE
)
_SPOKEN_DOT = re.compile(
    r"(?<=[^\W_])(?: {1,3}(?:dot|d0t|period) {1,3}|[-_+*/.](?:dot|d0t)[-_+*/.])(?=[^\W_])",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"(?<=[a-z0-9])(DOT|AT)(?=[a-z])")
_OTHER_DOT = re.compile(r"(?<=[^\W_])(?:[\u00b7\u2022\u2219\u22c5\u2027\u30fb]|%2[eE])(?=[^\W_])")
# "house,gov": a comma without a space, before an ending that is no word.
_COMMA = re.compile(
    r"(?<=[^\W_]),(?=(?:com|org|net|gov|edu|mil)\b|[\w-]{1,63},(?:com|org|net|gov|edu)\b)"
)
_OTHER_AT = re.compile(r"(?<=[^\W_])(?:%40|[-_]at[-_])(?=[^\W_])")
_LABELS_AFTER = re.compile(
    rf"[^\W_][\w-]{{0,62}}(?:(?: {{1,3}}(?:dot|period) {{1,3}}|[.{DOT}-])|(?!\w))", re.I
)


def undisguise(text: Folded) -> Folded:
    """Write dots and at signs that were spelled out as marks; letters set apart are joined."""
    text = text.replace(_spaces_within(text.seen))
    text = text.replace([(m.start(), m.end(), DOT) for m in _BRACKETED_DOT.finditer(text.seen)])
    text = text.replace([(m.start(), m.end(), AT) for m in _BRACKETED_AT.finditer(text.seen)])
    text = text.replace([(m.start(), m.end(), DOT) for m in _OTHER_DOT.finditer(text.seen)])
    text = text.replace([(m.start(), m.end(), DOT) for m in _COMMA.finditer(text.seen)])
    text = text.replace([(m.start(), m.end(), AT) for m in _OTHER_AT.finditer(text.seen)])
    text = text.replace(
        [
            (m.start(), m.end(), DOT if m.group() == "DOT" else AT)
            for m in _SHOUTED.finditer(text.seen)
        ]
    )
    return text.replace(
        [
            (m.start(), m.end(), DOT)
            for m in _SPOKEN_DOT.finditer(text.seen)
            if _is_spoken_address(text.seen, m)
        ]
    )


def _spaces_within(seen: str) -> list[tuple[int, int, str]]:
    """Find the spaces of "h o u s e . g o v"."""
    return [
        (at, at + 1, "")
        for match in _SPELLED_OUT.finditer(seen)
        for at in range(match.start() + 1, match.end(), 2)
    ]


def _is_spoken_address(seen: str, match: re.Match[str]) -> bool:
    """Tell "house dot gov" from "the dot com bubble" and "a polka dot dress"."""
    before = re.search(r"[\w-]{1,63}$", seen[max(0, match.start() - 63) : match.start()])
    if before is None or before.group().lower() in _NOT_A_NAME:
        return False
    at = match.end()
    label = ""
    for _label in range(6):
        found = _LABELS_AFTER.match(seen, at)
        if found is None:
            break
        label = re.split(rf"[ .{DOT}-]", found.group(), maxsplit=1)[0]
        at = found.end()
        if not re.search(rf"(?: (?:dot|period) {{1,3}}|[.{DOT}-])$", found.group(), re.IGNORECASE):
            break
    if "period" in match.group().lower():
        return label.lower() in STRONG
    if label.lower() in _ORDINARY and re.match(r" [a-z]", seen[at : at + 2]):
        return False
    return label.lower() in _SPOKEN and not _names_a_kind(seen, at)


def _names_a_kind(seen: str, at: int) -> bool:
    following = re.match(r"[- ]{0,2}([a-z-]{2,20})", seen[at : at + 24].lower())
    return following is not None and following.group(1) in _KIND_OF_ADDRESS


# --- Hosts ---------------------------------------------------------------------------------------

_DOTS = rf"[.{DOT}]"
_HOST = re.compile(rf"(?<![\w.{DOT}-])[\w-]++(?:{_DOTS}[\w-]++)++")
_LABEL_BREAK = re.compile(_DOTS)
_TITLE = re.compile(r"[A-Z][a-z]+")


def host_length(host: str, *, vouched: bool = False) -> int:
    """Say how much of a dotted run is a host: up to its last label that is a top-level domain.

    Prose that lacks a space after a full stop ("the war.It") is none. `vouched`: something else
    (an at sign, a path) says that it is an address.
    """
    labels = _LABEL_BREAK.split(host)
    vouched = vouched or DOT in host
    length = len(host)
    for count in range(len(labels), 1, -1):
        if _ends_a_host(labels[max(0, count - 5) : count], vouched=vouched):
            return length
        length -= len(labels[count - 1]) + 1
    return 0


def _ends_a_host(labels: list[str], *, vouched: bool) -> bool:
    ending, names = labels[-1], labels[:-1]
    folded = ending.lower()
    if folded not in top_level_domains() and not folded.startswith("xn--"):
        return False
    if any(not name or name.startswith("-") for name in names):
        return False
    if ".".join(labels).lower() in _NAMES_WITH_DOTS:
        return False
    if vouched or folded in STRONG:
        return not all(name.isdigit() for name in names) or folded in STRONG
    return _reads_as_host(names, ending)


def _reads_as_host(names: list[str], ending: str) -> bool:
    """Judge a host whose ending may also be a word, by how the two are written."""
    if not any(len(name) > 1 and not name.isdigit() for name in names):
        return False
    if _TITLE.fullmatch(ending):
        return False
    return not (ending.isascii() and ending.isupper() and not names[-1].isupper())


# --- E-mail --------------------------------------------------------------------------------------

_AT_SIGN = re.compile(rf" {{0,2}}[@{AT}] {{0,2}}")
_SPOKEN_AT = re.compile(r"(?<=[\w]) {1,3}at {1,3}(?=[^\W_])", re.IGNORECASE)
_LOCAL = re.compile(rf"[\w!#$%&'*+/=?^`{{|}}~.{DOT}-]{{1,64}}$")
_DOMAIN = re.compile(rf"[\w-]++(?: {{0,2}}{_DOTS} {{0,2}}[\w-]++){{1,8}}+")
_IP_DOMAIN = re.compile(r"\[(\d{1,3}(?:\.\d{1,3}){3})\]")
_NAMED_E_MAIL = re.compile(r"e-?mail\W{0,3}(?:\w{1,12}\W{1,3}){0,3}$", re.IGNORECASE)


def find_emails(text: Folded) -> Iterator[Match]:
    """Find e-mail addresses in an undisguised text."""
    for at in _AT_SIGN.finditer(text.seen):
        yield from _email(text, at, spoken=False)
    for at in _SPOKEN_AT.finditer(text.seen):
        yield from _email(text, at, spoken=True)


def _email(text: Folded, at: re.Match[str], *, spoken: bool) -> Iterator[Match]:
    local = _LOCAL.search(text.seen[max(0, at.start() - 64) : at.start()])
    if local is None:
        return
    name = local.group().lstrip("'`*_.{|(~!#$%&/=?^")
    if not re.search(r"[^\W_]", name):
        return
    start = at.start() - len(name)
    if ip := _IP_DOMAIN.match(text.seen, at.end()):
        yield Match("email", start, ip.end(), f"{name}@{ip.group()}".translate(_WRITTEN).lower())
        return
    domain = _DOMAIN.match(text.seen, at.end())
    end = at.end() + _domain_length(domain.group()) if domain else at.end()
    if end == at.end() or (spoken and not _is_spoken_email(text.seen, name, start, at.end(), end)):
        return
    value = f"{text.plain[start : at.start()]}@{text.plain[at.end() : end]}"
    yield Match("email", start, end, re.sub(r"\s", "", value).translate(_WRITTEN).lower())


def _domain_length(domain: str) -> int:
    """Say how much of a run after an at sign is its domain; dots may have spaces around them."""
    tight = re.sub(" ", "", domain)
    length = host_length(_until_new_sentence(domain), vouched=True)
    if length == 0:
        first = re.match(rf"[\w-]+{_DOTS}[^\W\d_]{{2,}}", domain)
        return first.end() if first else 0
    at = 0
    for _character in range(min(length, len(tight))):
        while domain[at] == " ":
            at += 1
        at += 1
    return at


def _until_new_sentence(domain: str) -> str:
    """Join what spaces set apart, up to a full stop that is followed by a capital."""
    sentence = re.split(rf"(?<={_DOTS}) +(?=[A-Z][a-z])", domain, maxsplit=1)[0]
    return sentence.replace(" ", "").rstrip("." + DOT)


def _is_spoken_email(seen: str, name: str, start: int, domain_at: int, end: int) -> bool:
    """Tell "jane at house dot gov" from "look at house.gov"."""
    if DOT in seen[domain_at:end] or re.search(r"[^\W_][._+\d-]+[^\W_]", name):
        return True
    return _NAMED_E_MAIL.search(seen[max(0, start - 48) : start]) is not None


# --- Web -----------------------------------------------------------------------------------------

_REST = r"[^\s<>\"\u201c\u201d\u00ab\u00bb`]"
_SCHEME = re.compile(
    r"(?<![a-z])(?:h[tx*]{2}ps?|f[tx]ps?|wss?|gopher|ipfs|ipns|magnet|tg|whatsapp|file)"
    rf" {{0,2}}\[?:\]? {{0,2}}[/\\]{{2,3}} ?({_REST}{{2,2000}}+)",
    re.IGNORECASE,
)
_WWW = re.compile(
    rf"(?<![\w-])www\d{{0,2}} ?{_DOTS} ?[\w-]++(?:{_DOTS}[\w-]++){{0,8}}+(?:[/?#:]{_REST}{{0,2000}}+)?",
    re.IGNORECASE,
)
_SPACED = re.compile(
    rf"(?<![\w.{DOT}-])([\w-]{{1,63}}+)(?: \. ?| ?\.)({'|'.join(sorted(STRONG))})(?![\w.-])"
)
_SPACED_AFTER = re.compile(
    rf"(?<![\w.{DOT}-])([\w-]{{1,63}}+)\. ({'|'.join(sorted(STRONG - {'int', 'info'}))})(?![\w-])"
)
_TAIL = re.compile(rf"(?::\d{{1,5}})?(?:[/?#]{_REST}{{0,2000}}+)?")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
_IPV6 = re.compile(
    r"(?<![\w:])\[?([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})\]?(?![\w:])", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:version|section|paragraph|chapter|item|part|v|no|\u00a7)\W{0,3}$", re.I)
_TRAILING = ".,;:!?'*_)]}>|" + DOT


def find_web_addresses(text: Folded) -> Iterator[Match]:
    """Find web addresses in an undisguised text: with a scheme, with www, bare, or by number."""
    seen = text.seen
    for match in _SCHEME.finditer(seen):
        yield _web(text, match.start(), _trimmed(seen, match.start(), match.end()), match.start(1))
    for match in _WWW.finditer(seen):
        yield _web(text, match.start(), _trimmed(seen, match.start(), match.end()), match.start())
    for match in _HOST.finditer(seen):
        yield from _bare(text, match)
    for pattern in (_SPACED, _SPACED_AFTER):
        for match in pattern.finditer(seen):
            if match.group(1).lower() in _NOT_A_NAME or _names_a_kind(seen, match.end()):
                continue
            yield _web(text, match.start(), match.end(), match.start())
    yield from _numeric(text)


def _bare(text: Folded, match: re.Match[str]) -> Iterator[Match]:
    path = text.seen[match.end() : match.end() + 1] == "/"
    length = host_length(match.group(), vouched=path)
    if not length:
        return
    end = match.start() + length
    if end == match.end():
        tail = _TAIL.match(text.seen, end)
        end = _trimmed(text.seen, match.start(), tail.end() if tail else end)
    yield _web(text, match.start(), end, match.start())


def _numeric(text: Folded) -> Iterator[Match]:
    for match in _IPV4.finditer(text.seen):
        if _is_ip(match.group()) and not _NUMBERED.search(
            text.seen[max(0, match.start() - 16) : match.start()]
        ):
            yield _web(text, match.start(), match.end(), match.start())
    for match in _IPV6.finditer(text.seen):
        if len(match.group(1)) > 4 and _is_ip(match.group(1)):
            yield Match("web_address", match.start(), match.end(), match.group(1).lower())


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _trimmed(seen: str, start: int, end: int) -> int:
    """Leave out what closes the sentence and not the address."""
    while end > start + 1 and seen[end - 1] in _TRAILING:
        if seen[end - 1] == ")" and seen.count("(", start, end) >= seen.count(")", start, end):
            break
        end -= 1
    return end


def _web(text: Folded, start: int, end: int, after_scheme: int) -> Match:
    written = re.sub(r"\s", "", text.plain[after_scheme:end]).translate(_WRITTEN)
    return Match("web_address", start, end, web_value(written))


def web_value(address: str) -> str:
    """Normalise an address without its scheme: host and path, no `www.`, no closing slash."""
    address = address.replace("\\", "/").lstrip("/")
    try:
        parts = urlsplit("//" + address)
        host = (parts.hostname or "").rstrip(".")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return address.lower().rstrip("/")
    host = re.sub(r"^www\d{0,2}\.", "", host.lower())
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}"

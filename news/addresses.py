"""One form for one address: what stories, articles and related links are told apart by.

The form is both a key and a link, so nothing is changed that could lead a reader elsewhere.

The same address:

- ``http`` and ``https`` on their usual ports, which become ``https``. Feeds go on writing ``http``
  years after a site has moved, while whoever copies from a browser copies ``https``. With a port of
  its own, the scheme stays: that port speaks one of the two.
- with and without what is in ``TRACKING``, a fragment, a usual port, dot segments, a dot after the
  host; other letter case in scheme and host; other spellings of the same characters; parameters in
  another order, where each has a name and a value.

Not the same address:

- with and without a slash at the end, and with and without ``www.``, ``m.`` or ``amp.``: servers do
  tell these apart, and a host with a letter less may not exist. Two rows of one story under such
  addresses have equal headlines, by which they are folded; a page that names another address as its
  own is believed by whoever reads it.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import idna

MOST_CHARACTERS = 2000
# Beyond this nothing is looked at, whatever tracking parameters might fall away.
MOST_READ = 4 * MOST_CHARACTERS
USUAL_PORTS = {"http": 80, "https": 443}

# Parameters that say how a reader came, never what is shown. Names that some site could use for a
# page of its own (id, ref, source, cid, p) are not here.
TRACKING_PREFIXES = (
    "utm_",  # Google Analytics, and everybody who took it over
    "mtm_",  # Matomo
    "pk_",  # Matomo, when it was Piwik
    "hsa_",  # HubSpot's advertisements
    "fb_",  # Facebook
    "guce_",  # Yahoo
    "ns_",  # comScore, as on BBC
    "at_",  # AT Internet, as on BBC and in France
    "oly_",  # Omeda
)
TRACKING = frozenset(
    {
        *("fbclid", "igshid", "igsh"),  # Meta
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "_ga", "_gl"),  # Google
        *(
            "msclkid",
            "yclid",
            "twclid",
            "ttclid",
            "li_fat_id",
        ),  # Microsoft, Yandex, X, TikTok, LinkedIn
        *("mc_cid", "mc_eid"),  # Mailchimp
        *("_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp"),  # HubSpot
        *("mkt_tok", "vero_id", "vero_conv", "emci", "emdi", "ceid"),  # other mailings
        *("guccounter", "__twitter_impression", "wt_mc", "xtor", "s_cid", "icid", "ncid"),
        *("cmp", "cmpid", "ocid", "smid", "smtyp", "ftag", "ito", "taid", "traffic_source"),
    }
)

PERCENT = re.compile("%([0-9A-Fa-f]{2})|%")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
IN_PATH = UNRESERVED | frozenset("!$&'()*+,;=:@/")
IN_QUERY = IN_PATH | frozenset("?")
# Scripts that are written together; a label with others together pretends to be another name.
WRITTEN_TOGETHER = (
    {"LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "IDEOGRAPHIC", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
# Cyrillic and Greek letters that look like Latin ones; a label of nothing else passes for Latin.
LOOK_LATIN = frozenset("асԁеһіјӏорԛѕԝхуүґьѵԍαικνορυχ")


class AddressError(ValueError):
    """This is no address of a page; the message says why, in a sentence for whoever wrote it."""


def canonical(address: str) -> str:
    """The one form of an absolute http or https address; that form of it is the same again.

    Raises:
        AddressError: where it is none, leads elsewhere than it looks, or is too long.
    """
    scheme, host, port, parts = _taken_apart(address.strip())
    if port == USUAL_PORTS[scheme]:
        port = None
    if port is None:
        scheme = "https"
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc = f"{netloc}:{port}"
    path = _without_dots(_spelled(parts.path, IN_PATH)) or "/"
    result = urlunsplit((scheme, netloc, path, _query(parts.query), ""))
    if len(result) > MOST_CHARACTERS:
        raise AddressError(f"This address is longer than {MOST_CHARACTERS:,} characters.")
    return result


def host_of(address: str) -> str:
    """The host of a canonical address, as the domains of sources are written: without ``www.``."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _taken_apart(address: str) -> tuple[str, str, int | None, SplitResult]:
    """Scheme, host and port in their one form, and the parts as they were written."""
    if not address:
        raise AddressError("There is no address.")
    if len(address) > MOST_READ:
        raise AddressError(f"This address is longer than {MOST_CHARACTERS:,} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in address):
        raise AddressError("This address has characters that cannot be seen. Write it again.")
    if "\\" in address:
        raise AddressError("This address has a backslash, which browsers read as a slash.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressError(
            "This is no address. One looks like https://example.org/news."
        ) from error
    if parts.scheme not in USUAL_PORTS:
        said = f"“{parts.scheme[:20]}:”" if parts.scheme else "something else"
        raise AddressError(f"An address begins with https:// or http://; this begins with {said}.")
    if "@" in parts.netloc:
        raise AddressError("This address holds a login (the part before @). Leave it out.")
    if port == 0:
        raise AddressError("Port 0 is no port.")
    # ``hostname`` is None where there is only a port.
    return parts.scheme, _host(parts.hostname or "", bracketed="[" in parts.netloc), port, parts


def _host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            return ipaddress.IPv6Address(host).compressed
        except ValueError as error:
            raise AddressError(f"“[{host}]” is no host.") from error
    try:
        # One kind of dot, one width, one case, as browsers do it.
        host = idna.uts46_remap(host, std3_rules=False, transitional=False)
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"“{host}” is no host: a character in it is not allowed.") from error
    labels = host.removesuffix(".").split(".")
    if not host or len(host) > 253:
        raise AddressError("This address names no host. One looks like https://example.org/news.")
    ascii_labels = [_label(label) for label in labels]
    if not any(label.isdigit() or label.startswith("0x") for label in ascii_labels[-1:]):
        _refuse_disguises(ascii_labels)
        return ".".join(ascii_labels)
    try:
        return str(ipaddress.IPv4Address(".".join(ascii_labels)))
    except ValueError as error:
        raise AddressError(f"“{host}” is a number, not the name of a host.") from error


def _label(label: str) -> str:
    """A label as it goes over the wire."""
    try:
        ascii_label = label if label.isascii() else idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"“{label}” is no part of a host's name.") from error
    if not LABEL.fullmatch(ascii_label):
        raise AddressError(f"“{label}” is no part of a host's name.")
    return ascii_label


def _refuse_disguises(labels: list[str]) -> None:
    """Refuse names made to be taken for others."""
    for label in labels:
        if not label.startswith("xn--"):
            continue
        try:
            seen = idna.ulabel(label)
        except (idna.IDNAError, UnicodeError) as error:
            raise AddressError(f"“{label}” is no part of a host's name.") from error
        scripts = {
            unicodedata.name(character, "?").split(" ")[0].split("-")[0]
            for character in seen
            if unicodedata.category(character).startswith("L")
        }
        if len(scripts) > 1 and not any(scripts <= together for together in WRITTEN_TOGETHER):
            raise AddressError(
                f"“{seen}” ({label}) mixes letters of several alphabets, so it can be taken for"
                " another name."
            )
        if not labels[-1].startswith("xn--") and set(seen) <= LOOK_LATIN | set("0123456789-"):
            raise AddressError(
                f"“{seen}” ({label}) is made of letters that look like Latin ones and are not, so it"
                " can be taken for another name."
            )


def _spelled(text: str, allowed: frozenset[str]) -> str:
    """Percent signs only where needed, and then always."""

    def respell(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%25"
        character = chr(int(match[1], 16))
        return character if character in UNRESERVED else match[0].upper()

    return "".join(
        character
        if character in allowed or character == "%"
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in PERCENT.sub(respell, text)
    )


def _without_dots(path: str) -> str:
    """The path without its dot segments, as in RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    pairs = [_spelled(pair, IN_QUERY) for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if not _is_tracking(pair)]
    # Parameters of one name stay in their order, which may mean something; so do all, where some
    # are no pairs and the whole may be a path or a sentence.
    if all("=" in pair for pair in kept):
        kept.sort(key=lambda pair: pair.partition("=")[0])
    return "&".join(kept)


def _is_tracking(pair: str) -> bool:
    name = unquote(pair.partition("=")[0]).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)

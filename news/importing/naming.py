"""Headline and publisher of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from news.importing.facts import LONGEST_NAME, LONGEST_TITLE, plain
from news.importing.markup import words_of
from news.importing.things import classes_of, listed, salvaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from news.importing.markup import Page
    from news.importing.things import Things

_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«:]|::|-{1,2}|\\|/|~|›)\s+|\s*[|｜：_]\s*|:\s+")
_SECTION = re.compile(r"\s*[|｜_]|\s+[-–—/·]\s")
_COMPANY = re.compile(r"\b(?:gmbh|inc|llc|ltd|plc|corp|s\.?a\.?|s\.?l\.?|s\.?p\.?a|ag|se|b\.?v|co\. kg|company|"
                      r"corporation|holdings?|verlag|media group|publishing|株式会社)\b\.?", re.IGNORECASE)  # fmt: skip

# Headline -----------------------------------------------------------------------------------------


def title(page: Page, things: Things, *, source: str) -> str:
    """The headline without the publisher's name behind or before it."""
    names = [*_publishers(page, things), source, *_site_words(page)]
    candidates = [
        *things.values("headline", "alternativeHeadline"),
        *things.values("name"),
        page.meta("og:title"),
        page.meta("parsely-title", "sailthru.title", "dc.title", "dcterms.title", "citation_title"),
        page.meta("twitter:title"),
        *(words_of(heading, most=400) for heading in page.headings),
        *(
            words_of(el, most=400)
            for el in page.tree.iter("h2")
            if "headline" in " ".join(classes_of(el))
        ),
        page.title,
        *salvaged(things.broken, "headline"),
    ]
    found = [
        without_names(plain(each, most=400), names) for each in candidates if isinstance(each, str)
    ]
    found = [text for text in found if text and not is_name(text, names)]
    if not found:
        # A story may be called like its paper; better that than nothing.
        return plain(page.meta("og:title") or page.title, most=LONGEST_TITLE)
    best = found[0]
    shown = without_names(page.headline, names)
    # Data for machines is cut where a search engine stops to read; the headline itself is whole.
    stem = best.rstrip("….").rstrip()
    for text in [shown, *found]:
        if (
            len(text) > len(best)
            and stem
            and text.casefold().startswith(stem.casefold())
            and (best != stem or len(best) >= 60)
        ):
            best = text
            break
    # The headline and the section, where readers see the headline alone.
    if len(shown) > 3 and best.startswith(shown) and _SECTION.match(best[len(shown) :]):
        best = shown
    if best == found[-1] and not shown:
        best = _only_headline(best)
    return plain(best, most=LONGEST_TITLE)


def without_names(text: str, names: Iterable[str]) -> str:
    """The text without parts at either end that only name the publisher."""
    for _ in range(3):
        parts = [(each.start(), each.end()) for each in _SEPARATOR.finditer(text)]
        if not parts:
            return text
        start, end = parts[-1]
        if start and is_name(text[end:], names):
            text = text[:start].strip()
            continue
        start, end = parts[0]
        if start and is_name(text[:start], names) and len(text[end:].split()) > 1:
            text = text[end:].strip()
            continue
        # “Headline | Section | The Paper” was cut above; a section alone is told by the address.
        return text
    return text


def _only_headline(text: str) -> str:
    """A title of which nothing else is known: what stands before the last upright stroke."""
    head, stroke, rest = text.rpartition(" | ")
    return head if stroke and len(rest.split()) <= 5 < len(head.split()) + 2 else text


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold()).removeprefix("the").removeprefix("www")


def is_name(text: str, names: Iterable[str]) -> bool:
    """Whether a text is one of these names, however it is written."""
    key = _key(text)
    return bool(key) and any(
        key == known or key + "com" == known for known in map(_key, names) if known
    )


def _site_words(page: Page) -> list[str]:
    """The names that a host gives: gazette.example, gazette."""
    host = (urlsplit(page.fetched_from).hostname or "").removeprefix("www.")
    labels = host.split(".")
    return [host, *(label for label in labels[:-1] if len(label) > 3)]


# Publisher ----------------------------------------------------------------------------------------


def source(page: Page, things: Things) -> str:
    """The publisher by the name that readers know; the host where nothing better is said."""
    found = [name for name in _publishers(page, things) if name and not is_address(name)]
    known = next((name for name in found if not _COMPANY.search(name)), "") or next(iter(found), "")
    if known:
        return plain(known, most=LONGEST_NAME)
    if name := _from_title(page):
        return plain(name, most=LONGEST_NAME)
    for logo in page.tree.iter("img"):
        words = " ".join([*classes_of(logo), logo.get("id") or ""])
        if "logo" in words and (alt := plain(logo.get("alt"), most=80)):
            return re.sub(r"(?i)\s*\b(logo|home( ?page)?)\b\s*$", "", alt).strip() or alt
    if owner := _copyright(page):
        return owner
    return (urlsplit(page.fetched_from).hostname or "").removeprefix("www.")


def _publishers(page: Page, things: Things) -> list[str]:
    named = [name for value in things.values("publisher") for name in names_in(things, value)]
    named.append(page.meta("og:site_name"))
    named += [
        name
        for value in things.values("sourceOrganization", "provider")
        for name in names_in(things, value)
    ]
    for thing in things.pages:
        for name in ("publisher", "isPartOf"):
            named += [
                text
                for each in listed(thing.get(name))
                for text in names_in(things, things.resolved(each))
            ]
    for thing in things.of_type("NewsMediaOrganization", "WebSite"):
        named += [plain(each, most=LONGEST_NAME) for each in listed(thing.get("name"))]
    named.append(
        page.meta(
            "dc.publisher",
            "dcterms.publisher",
            "citation_publisher",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:app:name:iphone",
            "al:ios:app_name",
            "al:android:app_name",
        )
    )
    named.append(page.meta("publisher"))
    return [plain(name, most=LONGEST_NAME) for name in named if name.strip()]


def names_in(things: Things, value: Any) -> list[str]:
    """The names of a person or an organization, however it is given."""
    value = things.resolved(value)
    if isinstance(value, str):
        return [plain(value, most=LONGEST_NAME)]
    if isinstance(value, dict):
        names = [plain(each, most=LONGEST_NAME) for each in listed(value.get("name"))]
        if not any(names):
            parts = (plain(value.get(each), most=80) for each in ("givenName", "familyName"))
            names = [" ".join(part for part in parts if part)]
        return [name for name in names if name]
    return []


def is_address(text: str) -> bool:
    """Whether a text is an address or a handle, and so no name."""
    return text.startswith(("http:", "https:", "//", "@", "/")) or "://" in text


def _from_title(page: Page) -> str:
    """The name beside the headline in the title, where the headline is known from elsewhere."""
    text = page.title
    for known in (page.headline, page.meta("og:title")):
        name = ""
        if known and text.casefold().startswith(known.casefold()):
            rest = _SEPARATOR.sub("", " " + text[len(known) :], count=1).strip()
            name = _SEPARATOR.split(rest)[-1].strip()
        elif known and text.casefold().endswith(known.casefold()):
            rest = _SEPARATOR.sub("", text[: -len(known)] + " ", count=1).strip()
            name = _SEPARATOR.split(rest)[0].strip(" :-–—|")
        if name and len(name) <= 60:
            return name
    words = [_key(word) for word in _site_words(page)]
    parts = [part.strip() for part in _SEPARATOR.split(text)]
    for part in (parts[-1], parts[0]):
        if part != text and _key(part) and _key(part) in words:
            return part
    return ""


def _copyright(page: Page) -> str:
    given = page.meta("copyright", "rights", "dc.rights", "dcterms.rightsholder")
    footers = [words_of(el, most=600) for el in list(page.tree.iter("footer"))[-2:]]
    for text in [given, *footers]:
        if found := re.search(
            r"(?:©|\(c\)|copyright)\s*(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*(?:by\s+)?([^.|©\n,]{3,60})",
            text,
            re.I,
        ):
            name = re.split(
                r"(?i)\s+(?:all rights|tous droits|alle rechte|todos os|todos los|\d{4})", found[1]
            )[0]
            if name.strip() and not name.strip().isdecimal():
                return plain(name.strip(" -–—"), most=LONGEST_NAME)
    return ""

"""Headline, publisher and authors of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from news.importing.facts import LONGEST_NAME, LONGEST_TITLE, plain
from news.importing.markup import elements, words_of
from news.importing.things import ARTICLES, classes_of, listed, salvaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from news.importing.markup import Page
    from news.importing.things import Things

_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«:]|::|-{1,2}|\\|/|~|›)\s+|\s*[|｜：]\s*")
_COMPANY = re.compile(r"\b(?:gmbh|inc|llc|ltd|plc|corp|s\.?a\.?|s\.?l\.?|s\.?p\.?a|ag|se|b\.?v|co\. kg|company|"
                      r"corporation|holdings?|verlag|media group|publishing|株式会社)\b\.?", re.IGNORECASE)  # fmt: skip
MOST_AUTHORS = 8

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
        *(plain(el.text) for el in page.tree.iter("title")),
        *salvaged(things.broken, "headline"),
    ]
    found = [
        without_names(plain(each, most=400), names) for each in candidates if isinstance(each, str)
    ]
    found = [text for text in found if text and not _is_name(text, names)]
    if not found:
        return ""
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
        if start and _is_name(text[end:], names):
            text = text[:start].strip()
            continue
        start, end = parts[0]
        if start and _is_name(text[:start], names) and len(text[end:].split()) > 1:
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


def _is_name(text: str, names: Iterable[str]) -> bool:
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
    found = [name for name in _publishers(page, things) if name and not _is_address(name)]
    known = next((name for name in found if not _COMPANY.search(name)), "") or next(iter(found), "")
    if known:
        return plain(known, most=LONGEST_NAME)
    if name := _from_title(page):
        return plain(name, most=LONGEST_NAME)
    for logo in page.tree.iter("img"):
        words = " ".join([*classes_of(logo), logo.get("id") or ""])
        if "logo" in words and (alt := plain(logo.get("alt"), most=80)):
            return re.sub(r"(?i)\s*\b(logo|home( ?page)?)\b\s*$", "", alt).strip() or alt
    if found := _copyright(page):
        return found
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
    return [
        plain(name, most=LONGEST_NAME) for name in named if isinstance(name, str) and name.strip()
    ]


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


def _is_address(text: str) -> bool:
    return text.startswith(("http:", "https:", "//", "@", "/")) or "://" in text


def _from_title(page: Page) -> str:
    """The name behind the headline in the title, where the headline is known from elsewhere."""
    for element in page.tree.iter("title"):
        text = plain(element.text, most=400)
        for known in (page.headline, page.meta("og:title")):
            if known and text.casefold().startswith(known.casefold()):
                rest = _SEPARATOR.sub("", " " + text[len(known) :], count=1).strip()
                last = _SEPARATOR.split(rest)[-1].strip()
                if last and len(last) <= 60:
                    return last
        words = [_key(word) for word in _site_words(page)]
        last = _SEPARATOR.split(text)[-1].strip()
        if last != text and _key(last) and _key(last) in words:
            return last
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


# Authors ------------------------------------------------------------------------------------------

_BY = re.compile(
    r"^\s*(?:(?:written|posted|published|story|reported|words|text|texte|texto|testo|von|by|una nota)\s+)?"
    r"(?:by|von|par|por|de|di|da|door|av|af|przez|od|autor(?:in|a)?|auteur|author|yazan|автор|kirjoittanut|"
    r"文|著者|執筆|記者|par la rédaction de)\s*[:：]?\s+(?=\S)",
    re.IGNORECASE,
)  # fmt: skip
_JOINED = re.compile(
    r"\s+(?:and|und|et|y|e|i|en|och|og|&|con|mit|with)\s+|\s*[;／、·|]\s*|\s*,\s*(?:and|und|et|y)\s+",
    re.IGNORECASE,
)
_JUNK = {
    "admin",
    "administrator",
    "webmaster",
    "editor",
    "root",
    "author",
    "unknown",
    "none",
    "null",
    "staff",
    "user",
    "undefined",
    "n/a",
}
_TRAILING = re.compile(
    r"\s*(?:\||•|·|–|—|\n|\bpublished\b|\bupdated\b|\bposted\b|\blast modified\b|\bam\b\s\d|\ble\b\s\d|\bel\b\s\d|\bon\b\s|"
    r"\d{1,2}[./:]\d|\d{4}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bhas\b|\bis\b|\bcovers\b|@).*$",
    re.IGNORECASE | re.DOTALL,
)


def authors(page: Page, things: Things, *, source: str) -> tuple[str, ...]:
    """Those who wrote it, in the page's order; the publisher only where nobody else is named."""
    organizations: list[str] = []
    for group in _author_groups(page, things):
        people = []
        for name in group:
            for each in split_names(name):
                if _is_name(each, [source]):
                    organizations.append(each)
                elif each.casefold() not in _JUNK:
                    people.append(each)
        if people:
            return tuple(dict.fromkeys(people))[:MOST_AUTHORS]
    return tuple(dict.fromkeys(organizations))[:1]


def is_byline(text: str) -> bool:
    """Whether a line only says who wrote the story."""
    names = split_names(text)
    return bool(_BY.match(text) and names) and all(map(_looks_like_name, names))


def split_names(text: str) -> list[str]:
    """The names in a byline, without “By” and what follows them."""
    text = plain(text, most=300)
    if not text or _is_address(text):
        return []
    text = _TRAILING.sub("", _BY.sub("", text)).strip(" ,;:–—-")
    parts: list[str] = []
    for piece in _JOINED.split(text):
        commas = [part.strip() for part in piece.split(",") if part.strip()]
        # “Jane Doe, John Roe” are two; in “Jane Doe, Washington correspondent” the second is none.
        names = [part for part in commas if _looks_like_name(part)]
        parts += names if len(names) == len(commas) else commas[:1]
    cleaned = (re.sub(r"\s*\([^)]*\)$", "", _BY.sub("", part)).strip(" ,.;:-–—") for part in parts)
    return [part for part in cleaned if 1 < len(part) <= 80]


def _looks_like_name(text: str) -> bool:
    words = text.split()
    if text.rstrip(".").casefold() in {"jr", "sr", "phd", "md", "ii", "iii", "esq"}:
        return False
    return (
        2 <= len(words) <= 5
        and all(word[0].isupper() or (word.islower() and len(word) <= 4) for word in words)
        and (
            not re.search(
                r"(?i)correspondent|editor|reporter|writer|redakt|chief|staff|washington|london|paris\b",
                text,
            )
        )
    )


def _author_groups(page: Page, things: Things) -> Iterator[list[str]]:
    """Each place that names authors, the most trusted first."""
    for name in ("author", "creator", "contributor"):
        for article in things.articles:
            values = [things.resolved(each) for each in listed(article.get(name))]
            yield [text for value in values for text in names_in(things, value)]
    for names in (
        ("article:author", "og:article:author", "og:author"),
        ("parsely-author", "sailthru.author", "cxenseparse:author", "dc.creator", "dcterms.creator", "dc.contributor", "citation_author", "byl", "article:author_name", "article.author"),
        ("author", "authors", "byline", "twitter:data1"),
    ):  # fmt: skip
        found = [text for text in page.all_metas(*names) if not _is_address(text)]
        if names[-1] == "twitter:data1" and not found[:1]:
            continue
        labelled = page.meta("twitter:label1").casefold()
        if (
            found == list(page.all_metas("twitter:data1"))
            and labelled
            and not re.search(r"by|autor|auteur|verfasst|geschrieben|écrit|escrit", labelled)
        ):
            continue
        yield found
    for thing in things.pages:
        yield [
            text
            for each in listed(thing.get("author"))
            for text in names_in(things, things.resolved(each))
        ]
    yield salvaged_authors(things.broken)
    yield from _seen_authors(page)


def salvaged_authors(broken: str) -> list[str]:
    """Authors in JSON that cannot be read."""
    found = re.search(r'"author"\s*:\s*[\[{][^\]]{0,400}?"name"\s*:\s*"([^"]{2,120})"', broken)
    return [found[1]] if found else salvaged(broken, "author")


def _seen_authors(page: Page) -> Iterator[list[str]]:
    """Bylines that readers see."""
    links, classed, lines = [], [], []
    for number, element in enumerate(elements(page.tree)):
        if number > 30_000:
            break
        if element.tag not in {
            "a",
            "span",
            "p",
            "div",
            "address",
            "small",
            "li",
            "strong",
            "em",
            "b",
            "i",
            "h4",
            "h5",
            "h6",
            "cite",
            "dd",
            "header",
        }:
            continue
        if any(
            each.tag in {"aside", "footer", "nav"} or "comment" in (each.get("class") or "")
            for each in element.iterancestors()
        ):
            continue
        if element.tag == "a" and "author" in (element.get("rel") or "").split():
            links.append(words_of(element, most=120))
            continue
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}".lower()
        if re.search(
            r"\b(?:author|byline|autor|auteur|autore|writer|redakteur|contributor|creditline|signature|firma)(?!s?-?(?:bio|image|photo|avatar|box|desc))",
            label,
        ):
            text = words_of(element, most=160)
            if text and len(text) <= 140:
                classed.append(text)
        elif len(lines) < 5:
            text = words_of(element, most=160)
            if 5 < len(text) <= 140 and (found := _BY.match(text)):
                name = split_names(text)
                if (
                    name
                    and all(
                        _looks_like_name(each) or re.search(r"[^\x00-\u02ff]", each)
                        for each in name
                    )
                    and len(found[0]) > 2
                ):
                    lines.append(text)
    yield list(dict.fromkeys(links))
    # The innermost element that is called so says the least beside the name.
    yield sorted(dict.fromkeys(classed), key=len)[:1] if classed else []
    yield lines[:1]


__all__ = ["ARTICLES", "authors", "source", "split_names", "title", "without_names"]

"""What a page says for machines in schema.org's words, however it is written down.

JSON-LD, microdata, RDFa and hAtom all become the same: a dict of lists, with the names of schema.org.
"""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from news.importing.facts import plain, web_address
from news.importing.markup import elements, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import html

    from news.importing.markup import Page

# A page's data is a few kilobytes; whole archives have been seen in it.
LARGEST_SCRIPT = 3_000_000
MOST_NODES = 20_000
MOST_PROPERTIES = 3_000
MOST_IN_A_ROW = 50
MOST_OPEN = 200

ARTICLES = {
    "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
    "BackgroundNewsArticle", "ReviewNewsArticle", "AskPublicNewsArticle", "SatiricalArticle",
    "BlogPosting", "LiveBlogPosting", "TechArticle", "ScholarlyArticle", "Report",
    "SocialMediaPosting", "AdvertiserContentArticle", "MedicalScholarlyArticle", "Review",
}  # fmt: skip
# What a page is, where it is no article: trusted for less.
PAGES = {
    "WebPage",
    "ItemPage",
    "VideoObject",
    "AudioObject",
    "PodcastEpisode",
    "CreativeWork",
    "MediaObject",
}
# What stands under these is another article than the page's own.
_OTHERS = {
    "itemListElement", "liveBlogUpdate", "hasPart", "relatedLink", "mentions", "citation",
    "isRelatedTo", "itemReviewed", "comment", "review", "isBasedOn", "blogPost", "blogPosts",
}  # fmt: skip
Thing = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """A thing, and how far it is the page's own."""

    thing: Thing
    own: bool


def listed(value: Any) -> list[Any]:
    """A property's values, one or many."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def types_of(thing: Thing) -> set[str]:
    """The types of a thing without their vocabulary's address."""
    found = (value for value in listed(thing.get("@type")) if isinstance(value, str))
    return {re.split(r"[/#:]", value.strip())[-1] for text in found for value in text.split()}


class Things:
    """Everything that a page describes, and which of it is the article."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._by_id: dict[str, Thing] = {}
        self.broken = ""
        roots = [*self._json_ld(), *_marked_up(page.tree, page.base), *_hatom(page.tree)]
        self._found = list(self._walk(roots))
        own = [each for each in self._found if each.own]
        articles = [each.thing for each in own if types_of(each.thing) & ARTICLES]
        pages = [each.thing for each in own if types_of(each.thing) & PAGES]
        # The sort is stable: among equals, the first way of writing wins.
        self.articles = sorted(articles, key=self._likeness, reverse=True)
        self.pages = pages

    def values(self, *names: str, pages: bool = False) -> Iterator[Any]:
        """What the article says under these names, then where asked what its page says."""
        for thing in self.articles + (self.pages if pages else []):
            for name in names:
                for value in listed(thing.get(name)):
                    yield self.resolved(value)

    def resolved(self, value: Any) -> Any:
        """A thing that is only named by its id, in full where the page describes it."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str):
            known = self._by_id.get(value["@id"])
            if known is not None and len(known) > len(value):
                return known
        return value

    def of_type(self, *types: str) -> Iterator[Thing]:
        """Things of these types, wherever the page describes them."""
        return (each.thing for each in self._found if types_of(each.thing) & set(types))

    def _likeness(self, thing: Thing) -> int:
        """How much this looks like the article that the page is for."""
        title = plain(next(iter(listed(thing.get("headline") or thing.get("name"))), ""), most=300)
        shown = self._page.headline, self._page.meta("og:title")
        alike = bool(title) and any(
            title[:60].casefold() in text.casefold() for text in shown if text
        )
        addresses = [thing.get("url"), thing.get("@id"), thing.get("mainEntityOfPage")]
        texts = [each.get("@id") if isinstance(each, dict) else each for each in addresses]
        here = self._page.fetched_from.split("#")[0].rstrip("/")
        same = any(
            isinstance(text, str) and text.split("#")[0].rstrip("/") == here for text in texts
        )
        return 4 * alike + 2 * same + bool(title)

    def _json_ld(self) -> Iterator[Any]:
        left = LARGEST_SCRIPT
        for script in self._page.tree.iter("script"):
            kind = (script.get("type") or "").lower()
            if "ld+json" not in kind:
                continue
            text = (script.text or "")[:LARGEST_SCRIPT]
            left -= len(text)
            if left < 0:
                return
            try:
                yield _loaded(text)
            except (ValueError, RecursionError):
                self.broken += text[:200_000]

    def _walk(self, roots: list[Any]) -> Iterator[Described]:
        queue: deque[tuple[Any, bool]] = deque((root, True) for root in roots)
        nodes = 0
        while queue and nodes < MOST_NODES:
            value, own = queue.popleft()
            nodes += 1
            if isinstance(value, list):
                queue.extend((each, own) for each in value[:MOST_NODES])
            elif isinstance(value, dict):
                if isinstance(key := value.get("@id"), str):
                    known = self._by_id.get(key)
                    if known is None or len(value) > len(known):
                        self._by_id[key] = value
                if value.get("@type"):
                    yield Described(value, own)
                is_list = bool(types_of(value) & {"ItemList", "BreadcrumbList", "CollectionPage"})
                queue.extend(
                    (each, own and not is_list and name not in _OTHERS)
                    for name, each in value.items()
                    if isinstance(each, dict | list)
                )


# A string, or what JSON has no place for: a comment, a comma before the end.
_PIECE = re.compile(
    r"""("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*|<!--|-->|<!\[CDATA\[|\]\]>""",
    re.DOTALL,
)
_BRACKET = re.compile(r""""(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([{}\[\]])""", re.DOTALL)
_COMMA = re.compile(r"""("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|,(?=\s*+[}\]])""", re.DOTALL)


def _loaded(text: str) -> list[Any]:
    """JSON as pages write it: in comments, with a comma or a semicolon too many, several in a row."""
    text = text.strip().lstrip("\ufeff")
    if text.startswith(("{&quot;", "[&quot;", "[{&quot;")):
        text = unescape(text)
    try:
        return [json.loads(text, strict=False)]
    except ValueError:
        text = _PIECE.sub(lambda found: found[1] or "", text)
        text = _COMMA.sub(lambda found: found[1] or "", text).strip()
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    text += _missing_end(text)
    while text and len(found) < MOST_IN_A_ROW:
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            if not found:
                raise
            break
        found.append(value)
        text = text[end:].lstrip(" \t\r\n;,")
    return found


def _missing_end(text: str) -> str:
    """The brackets that were opened and never closed."""
    opened: list[str] = []
    for found in _BRACKET.finditer(text):
        if (mark := found[1]) in {"{", "["}:
            opened.append("}" if mark == "{" else "]")
        elif mark and opened:
            opened.pop()
        if len(opened) > MOST_OPEN:
            return ""
    return "".join(reversed(opened))


def salvaged(broken: str, name: str) -> list[str]:
    """The texts that stand behind a name in JSON that is too broken to be read."""
    pattern = rf'"{name}"\s*:\s*"((?:[^"\\\n]|\\.){{1,600}})"'
    found = []
    for text in re.findall(pattern, broken)[:5]:
        try:
            found.append(json.loads(f'"{text}"', strict=False))
        except ValueError:
            continue
    return found


# Microdata and RDFa -------------------------------------------------------------------------------

_ADDRESS_OF = {
    "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src",
    "source": "src", "embed": "src", "iframe": "src", "object": "data",
}  # fmt: skip
_ONLY_TEXT = {
    "headline",
    "name",
    "author",
    "creator",
    "publisher",
    "description",
    "alternativeHeadline",
}


def _marked_up(tree: html.HtmlElement, base: str) -> Iterator[Thing]:
    """The things that attributes describe."""
    for scope, of, name in (
        ("itemscope", "itemtype", "itemprop"),
        ("typeof", "typeof", "property"),
    ):
        yield from _scoped(tree, base, scope=scope, type_attribute=of, property_attribute=name)


def _scoped(
    tree: html.HtmlElement, base: str, *, scope: str, type_attribute: str, property_attribute: str
) -> list[Thing]:
    roots: list[Thing] = []
    around: dict[html.HtmlElement, Thing | None] = {}
    found = 0
    for element in elements(tree):
        outer = around.get(element.getparent())
        own: Thing | None = None
        if element.get(scope) is not None and found < MOST_PROPERTIES:
            own = {"@type": (element.get(type_attribute) or "").split() or ["Thing"]}
            for key in ("itemid", "resource"):
                if element.get(key):
                    own["@id"] = element.get(key)
        around[element] = own if own is not None else outer
        names = (element.get(property_attribute) or "").split()
        if outer is not None and names and found < MOST_PROPERTIES:
            found += 1
            names = [re.split(r"[/#:]", name)[-1] for name in names]
            value = own if own is not None else _value(element, names, base)
            for name in names:
                outer.setdefault(name, []).append(value)
        elif own is not None:
            roots.append(own)
    return roots


def _value(element: html.HtmlElement, names: list[str], base: str) -> Any:
    if element.get("content") is not None:
        return element.get("content")
    if element.tag in {"time", "del", "ins"}:
        return element.get("datetime") or words_of(element)
    if element.tag in {"data", "meter"} and element.get("value"):
        return element.get("value")
    attribute = _ADDRESS_OF.get(element.tag)
    if attribute and not (element.tag == "a" and set(names) & _ONLY_TEXT):
        address = web_address(element.get(attribute) or element.get("data-src"), base=base)
        if element.tag == "img" and address:
            return {"@type": "ImageObject", "url": address, "caption": element.get("alt") or ""}
        return address or words_of(element)
    return words_of(element)


# hAtom and h-entry --------------------------------------------------------------------------------


def classes_of(element: html.HtmlElement) -> set[str]:
    """The classes of an element, in small letters."""
    return set((element.get("class") or "").lower().split())


def _hatom(tree: html.HtmlElement) -> Iterator[Thing]:
    """The one entry of the page; of several, none is known to be the page's own."""
    entries = [el for el in elements(tree) if classes_of(el) & {"hentry", "h-entry"}]
    if len(entries) != 1:
        return
    thing: Thing = {"@type": ["BlogPosting"]}
    for element in elements(entries[0]):
        classes = classes_of(element)
        if classes & {"entry-title", "p-name"}:
            thing.setdefault("headline", []).append(words_of(element))
        if classes & {"published", "dt-published"}:
            value = element.get("datetime") or element.get("title") or words_of(element)
            thing.setdefault("datePublished", []).append(value)
        if classes & {"p-author", "vcard", "h-card"} and "author" not in thing:
            name = next(
                (el for el in elements(element) if classes_of(el) & {"fn", "p-name"}), element
            )
            thing["author"] = [words_of(name, most=200)]
        in_card = any(classes_of(each) & {"vcard", "h-card"} for each in element.iterancestors())
        if "u-photo" in classes and element.get("src") and not in_card:
            thing.setdefault("image", []).append(element.get("src"))
    yield thing

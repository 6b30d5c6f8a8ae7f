"""Bytes of a web page, as a tree."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from charset_normalizer import from_bytes
from lxml import etree, html

from news.importing.facts import PageUnreadable, plain, web_address

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_PAGE = 10 * 1024 * 1024
# What one element may say; beyond, it is no fact but the whole page.
LONGEST_TEXT = 2_000
# A byline and a date stand near the top.
MOST_PIECES = 3_000
MOST_LINES = 150

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,30})""", re.I
)
# Names as pages write them, with what browsers take them for; other names are not believed.
_LATIN = (
    "cp1252",
    "iso-8859-1",
    "iso8859-1",
    "latin1",
    "latin-1",
    "us-ascii",
    "ascii",
    "windows-1252",
    "iso-8859-15",
)
CHARSETS = {
    **dict.fromkeys(_LATIN, "cp1252"),
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 16)},
    **{f"windows-{number}": f"cp{number}" for number in range(1250, 1259)},
    "iso-8859-9": "cp1254",
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80"), "gb18030"),
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp",
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601"), "cp949"),
    "koi8-r": "koi8_r", "koi8-u": "koi8_u", "tis-620": "cp874", "windows-874": "cp874",
}  # fmt: skip
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHER_FILES = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"PK\x03\x04", "a packed file"),
    (b"\x1f\x8b", "a packed file"),
)
_FEED = re.compile(
    r"\s*(<\?xml[^>]*\?>\s*)?(<!--.{0,2000}?-->\s*)*<(rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.S
)
UNSEEN_ELEMENTS = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "math",
    "iframe",
    "select",
    "button",
}


def decoded(content: bytes, *, declared: str = "") -> str:
    """The text of a page: what it really is in, where that can be told, else what it says."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content.decode(codec, "replace")
    names = [declared.strip().strip("\"'").lower()]
    if found := _DECLARED.search(content[:4096]):
        names.append(found[1].decode("ascii", "replace").lower())
    codecs = [CHARSETS[name] for name in names if name in CHARSETS]
    if content[:200].count(b"\x00") > 40:
        return content.decode("utf-16-be" if content[:1] == b"\x00" else "utf-16-le", "replace")
    if "iso2022_jp" in codecs and b"\x1b$" in content:
        return content.decode("iso2022_jp", "replace")
    # Text that is valid UTF-8 is UTF-8, whatever the page says: nothing else comes out so.
    for codec in ["utf-8", *(codec for codec in codecs if not codec.startswith("utf"))]:
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    # One that is cut or spoilt in a few places is still what it was.
    for codec in ["utf-8", *codecs]:
        text = content.decode(codec, "replace")
        foreign = sum(1 for mark in text[:200_000] if mark > "\x7f")
        if text[:200_000].count("\ufffd") * 20 <= foreign:
            return text
    guess = None if codecs else from_bytes(content[:60_000]).best()
    return content.decode(guess.encoding if guess else (codecs or ["cp1252"])[0], "replace")


def parsed(content: bytes, *, declared: str = "") -> html.HtmlElement:
    """The tree of a page, mended as browsers mend it.

    Raises:
        PageUnreadable: where this is no page.
    """
    if len(content) > LARGEST_PAGE:
        raise PageUnreadable(f"The page is larger than {LARGEST_PAGE // 2**20} MB.")
    for start, kind in _OTHER_FILES:
        if content.startswith(start):
            raise PageUnreadable(f"The address leads to {kind}, not to a web page.")
    text = decoded(content, declared=declared).replace("\x00", "")
    if _FEED.match(text):
        raise PageUnreadable("The address leads to a feed or a list of addresses, not to a page.")
    if not text.strip():
        raise PageUnreadable("The page is empty.")
    if not re.search("<[a-zA-Z]", text):
        raise PageUnreadable("What the address leads to cannot be read as a web page.")
    # The parser neither fetches what the page names nor follows its document type.
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_pis=True, remove_comments=True
    )
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise PageUnreadable("What the address leads to cannot be read as a web page.") from error
    return tree


def elements(root: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Every element at and below one, in order."""
    for element in root.iter():
        if isinstance(element.tag, str):
            yield element


# What stands on the page for those who hear it only: a label beside what it labels.
_HEARD = {"screen-reader-text", "sr-only", "visually-hidden", "visuallyhidden", "assistive-text"}


def words_of(element: html.HtmlElement, *, most: int = LONGEST_TEXT) -> str:
    """What readers see of an element, up to a length, with a blank between its parts."""
    pieces: list[str] = []
    length = 0
    skipped: html.HtmlElement | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if skipped is not None:
            if event == "end" and node is skipped:
                skipped = None
            else:
                continue
        elif event == "start":
            heard = _HEARD.intersection((node.get("class") or "").split())
            if node.tag in UNSEEN_ELEMENTS or (heard and node is not element):
                skipped = node
                continue
            pieces.append((" " if node.tag in {"br", "p", "div", "li"} else "") + (node.text or ""))
            length += len(pieces[-1])
        if event == "end" and node is not element:
            pieces.append((" " if node.tag in {"p", "div", "li"} else "") + (node.tail or ""))
            length += len(pieces[-1])
        if length > most:
            break
    return plain("".join(pieces)[:most])


class Page:
    """A page's tree, with what is looked up in it more than once."""

    def __init__(self, tree: html.HtmlElement, *, address: str) -> None:
        self.tree = tree
        self.fetched_from = address
        base = next((el.get("href") for el in tree.iter("base") if el.get("href")), "")
        self.base = web_address(base, base=address) or address

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """The contents of the meta elements, by their names in small letters."""
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
            content = plain(element.get("content"), most=LONGEST_TEXT)
            # A name given twice, as property and as name, is two names.
            for key in ("property", "name", "itemprop", "http-equiv"):
                if content and (name := (element.get(key) or "").strip().lower()):
                    found.setdefault(name, []).append(content)
        for name, texts in _parsely(self.tree).items():
            found.setdefault(name, []).extend(texts)
        return found

    def meta(self, *names: str) -> str:
        """What the first of these meta elements says that says anything."""
        return next(self.all_metas(*names), "")

    def all_metas(self, *names: str) -> Iterator[str]:
        """What these meta elements say, in the order of the names."""
        for name in names:
            yield from self.metas.get(name, [])

    @cached_property
    def headings(self) -> list[html.HtmlElement]:
        """The headlines that readers see, the article's own first; a masthead's logo is none.

        A blog may give the first heading to its own name, and a lower one to the story's.
        """
        whole = " ".join(self.title.casefold().split())
        given = {text.casefold() for text in self.all_metas("og:title", "twitter:title")}
        ranked: list[tuple[tuple[bool, ...], html.HtmlElement]] = []
        for element in self.tree.iter("h1", "h2", "h3", "h4"):
            text = words_of(element, most=400).casefold()
            first = element.tag == "h1"
            in_title = len(text) > 5 and whole.startswith(text) != whole.endswith(text)
            if not text or not (first or text in given or in_title):
                continue
            if not first and _within(element, {"aside", "nav", "footer"}):
                continue
            at_home = first and self._leads_home(element)
            inside = _within(element, {"article", "main"})
            ranked.append(((text not in given, at_home, not first, not inside), element))
        # The sort is stable: among equals, the first on the page.
        return [element for _, element in sorted(ranked, key=lambda each: each[0])]

    def _leads_home(self, heading: html.HtmlElement) -> bool:
        """Whether a heading only leads to the front page, as a masthead does."""
        link = next(heading.iter("a"), None)
        address = web_address(link.get("href"), base=self.base) if link is not None else ""
        return bool(address) and urlsplit(address).path in {"", "/"}

    @cached_property
    def title(self) -> str:
        """What the page's title says."""
        return next((text for el in self.tree.iter("title") if (text := plain(el.text))), "")

    @cached_property
    def headline(self) -> str:
        """What the first headline says."""
        return words_of(self.headings[0], most=400) if self.headings else ""

    @cached_property
    def lines(self) -> list[str]:
        """The first short pieces of text that readers see, whatever they stand in."""
        found: list[str] = []
        for number, element in enumerate(elements(self.tree)):
            if number > MOST_PIECES or len(found) > MOST_LINES:
                break
            own = "" if element.tag in {*UNSEEN_ELEMENTS, "title"} else element.text
            for text in (own, element.tail):
                if text and 5 < len(line := plain(text[:400])) <= 160:
                    found.append(line)
        return found

    @cached_property
    def language(self) -> str:
        """A tag like pt-BR, from wherever the page gives one; else blank."""
        html_lang = self.tree.get("lang") or self.tree.get(
            "{http://www.w3.org/XML/1998/namespace}lang"
        )
        given = [
            html_lang or "",
            self.meta("og:locale"),
            self.meta("content-language", "language", "dc.language"),
        ]
        for text in given:
            if tag := re.fullmatch(
                r"\s*([a-zA-Z]{2,3})(?:[-_]([a-zA-Z0-9]{2,8}))*\s*", text.split(",")[0]
            ):
                return tag[0].strip().replace("_", "-")
        return ""


def _parsely(tree: html.HtmlElement) -> dict[str, list[str]]:
    """What the older form of Parse.ly's data says, by the names of the newer one."""
    for element in tree.iter("meta"):
        if (element.get("name") or "").lower() != "parsely-page":
            continue
        try:
            data = json.loads((element.get("content") or "")[:20_000], strict=False)
        except (ValueError, RecursionError):
            return {}
        if not isinstance(data, dict):
            return {}
        names = ("title", "author", "authors", "pub_date", "image_url")
        found: dict[str, list[str]] = {}
        for name in names:
            given = data.get(name)
            values = given if isinstance(given, list) else [given]
            key = f"parsely-{name.removesuffix('s').replace('_', '-')}"
            texts = [text for each in values if (text := plain(each, most=LONGEST_TEXT))]
            found.setdefault(key, []).extend(texts)
        return found
    return {}


def _within(element: html.HtmlElement, tags: set[str]) -> bool:
    return any(above.tag in tags for above in element.iterancestors())

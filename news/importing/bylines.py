"""Who wrote a story: the names in a page's data and in its byline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from news.importing import dates, zones
from news.importing.facts import plain
from news.importing.markup import elements, words_of
from news.importing.naming import is_address, is_name, names_in
from news.importing.things import listed, salvaged, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import html

    from news.importing.markup import Page
    from news.importing.things import Things

MOST_AUTHORS = 8
MOST_ELEMENTS = 30_000

_BYLINE_TAGS = {
    "a", "span", "p", "div", "address", "small", "li", "strong", "em", "b", "i", "h4", "h5", "h6", "cite",
    "dd", "header",
}  # fmt: skip
_BYLINE_LABEL = re.compile(
    r"\b(?:author|byline|autor|auteur|autore|writer|redakteur|redactor|contributor|creditline|signature|"
    r"firma|username|reporter|podpis|journalist|periodista|giornalista|kisha)"
    r"(?!s?-?(?:bio|image|photo|avatar|box|desc|title|role|email|link-icon))"
)
_BY = re.compile(
    r"^\s*(?:(?:(?:written|posted|published|submitted|reported|story|words|text|texte|texto|testo|tekst)\s+)?"
    r"(?:by|von|par|por|de|di|da|door|av|af|przez|od|från|fra)|(?:an?|ein\w*|une?|una|een|en|ett)\s\S{3,20}\s(?:by|von|par|por|di|de|door|av|af)|autor(?:in|a|zy|es|as)?|"
    r"auteurs?|authors?|autore|yazan|haber|muhabir|автор|текст|автори|szerző|skrevet av|kirjoittanut|toimittaja|"
    r"words|text|texte|texto|testo|tekst|penulis|oleh|tác giả|บทความโดย|โดย|συντάκτης|του|της|"
    r"بقلم|كتب|كتبت|المصدر|نویسنده|מאת|כתב|כתבה|文|著者|執筆|記者|作者|记者|撰文|撰稿|par la rédaction de)"
    r"(?:\s*[:：/／]\s*|\s+)(?=\S)",
    re.IGNORECASE,
)
# A label with its name, in the middle of a line that says more.
_LABELLED = re.compile(
    r"(?:^|[\s|·•,;(（【\[])(?:作者|记者|記者|撰文|撰稿|文|執筆|著者|author|byline|autor|autore|auteur|автор|بقلم|מאת|yazan|muhabir)"
    r"\s*[:：/／]\s*([^|·•;:：()（）【】\[\]\d]{2,80}?)(?=\s{2,}|\u3000|\s*[|·•;()（）【】\[\]\d]|\s+\S{1,14}[:：]|\s*\Z)",
    re.IGNORECASE,
)
# East Asian bylines name the trade behind the name.
_TRADE = re.compile(
    r"(?:^|[\s\]】(（])([가-힣]{2,4}|[\u3400-\u9fff]{2,4})\s*(?:인턴\s?|선임\s?|수습\s?)?(?:기자|특파원|논설위원|記者|记者|特派員)(?=$|[\s=)）,、/|])"
)
_TRADE_FIRST = re.compile(
    r"(?:記者|记者|特派員|編輯)\s*[:：]?\s*([\u3400-\u9fff]{2,4}?)(?=\s*[／/、，,)）=]|\s|\Z|報導|报道|攝)"
)
_JOINED = re.compile(
    r"\s+(?:and|und|et|en|och|og|&|con|mit|with|avec|ve|ja|и|та|și|và|dan|και)\s+|\s*[;／、·|•/]\s*|\s*,\s*(?:and|und|et|y)\s+|"
    r"\s+و\s?(?=\S{2})",
    re.IGNORECASE,
)
# Letters that join two names, and stand within one.
_BETWEEN = re.compile(r"\s+(?:y|e|i|a)\s+", re.IGNORECASE)
_JUNK = {
    "admin", "administrator", "webmaster", "editor", "root", "author", "unknown", "none", "null", "staff", "user",
    "undefined", "n/a", "anonymous", "guest", "newsroom", "news desk", "newsdesk", "web desk", "staff reporter",
    "staff writer", "staff report", "staff reports", "our correspondent", "redaktion", "redacción", "redação",
    "redazione", "rédaction", "la rédaction", "redacja", "redactie", "editorial", "editors", "the editors",
    "writer", "reporter", "guest author", "guest contributor", "contributor",
}  # fmt: skip
_HANDLE = re.compile(r"\S+@\S+|(?<!\w)@\w+|\[(?:email|e-mail)[^\]]*\]")
_PREPOSITION = r"(?:on|op|am|le|el|il|em|den|dnia|dne|vom|du|del|al|at|på|i|a|em|lo|tarihinde)"
_TRAILING = re.compile(
    r"\s*(?:\n|[,;|–—-]?\s*\b(?:edited|editing|photos?|photography|photographs|illustrations?|illustrated|translated|"
    r"additional reporting|reviewed|medically reviewed|fact[- ]checked|video)\s+by\b|\b(?:published|updated|posted|last modified|first published|publié|publicado|veröffentlicht|aktualisiert)\b|"
    r"\bam\b\s\d|\ble\b\s\d|\bel\b\s\d|\bon\b\s|\bop\s(?:ma|di|wo|do|vr|za|zo)\b|"
    rf"\s{_PREPOSITION}\s(?:[^\s\d]{{1,12}}[.,]?\s){{0,2}}\d|"
    r"\d{1,2}[./:]\d|\d{4}|\b\d{1,2}\.?\s[^\W\d_]{3,12}\.?\s\d{4}|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\bhas\b|\bis\b|\bcovers\b|\bfor\s(?:the|[A-Z])|\s(?:–|—|-)\s).*$",
    re.IGNORECASE | re.DOTALL,
)
_TRADES = re.compile(
    r"(?i)\b(?:correspondent|correspondant|editor|reporter|writer|redakt\w*|chief|staff|washington|london|paris|journalist\w*|"
    r"columnist|contributor|producer|analyst|professor|director|lecturer|fellow|critic|photographer|korrespondent\w*|"
    r"enviad[oa] especial|corresponsal|redactor\w*|giornalista|inviat[oa]|medewerker|verslaggever)\b"
)
_AGENCIES = {
    "ap", "afp", "reuters", "dpa", "efe", "ansa", "apa", "sda", "keystone-sda", "pa", "pa media", "upi", "tass", "тасс",
    "риа новости", "интерфакс", "xinhua", "新华社", "kyodo", "jiji", "時事", "共同", "時事通信", "共同通信", "yonhap",
    "연합뉴스", "뉴시스", "뉴스1", "lusa", "belga", "anp", "ntb", "tt", "ritzau", "stt", "mti", "čtk", "ctk", "tasr", "aap",
    "pti", "ani", "ians", "aa", "anadolu", "dha", "iha", "bloomberg", "adnkronos", "agi", "askanews", "ats", "epd", "kna",
    "sid", "pap", "unian", "ukrinform", "antara", "bernama", "cnn", "bbc", "nbc", "cbs", "abc", "npr", "press association",
    "the associated press", "associated press", "the canadian press", "agence france-presse", "europa press",
    "la presse canadienne", "presse canadienne", "estadão conteúdo", "agência brasil", "folhapress", "notimex", "télam", "telam", "states newsroom", "stringer",
}  # fmt: skip
_ORGANIZATION = re.compile(
    r"(?i)(?:\b(?:press|news|newspapers?|agency|agence|agencias?|agência|agenzia|agentur|newsroom|team|desk|service|"
    r"media|network|radio|tv|television|wire|bureau|association|university|institute|foundation|coalition|committee|"
    r"department|ministry|council|gmbh|inc|ltd|llc|redaktion|redacci[óo]n|redação|redazione|rédaction|redacja|redactie)"
    r"\.?|(?:신문|일보|뉴스|通信|通讯社|新聞|新闻|日报|网))$"
)


def authors(page: Page, things: Things, *, source: str) -> tuple[str, ...]:
    """Those who wrote it, in the page's order; an organization only where nobody else is named."""
    organizations: list[str] = []
    for group in _author_groups(page, things):
        people = []
        for name in group:
            for each in split_names(name):
                if is_name(each, [source]) or is_organization(each):
                    organizations.append(each)
                elif each.casefold() not in _JUNK:
                    people.append(each)
        if people:
            return tuple(dict.fromkeys(people))[:MOST_AUTHORS]
    return tuple(dict.fromkeys(organizations))[:1]


def is_organization(text: str) -> bool:
    """Whether a name is that of an agency or a desk, and of no person."""
    return text.casefold().strip("()[]") in _AGENCIES or bool(_ORGANIZATION.search(text))


def is_byline(text: str) -> bool:
    """Whether a line only says who wrote the story."""
    names = split_names(text)
    said = _BY.match(text) or (_TRADE.search(text) and len(text) < 40)
    return bool(said and names) and all(map(_looks_like_name, names))


# A name and its office without anything between them.
_OFFICE = re.compile(
    r"(\S+ \S+)(?: \S+){0,3}? (?:correspondent|editor|reporter|writer|journalist|columnist|producer|critic)s?",
    re.IGNORECASE,
)
# The second of two names that begins so is a paper.
_ARTICLE = re.compile(r"(?:The|La|Le|Les|El|Il|Die|Der|Das)\s")


def split_names(text: str) -> list[str]:
    """The names in a byline, without “By” and what follows them."""
    text = plain(text, most=300)
    if not text or is_address(text):
        return []
    if trades := [found[1] for each in (_TRADE, _TRADE_FIRST) for found in each.finditer(text)]:
        return list(dict.fromkeys(trades))
    if len(labelled := _LABELLED.findall(text)) == 1 and not _BY.match(text):
        text = labelled[0]
    text = _HANDLE.sub(" ", text)
    text = _TRAILING.sub("", _BY.sub("", text)).strip(" ,;:–—-|•·")
    if (office := _OFFICE.fullmatch(text)) and _looks_like_name(office[1]):
        text = office[1]
    parts: list[str] = []
    for piece in _JOINED.split(text):
        halves = _BETWEEN.split(piece)
        for half in halves if all(len(each.split()) > 1 for each in halves) else [piece]:
            parts += _without_office(half)
    cleaned = (
        re.sub(r"\s*\([^)]*\)?$", "", _BY.sub("", part)).strip(" ,.;:-–—/") for part in parts
    )
    found = [_in_small_letters(part) for part in cleaned if 1 < len(part) <= 80]
    # Beside a name, what can be none is an office, an agency, or a day.
    if any(map(_looks_like_name, found)):
        found = [part for part in found if not _is_beside(part)] or found
    return found


def _is_beside(text: str) -> bool:
    first = text[:1]
    return (
        any(mark.isdigit() for mark in text)
        or bool(_TRADES.search(text))
        or first.islower()
        or text.casefold() in _AGENCIES
    )


def _without_office(text: str) -> list[str]:
    """The names between commas: “Jane Doe, John Roe” are two, “Jane Doe, Associated Press” is one."""
    commas = [part.strip() for part in text.split(",") if part.strip()]
    people = [
        part
        for number, part in enumerate(commas)
        if _looks_like_name(part)
        and not is_organization(part)
        and not (number and _ARTICLE.match(part))
    ]
    return people if people and len(people) == len(commas) else [*people[:1], *commas[:1]][:1]


def _in_small_letters(name: str) -> str:
    """RUTH O’NEIL and Ruth O’NEIL as Ruth O’Neil; shorter capitals may stand for words."""
    words = name.split()
    if len(words) < 2 or not words[-1].isupper() or len(words[-1]) < 4:
        return name
    return " ".join(
        re.sub(r"[^\W\d_]+", lambda found: found[0].capitalize(), word)
        if word.isupper()
        and "." not in word
        and (len(word) > 2 or name.isupper() or word != words[0])
        else word
        for word in words
    )


def _looks_like_name(text: str) -> bool:
    words = text.split()
    if text.rstrip(".").casefold() in {"jr", "sr", "phd", "md", "ii", "iii", "esq"}:
        return False
    if re.fullmatch(
        r"[가-힣]{2,4}|[\u3040-\u30ff\u3400-\u9fff]{2,4}[\s・·]?[\u3040-\u30ff\u3400-\u9fff・·]{0,8}",
        text,
    ):
        return True
    return (
        2 <= len(words) <= 5
        and not any(mark.isdigit() for mark in text)
        and all(_begins_a_name(word) for word in words)
        and not _TRADES.search(text)
    )


def _begins_a_name(word: str) -> bool:
    """A capital, a letter of a script without them, or a short word like “van”."""
    first = word.lstrip("'’“\"(")[:1]
    return first.isalpha() and (not first.islower() or len(word) <= 4 or word[1:2] in "'’")


def _author_groups(page: Page, things: Things) -> Iterator[list[str]]:
    """Each place that names authors, the most trusted first."""
    for article in things.articles:
        # Ghost names the second author so.
        found = _named(article.get("author"), things)
        yield [*found, *_named(article.get("contributor"), things)] if found else []
    for name in ("creator", "contributor"):
        for article in things.articles:
            yield _named(article.get(name), things)
    for names in (
        ("article:author", "og:article:author", "og:author"),
        ("parsely-author", "sailthru.author", "cxenseparse:author", "article:author_name", "article.author", "byl"),
        ("dc.creator", "dcterms.creator", "dc.contributor", "citation_author"),
        ("author", "authors", "byline", "reporter", "twitter:data1"),
    ):  # fmt: skip
        found = [text for text in page.all_metas(*names) if not is_address(text)]
        if "citation_author" in names:
            found = [re.sub(r"^(\w[\w'’-]+),\s*(\w[\w.'’ -]*)$", r"\2 \1", text) for text in found]
        labelled = page.meta("twitter:label1").casefold()
        if (
            found
            and found == list(page.all_metas("twitter:data1"))
            and labelled
            and not re.search(
                r"by|autor|auteur|verfasst|geschrieben|écrit|escrit|scritto|skrevet|door", labelled
            )
        ):
            continue
        yield found
    for thing in things.pages:
        if not types_of(thing) & {"VideoObject", "AudioObject", "MediaObject"}:
            yield _named(thing.get("author"), things)
    yield salvaged_authors(things.broken)
    yield from _seen_authors(page)


def _named(value: Any, things: Things) -> list[str]:
    """The names that a property gives; people only, where it names others beside them."""
    values = [things.resolved(each) for each in listed(value)]
    people = [
        each
        for each in values
        if not (isinstance(each, dict) and any("Organi" in kind for kind in types_of(each)))
    ]
    return [text for each in people or values for text in names_in(things, each)]


def salvaged_authors(broken: str) -> list[str]:
    """Authors in JSON that cannot be read."""
    found = re.search(r'"author"\s*:\s*[\[{][^\]]{0,400}?"name"\s*:\s*"([^"]{2,120})"', broken)
    return [found[1]] if found else salvaged(broken, "author")


def _seen_authors(page: Page) -> Iterator[list[str]]:
    """Bylines that readers see."""
    links: list[str] = []
    classed: list[str] = []
    lines: list[str] = []
    labelled: list[str] = []
    for number, element in enumerate(elements(page.tree)):
        if number > MOST_ELEMENTS:
            break
        if element.tag not in _BYLINE_TAGS or _stands_aside(element):
            continue
        text = words_of(element, most=160)
        if not text or len(text) > 140:
            continue
        linked = [words_of(link, most=80) for link in element.iter("a") if link is not element]
        if len(linked) > 1 and all(_looks_like_name(each) for each in linked):
            # Two names that only their links keep apart.
            text = ", ".join(linked)
        label = " ".join(element.get(name) or "" for name in ("class", "id", "data-testid")).lower()
        rel = (element.get("rel") or "").split()
        if element.tag == "a" and "author" in rel:
            links.append(text)
        elif (_BYLINE_LABEL.search(label) or element.tag == "address") and split_names(text):
            classed.append(text)
        elif len(lines) < 5 and is_byline(text):
            lines.append(text)
        elif len(labelled) < 5 and _LABELLED.search(text):
            labelled.append(text)
    yield list(dict.fromkeys(links))
    # The innermost element that is called so says the least beside the name.
    yield sorted(dict.fromkeys(classed), key=len)[:1]
    yield lines[:1]
    yield sorted(labelled, key=len)[:1]
    yield [line for line in page.lines if is_byline(line)][:1]
    yield _beside_date(page)


def _beside_date(page: Page) -> list[str]:
    """A name without any label, on the line of the date or on the next to it, under the headline."""
    head = page.headline.casefold()
    lines = page.lines
    at = next(
        (number for number, line in enumerate(lines) if head and line.casefold() == head), None
    )
    if at is None:
        return []
    near = lines[at + 1 : at + 9]
    dated = [dates.from_people(line, language=page.language) is not None for line in near]
    for number, line in enumerate(near):
        names = split_names(line)
        beside = any(dated[max(0, number - 1) : number + 2])
        if beside and names and all(_looks_like_name(name) for name in names):
            return [] if zones.is_place(names[0]) else names
    return []


def _stands_aside(element: html.HtmlElement) -> bool:
    above = list(element.iterancestors())
    in_article = any(each.tag in {"article", "main"} for each in above)
    return any(
        each.tag in {"aside", "nav"}
        or (each.tag == "footer" and not in_article)
        or re.search(r"\bcomment|\brelated|\bsidebar", (each.get("class") or "").lower())
        for each in above
        if each.tag not in {"body", "html"}
    )

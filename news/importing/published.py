"""When a page says that its story was published."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from news.importing import dates, zones
from news.importing.facts import Published
from news.importing.markup import elements, words_of
from news.importing.things import salvaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import html

    from news.importing.markup import Page
    from news.importing.things import Things

METAS = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "og:pubdate", "datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "rnews:datepublished", "dcterms.issued", "dcterms.created", "dc.date.issued",
    "dc.date.created", "dcterms.date", "dc.date", "dc.terms.date", "prism.publicationdate",
    "citation_publication_date", "citation_date", "publication_date", "publication-date", "publish-date",
    "publish_date", "publishdate", "published_time", "published", "pubdate", "pub_date", "ptime", "pdate",
    "article_date_original", "originalpublicationdate", "article.published", "article.created", "timestamp",
    "release_date", "date.release", "dat", "vr:published_time", "lastmod:first", "date",
)  # fmt: skip
# Classes and ids in which pages put their dates.
_DATED = re.compile(r"(?:^|[-_\s])(?:date|dated|dateline|datum|fecha|data|time|timestamp|published|publish|"
                    r"pubdate|posted|byline|meta|info|zeit|heure)(?:$|[-_\s])|publi|date", re.IGNORECASE)  # fmt: skip
_CHANGED = re.compile(
    r"updat|modif|aktualisier|aktualizac|aktualizov|edited|actualis|actualiz|atualiz|aggiorn|更新|revis|zaktualiz|изменен|обновл|оновлен|"
    r"güncel|수정|最終|修正|gewijzigd|bijgewerkt|oppdater|opdater|uppdater|muokattu|päivitetty|ενημ|עודכן|تحديث|corrected",
    re.IGNORECASE,
)
_FIRST = r"published|posted|publié|veröffentlicht|erstellt|publicado|pubblicato|opublikowan|입력|опубликован|公開|発行"
# Where one thing that a line says of times ends and another begins.
_SAID = re.compile(rf"(?=\b(?:{_FIRST}|{_CHANGED.pattern}))|[|•·/;]\s", re.IGNORECASE)
_ASIDE = {"aside", "nav", "form"}
_ELSEWHERE = re.compile(
    r"relat|recommend|comment|sidebar|widget|footer|popular|latest|trending|most-read|teaser|promo"
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d{2})[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2})(?=[/_-]|$)")
MOST_LOOKED_AT = 400
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Found:
    """A time, and whether it was read by a machine's rule or from people's words."""

    written: dates.Written
    visible: bool


def published(
    page: Page, things: Things, *, now: datetime, country: str
) -> tuple[Published | None, list[str]]:
    """When the story was published, and sentences on what the page says that cannot be."""
    found: list[_Found] = []
    doubts: list[str] = []
    for value, visible in _values(page, things, country=country):
        read = dates.from_people if visible and isinstance(value, str) else dates.from_machine
        written = read(value, language=page.language, country=country)
        if written is None:
            continue
        if dates.is_possible(written.at, now=now):
            found.append(_Found(written, visible))
        else:
            doubts.append(f"The page names {written.at.date()} as its date, which cannot be.")
    if not found:
        return None, list(dict.fromkeys(doubts))[:3]
    return _chosen(found, country=country), list(dict.fromkeys(doubts))[:3]


def _chosen(found: list[_Found], *, country: str) -> Published:
    """The most trusted time, made more exact by others that say the same."""
    best = found[0].written
    others = [each.written for each in found[1:]]
    if best.day_only:
        # The same day by the clock there, which may be a day off where the zone is another.
        timed = [other for other in others if not other.day_only]
        same = [other for other in timed if other.at.date() == best.at.date()]
        same.sort(key=lambda other: other.at.tzinfo is None)
        same += [
            other
            for other in timed
            if other.at.tzinfo and abs(other.at.date() - best.at.date()) <= A_DAY
        ]
        best = same[0] if same else best
    if not best.day_only and best.at.tzinfo is None:
        best = next((other for other in others if _explains(other, best)), best)
    if best.at.tzinfo is not None:
        if best.zone in zones.COMMON:
            # “CEST” is said in Madrid as in Paris.
            own = zones.name_for(best.at, country=country) if country else ""
            best = replace(best, zone=own or best.zone)
        if best.zone in {"", "UTC"}:
            name = (
                best.zone
                or zones.name_for(best.at, country=country)
                or _named_elsewhere(best, others)
            )
            best = replace(best, zone=name or _etc(best.at))
        return Published(best.at, zone=best.zone)
    guess = zones.COUNTRIES.get(country, "")
    if guess:
        at = best.at.replace(tzinfo=ZoneInfo(guess))
        return Published(at, zone=guess, day_only=best.day_only, guessed=True)
    return Published(best.at, day_only=best.day_only)


def _explains(other: dates.Written, naive: dates.Written) -> bool:
    """Whether another time is the same with its zone: by the clock there, or by UTC's."""
    if other.day_only or other.at.tzinfo is None:
        return False
    minute = naive.at.replace(second=0, microsecond=0)
    there = other.at.replace(tzinfo=None, second=0, microsecond=0)
    offset = other.at.utcoffset() or timedelta(0)
    return minute in (there, there - offset)


def _named_elsewhere(best: dates.Written, others: list[dates.Written]) -> str:
    return next((other.zone for other in others if other.at.tzinfo and other.zone and other.at == best.at
                 and other.at.utcoffset() == best.at.utcoffset()), "")  # fmt: skip


def _etc(at: datetime) -> str:
    """The name of a zone of whole hours; its sign is the other way round, as it was on ships."""
    offset = at.utcoffset() or timedelta(0)
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest:
        return ""
    return "UTC" if not hours else f"Etc/GMT{-hours:+d}"


def _values(page: Page, things: Things, *, country: str) -> Iterator[tuple[Any, bool]]:
    """All that may be the time, the most trusted first; True where people wrote it for people."""
    for value in things.values("datePublished", "datepublished"):
        yield value, False
    for text in page.all_metas(*METAS):
        yield text, False
    for value in things.values("uploadDate", "dateCreated", "coverageStartTime"):
        yield value, False
    for thing in things.pages:
        for name in ("datePublished", "uploadDate", "dateCreated"):
            yield thing.get(name), False
    for text in salvaged(things.broken, "datePublished"):
        yield text, False
    yield from _seen(page)
    lines = map(_without_change, page.lines)
    yield from ((line, True) for line in lines if not _CHANGED.search(line))
    if found := _IN_ADDRESS.search(urlsplit(page.fetched_from).path.lower()):
        year, month, day = found.groups()
        if month.isdecimal():
            yield f"{year}-{int(month):02}-{int(day):02}", False
        else:
            yield f"{day} {month} {year}", False


def _seen(page: Page) -> Iterator[tuple[Any, bool]]:
    """Times that readers see, those near the headline first and changes last."""
    ranked: list[tuple[int, int, Any, bool]] = []
    around = _near(page)
    order = 0
    for element in page.tree.iter(
        "time",
        "span",
        "p",
        "div",
        "li",
        "address",
        "small",
        "abbr",
        "header",
        "dd",
        "h6",
        "em",
        "i",
        "b",
        "a",
    ):
        is_time = element.tag == "time"
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        dated = is_time or bool(_DATED.search(label))
        near = element in around
        if not (dated or near) or (order > MOST_LOOKED_AT):
            continue
        stands = [element, *element.iterancestors()]
        in_article = any(each.tag in {"article", "main"} for each in stands)
        # An article has a foot of its own, which may say when it was written.
        aside = _ASIDE if in_article else {*_ASIDE, "footer"}
        if any(each.tag in aside for each in stands) or _ELSEWHERE.search(
            " ".join(
                f"{each.get('class') or ''} {each.get('id') or ''}"
                for each in stands
                if each.tag not in {"body", "html"}
            ).lower()
        ):
            continue
        text = words_of(element, most=dates.LONGEST)
        if not text and not element.get("datetime"):
            continue
        if len(text) > 220 and not is_time:
            continue
        order += 1
        before = (
            words_of(element.getparent(), most=200)
            if is_time and element.getparent() is not None
            else ""
        )
        lead = before.split(text)[0][-40:] if text and text in before else ""
        text = _without_change(text)
        changed = any(map(_CHANGED.search, (label, text[:40], lead)))
        inside = in_article or any(each.tag == "header" for each in stands)
        rank = 8 * changed + 4 * (not near) + 2 * (not inside) + (not is_time)
        machine = (
            element.get("datetime")
            or (element.get("title") if element.tag == "abbr" else None)
            or element.get("data-datetime")
        )
        if machine:
            ranked.append((rank, order, machine, False))
        if text:
            ranked.append((rank, order, text, True))
    for _, _, value, visible in sorted(ranked, key=lambda each: each[:2]):
        yield value, visible


def _without_change(text: str) -> str:
    """The line without what it says of changes, where it names a day beside them."""
    text = re.sub(r"\([^()]*\)", lambda found: "" if _CHANGED.search(found[0]) else found[0], text)
    if not _CHANGED.search(text):
        return text
    parts = [part or "" for part in _SAID.split(text)]
    first = " ".join(part for part in parts if not _CHANGED.search(part))
    place = zones.place_named_in(text)
    return f"{first} {place}".strip() if re.search(r"\d{4}", first) else text


def _near(page: Page) -> set[html.HtmlElement]:
    """The elements around the headline: those that follow it, and the ones before it in its parent."""
    if not page.headings:
        return set()
    heading = page.headings[0]
    found: set[html.HtmlElement] = set()
    for outer in [heading, *list(heading.iterancestors())[:2]]:
        if outer.tag in {"body", "html"}:
            break
        for sibling in [
            *list(outer.itersiblings(preceding=True))[:3],
            *list(outer.itersiblings())[:6],
        ]:
            if isinstance(sibling.tag, str):
                found.update(each for number, each in enumerate(elements(sibling)) if number < 40)
    return found

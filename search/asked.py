"""What the address of a search asks for, whatever anybody wrote into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

from django.urls import reverse

from cms.core.row_ids import row_id
from news.models import ArticleTag, Category, Source
from search.models import Kind
from search.queries import LONGEST_QUERY, Filters, Query, Search, Sort, parse

RESULTS_A_PAGE = 10
_SLUG = re.compile(r"[\w-]{1,120}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\s]+")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass
class Asked:
    """One search as a reader asked for it.

    ``said`` holds what of the address is understood, by the names of its parameters, so that links
    can say it again; ``notes`` tell the reader what is not.
    """

    typed: str
    query: Query
    filters: Filters
    sort: Sort
    page: int
    said: dict[str, str]
    # The name of the group that each facet is narrowed to.
    names: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def search(self) -> Search:
        """The question to an engine, of its first page of results."""
        return Search(self.query, self.filters, self.sort, 0, RESULTS_A_PAGE)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for at all."""
        narrowed = self.filters.groups or self.filters.since or self.filters.until
        return not (self.query.terms or narrowed or self.filters.kind)

    @property
    def everywhere(self) -> str:
        """The address of the same words, narrowed to nothing."""
        return f"{reverse('search')}?{urlencode({'q': self.said['q']})}"

    def address(self, **changes: object) -> str:
        """The address of the same search with some parameters changed; its first page, if not said."""
        said = {**self.said, **{name.rstrip("_"): str(value) for name, value in changes.items()}}
        kept = {name: value for name, value in said.items() if value}
        return f"{reverse('search')}?{urlencode(kept)}" if kept else reverse("search")


def read(parameters: Mapping[str, str]) -> Asked:
    """Understand the parameters of an address; one that makes no sense is left out, with a note."""
    typed = plain_line(parameters.get("q", ""))[:1000]
    query = parse(typed)
    said = {"q": typed[:LONGEST_QUERY].strip()}
    asked = Asked(typed, query, Filters(), "relevance", _number(parameters.get("page", "")), said)
    since, until = _day("from", parameters, asked), _day("to", parameters, asked)
    if since and until and until < since:
        asked.notes.append("The first day came after the last, so they were swapped.")
        since, until = until, since
    said |= {"from": since.isoformat() if since else "", "to": until.isoformat() if until else ""}
    asked.filters = Filters(
        kind=_kind(parameters.get("kind", ""), asked),
        category=_group("category", parameters, asked),
        source=_group("source", parameters, asked),
        tag=_group("tag", parameters, asked),
        year=_year(parameters.get("year", ""), asked),
        since=since,
        until=until,
    )
    said["kind"] = asked.filters.kind
    wanted = parameters.get("sort", "")
    for sort in get_args(Sort):
        if wanted == sort:
            asked.sort = sort
            said["sort"] = "" if sort == "relevance" else sort
    return asked


def plain_line(text: str) -> str:
    """A text in one line, without the characters that no page may hold."""
    return _UNSEEN.sub(" ", text).strip()


def _number(text: str) -> int:
    """The page; the first where it is none."""
    return max(1, min(row_id(text), 1_000_000))


def _day(name: str, parameters: Mapping[str, str], asked: Asked) -> date | None:
    text = parameters.get(name, "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    note = "One of the days is not in the calendar, so it was left out."
    if note in asked.notes:
        asked.notes[asked.notes.index(note)] = (
            "Neither day is in the calendar, so both were left out."
        )
    else:
        asked.notes.append(note)
    return None


def _kind(text: str, asked: Asked) -> str:
    if text and text not in Kind.values:
        _note_unknown("kind of result", asked)
        return ""
    return text


def _year(text: str, asked: Asked) -> int | None:
    if not _YEAR.fullmatch(text):
        if text:
            _note_unknown("year", asked)
        return None
    asked.said["year"] = asked.names["year"] = text
    return int(text)


def _note_unknown(what: str, asked: Asked) -> None:
    asked.notes.append(f"There is no such {what}, so results were not narrowed to one.")


def _group(facet: str, parameters: Mapping[str, str], asked: Asked) -> int | None:
    """The number of a category, tag or source that there is."""
    text = parameters.get(facet, "")
    if not text:
        return None
    found: Any = None
    if facet == "source":
        found = Source.objects.filter(pk=row_id(text)).first()
    elif _SLUG.fullmatch(text) and facet == "category":
        found = Category.objects.filter(slug=text).first()
    elif _SLUG.fullmatch(text):
        found = ArticleTag.tag_model().objects.filter(slug=text).first()
    if found is None:
        _note_unknown(facet, asked)
        return None
    asked.said[facet], asked.names[facet] = text, found.name
    return int(found.pk)

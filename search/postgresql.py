"""The index in PostgreSQL: a table whose vectors the database computes itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from search.engine import (
    CLOSE,
    COUNTED,
    EXTRACT_WORDS,
    OPEN,
    choose_extract,
    marks,
    moments,
)
from search.labels import kind_label, label
from search.models import Kind
from search.queries import Filters, Search
from search.tables import Row, Tables

# The newest hits whose vectors are fetched to weigh them; each costs as much as fifty others.
WEIGHED = 250
# The newest hits in a title among which the best are looked for.
TITLES = 250
# Of a hit in the body, the names, the introduction and the title; of one in a title by itself.
WEIGHTS = [0.1, 0.3, 0.4, 1.0]
TITLE_WEIGHTS = [1.0] * 4
_PHRASE = "phraseto_tsquery('search_stems', %s)"
_PLANNED = {
    "enable_seqscan": "off",
    "enable_indexscan": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_HEADLINE = f"StartSel={OPEN}, StopSel={CLOSE}"


class _Statement:
    """A condition with its parameters; ``words`` is the part of it that is ranked and marked."""

    def __init__(self, search: Search, *, in_title: bool = False, recent: bool = False) -> None:
        self.words, self.ranked = _words(search)
        low, high = moments(search.filters)
        conditions: list[str] = []
        self.parameters: list[Any] = []
        if in_title:
            conditions.append(f"t.title_vector @@ {self.words}")
            self.parameters += self.ranked
        asked = [] if in_title or not self.words else [self.words]
        self.parameters += self.ranked if asked else []
        for mark in marks(search.filters):
            asked.append("%s::tsquery")
            self.parameters.append(f"'{mark}'")
        if recent:
            since, marked = _recent()
            low = max(low, since)
            asked.append("%s::tsquery")
            self.parameters.append(marked)
        if self.words:
            asked += [f"!!{_PHRASE}"] * len(search.query.without)
            self.parameters += [" ".join(term) for term in search.query.without]
        if asked:
            conditions.append(f"t.vector @@ ({' && '.join(asked)})")
        self.where = " AND ".join([*conditions, "t.slot >= %s AND t.slot < %s"])
        self.parameters += [low, high]


def _recent() -> tuple[int, str]:
    """The first slot of the last year, and what everything has that stands there or after it.

    Few of the others have it, so few are fetched only to see when they were published.
    """
    year = timezone.localdate().year
    low, _ = moments(Filters(since=date(year - 1, 1, 1)))
    # What has a moment to come counts too; only articles always have a year.
    labels = [label("year", number) for number in range(year - 1, year + 2)]
    labels += [kind_label(kind) for kind in Kind.values if kind != Kind.ARTICLE]
    return low, " | ".join(f"'{mark}'" for mark in labels)


def _words(search: Search) -> tuple[str, list[str]]:
    """The terms as one query; blank where there are none."""
    query = search.query
    if not query.terms:
        return "", []
    choices = query.nearly if search.nearly else (query.terms,)
    sql = " || ".join("(" + " && ".join([_PHRASE] * len(choice)) + ")" for choice in choices)
    return f"({sql})", [" ".join(term) for choice in choices for term in choice]


class PostgreSQLIndex(Tables):
    """Finds by a GIN index, and fetches the long vectors of the newest hits only."""

    all_texts = (
        "SELECT slot, title, introduction, body, names, labels FROM search_text"
        " WHERE slot > %s ORDER BY slot LIMIT %s"
    )
    texts_of = (
        "SELECT slot, title, introduction, body, names, labels FROM search_text WHERE slot IN"
    )
    strays = "SELECT slot FROM search_text WHERE slot NOT IN (SELECT slot FROM search_entry)"

    def count(self, search: Search) -> int:
        """How many results there are, ``COUNTED`` at most."""
        counted = "SELECT count(*) FROM (SELECT 1"
        return int(self._ask(counted, _Statement(search), f"LIMIT {COUNTED}) AS found")[0][0])

    def suggest(self, words: Sequence[str], kind: str, most: int) -> list[int]:
        """Numbers of the newest things of a kind whose title has words that begin so."""
        *whole, begun = [f"'{word}'" for word in words]
        asked = " & ".join([*whole, f"{begun}:*"])
        rows = self.rows(
            "SELECT e.object_id FROM search_text t JOIN search_entry e USING (slot)"
            # The label is no word, and stands in the index as it is.
            " WHERE t.begun @@ (to_tsquery('search_words', %s) && %s::tsquery)"
            " ORDER BY t.slot DESC LIMIT %s",
            [asked, f"'{kind_label(kind)}'", most],
        )
        return [row[0] for row in rows]

    def write(self, rows: Iterable[Row]) -> None:
        """Put texts and labels into their slots."""
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_text (slot, title, introduction, body, names, labels)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (slot) DO UPDATE SET"
                " title = excluded.title, introduction = excluded.introduction,"
                " body = excluded.body, names = excluded.names, labels = excluded.labels",
                list(rows),
            )

    def erase(self, slots: Sequence[int]) -> None:
        """Take out the texts of slots."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_text WHERE slot = ANY(%s)", [list(slots)])

    def _ask(self, select: str, asked: _Statement, end: str = "") -> list[Any]:
        return self.rows(f"{select} FROM search_text t WHERE {asked.where} {end}", asked.parameters)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """What a statement answers, found through the index of words.

        The planner takes the reading of a long vector for free, and would read them all. To start
        a second process for a part of this takes longer than the part.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {name} = {how}" for name, how in _PLANNED.items()))
            cursor.execute(statement, parameters)
            found: list[Any] = cursor.fetchall()
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _PLANNED))
        return found

    def _newest(self, search: Search) -> list[tuple[int, str]]:
        """Looks at the last years first: to sort all hits of a frequent word takes far longer."""
        end = f"ORDER BY t.slot DESC LIMIT {COUNTED}"
        found = self._ask("SELECT t.slot, t.labels", _Statement(search, recent=True), end)
        if len(found) < COUNTED:
            found = self._ask("SELECT t.slot, t.labels", _Statement(search), end)
        return found

    def _scored(self, search: Search, newest: Sequence[int]) -> list[tuple[int, str, float]]:
        """The newest hits by their whole vectors, and those with the words in their title."""
        titles = _Statement(search, in_title=True)
        entries = "JOIN search_entry e ON e.slot = t.slot"
        found: list[tuple[int, str, float]] = self.rows(
            f"SELECT t.slot, e.kind, ts_rank(%s::real[], t.vector, {titles.words})"  # noqa: S608 - placeholders
            f" FROM search_text t {entries} WHERE t.slot = ANY(%s)",
            [WEIGHTS, *titles.ranked, list(newest[:WEIGHED])],
        )
        found += self.rows(
            # The limit comes first, so that no other title is weighed.
            f"SELECT t.slot, e.kind, ts_rank(%s::real[], t.title_vector, {titles.words})"  # noqa: S608 - as above
            f" FROM (SELECT slot, title_vector FROM search_text t WHERE {titles.where}"
            f" ORDER BY t.slot DESC LIMIT {TITLES}) t {entries}",
            [TITLE_WEIGHTS, *titles.ranked, *titles.parameters],
        )
        return found

    def _oldest(self, search: Search, start: int, size: int) -> list[int]:
        end = f"ORDER BY t.slot ASC LIMIT {size} OFFSET {start}"
        return [row[0] for row in self._ask("SELECT t.slot", _Statement(search), end)]

    def _extracts(self, search: Search, slots: Sequence[int]) -> dict[int, tuple[str, str]]:
        words = _Statement(search)
        if not search.query.terms:
            rows = self.rows(
                "SELECT slot, title, introduction, '' FROM search_text WHERE slot = ANY(%s)",
                [list(slots)],
            )
        else:
            asked = words.ranked
            whole, part = (
                f"{_HEADLINE}, HighlightAll=true",
                f"{_HEADLINE}, MaxWords={EXTRACT_WORDS}",
            )
            rows = self.rows(
                f"SELECT slot, ts_headline('search_stems', title, {words.words}, %s),"  # noqa: S608 - placeholders
                f" ts_headline('search_stems', introduction, {words.words}, %s),"
                # A long text is read only where the short one does not show the hit.
                f" CASE WHEN to_tsvector('search_stems', introduction) @@ {words.words} THEN ''"
                f" ELSE ts_headline('search_stems', body, {words.words}, %s) END"
                " FROM search_text WHERE slot = ANY(%s)",
                [*asked, whole, *asked, whole, *asked, *asked, f"{part}, MinWords=20", list(slots)],
            )
        return {slot: (title, choose_extract(intro, body)) for slot, title, intro, body in rows}

"""The index in PostgreSQL: a table whose vectors the database computes itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cms.core import replica
from search.engine import (
    CLOSE,
    COUNTED,
    EXTRACT_WORDS,
    OPEN,
    Found,
    choose_extract,
    marks,
    moments,
)
from search.labels import kind_label, label
from search.models import Kind
from search.queries import Filters, Search
from search.tables import Row, Tables

# The newest hits whose vectors are fetched to weigh them; each costs as much as fifty others.
WEIGHED = 200
# The newest hits in a title that are weighed; older ones only where there are fewer than this.
TITLES = 100
# How many years are looked at first; then everything.
YEARS = (1, 2)
# Of a hit in the body, the names, the introduction and the title; of one in a title by itself.
WEIGHTS = [0.1, 0.3, 0.4, 1.0]
TITLE_WEIGHTS = [1.0] * 4
_PHRASE = "phraseto_tsquery('search_stems', %s)"
# The same words wherever they stand, which the index knows without a look into the vector.
_APART = "plainto_tsquery('search_stems', %s)"
# The planner takes the reading of a long vector for free, and would read them all. To start a
# second process for a part of a search takes longer than the part.
_PLANNED = {
    "enable_seqscan": "off",
    "enable_indexscan": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_HEADLINE = f"StartSel={OPEN}, StopSel={CLOSE}"


class _Statement:
    """A condition with its parameters; ``words`` is the part of it that is ranked and marked.

    Where something asks for a phrase, the condition is met by more than what is asked for, and
    ``exact`` must be looked at as well, in the vectors.
    """

    def __init__(self, search: Search, *, years: int | None = None) -> None:
        query = search.query
        self.words, self.ranked = _words(search, _PHRASE)
        low, high = moments(search.filters)
        asked: list[str] = []
        self.parameters: list[Any] = []
        self.exact, self.exact_parameters = self._exact(search)
        if self.words:
            words, parameters = _words(search, _APART) if self.exact else (self.words, self.ranked)
            asked.append(words)
            self.parameters += parameters
        for mark in marks(search.filters):
            asked.append("%s::tsquery")
            self.parameters.append(f"'{mark}'")
        if years:
            since, marked = _recent(years)
            low = max(low, since)
            asked.append("%s::tsquery")
            self.parameters.append(marked)
        if self.words:
            alone = [term for term in query.without if len(term) == 1]
            asked += [f"!!{_PHRASE}"] * len(alone)
            self.parameters += [" ".join(term) for term in alone]
        conditions = [f"t.vector @@ ({' && '.join(asked)})"] if asked else []
        self.where = " AND ".join([*conditions, "t.slot >= %s AND t.slot < %s"])
        self.parameters += [low, high]

    def _exact(self, search: Search) -> tuple[str, list[str]]:
        """What the index cannot say; blank where it says all."""
        query = search.query
        if not query.terms:
            return "", []
        parts, parameters = [], []
        if any(len(term) > 1 for term in query.terms):
            parts.append(self.words)
            parameters += self.ranked
        long = [" ".join(term) for term in query.without if len(term) > 1]
        parts += [f"!!{_PHRASE}"] * len(long)
        return " && ".join(parts), parameters + long


def _recent(years: int) -> tuple[int, str]:
    """The first slot of so many years, and what everything has that stands there or after it.

    Few of the others have it, so few are fetched only to see when they were published.
    """
    year = timezone.localdate().year
    low, _ = moments(Filters(since=date(year - years + 1, 1, 1)))
    # What has a moment to come counts too; only articles always have a year.
    labels = [label("year", number) for number in range(year - years + 1, year + 2)]
    labels += [kind_label(kind) for kind in Kind.values if kind != Kind.ARTICLE]
    return low, " | ".join(f"'{mark}'" for mark in labels)


def _words(search: Search, function: str) -> tuple[str, list[str]]:
    """The terms as one query; blank where there are none."""
    query = search.query
    if not query.terms:
        return "", []
    choices = query.nearly if search.nearly else (query.terms,)
    sql = " || ".join("(" + " && ".join([function] * len(choice)) + ")" for choice in choices)
    return f"({sql})", [" ".join(term) for choice in choices for term in choice]


@contextmanager
def _planned() -> Iterator[None]:
    """Statements that are found through the index of words."""
    asked = replica.connection()
    inside = asked.in_atomic_block
    with transaction.atomic(using=asked.alias, savepoint=False), asked.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {how}" for name, how in _PLANNED.items()))
        yield
        if inside:
            cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _PLANNED))


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

    def find(self, search: Search) -> Found:
        """Results, counts and extracts."""
        with _planned():
            return super().find(search)

    def count(self, search: Search) -> int:
        """How many results there are, ``COUNTED`` at most."""
        with _planned():
            return self._count(search)

    def suggest(self, words: Sequence[str], kind: str, most: int) -> list[int]:
        """Numbers of the newest things of a kind whose title has words that begin so."""
        *whole, begun = [f"'{word}'" for word in words]
        asked = " & ".join([*whole, f"{begun}:*"])
        rows: list[Any] = []
        with _planned():
            # Only of articles there are so many that to sort all hits takes long.
            for years in (*YEARS, None) if kind == Kind.ARTICLE else (None,):
                low = _recent(years)[0] if years else -(2**62)
                rows = self.rows(
                    "SELECT e.object_id FROM ("
                    "SELECT slot FROM search_text"
                    # The label is no word, and stands in the index as it is.
                    " WHERE begun @@ (to_tsquery('search_words', %s) && %s::tsquery) AND slot >= %s"
                    " ORDER BY slot DESC LIMIT %s) t JOIN search_entry e USING (slot)"
                    " ORDER BY t.slot DESC",
                    [asked, f"'{kind_label(kind)}'", low, most],
                )
                if len(rows) == most:
                    break
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

    def _newest_of(self, search: Search, select: str, end: str) -> list[Any]:
        """``COUNTED`` rows of the condition at most, the last years first.

        To sort all hits of a frequent word takes far longer.
        """
        found: list[Any] = []
        few = search.filters.kind and search.filters.kind != Kind.ARTICLE
        for years in (None,) if few else (*YEARS, None):
            if years and years > 1 and len(found) * years < COUNTED:
                continue
            asked = _Statement(search, years=years)
            inner = f"FROM search_text t WHERE {asked.where} {end} LIMIT {COUNTED}"
            found = self.rows(select.format(inner), asked.parameters)
            if len(found) == COUNTED:
                break
        return found

    def _count(self, search: Search) -> int:
        if _Statement(search).exact:
            return len(self._newest(search)[0])
        asked = _Statement(search)
        rows = self.rows(
            # No order: any so many will do.
            "SELECT count(*) FROM (SELECT 1 FROM search_text t"  # noqa: S608 - placeholders
            f" WHERE {asked.where} LIMIT {COUNTED}) AS found",
            asked.parameters,
        )
        return int(rows[0][0])

    def _newest(self, search: Search) -> tuple[list[tuple[int, str]], bool]:
        """Looks at no more than the newest texts that hold the words of a phrase.

        Whether they stand together is told by the vectors, which are long.
        """
        asked = _Statement(search)
        end = "ORDER BY t.slot DESC"
        if not asked.exact:
            return self._newest_of(search, "SELECT t.slot, t.labels {}", end), False
        found = self._newest_of(search, "SELECT t.slot {}", end)
        rows = self.rows(
            # ``OFFSET`` keeps the index from being asked again, for all there are.
            "SELECT t.slot, t.labels FROM (SELECT slot, labels, vector FROM search_text"  # noqa: S608 - placeholders
            " WHERE slot = ANY(string_to_array(%s, ',')::bigint[]) OFFSET 0) t"
            f" WHERE t.vector @@ ({asked.exact})"
            " ORDER BY t.slot DESC",
            [",".join(str(row[0]) for row in found), *asked.exact_parameters],
        )
        return rows, len(found) == COUNTED

    def _scored(self, search: Search, newest: Sequence[int]) -> list[tuple[int, str, float]]:
        """The newest hits by their whole vectors, and those with the words in their title."""
        asked = _Statement(search)
        entries = "JOIN search_entry e ON e.slot = t.slot"
        found: list[tuple[int, str, float]] = self.rows(
            f"SELECT t.slot, e.kind, ts_rank(%s::real[], t.vector, {asked.words})"  # noqa: S608 - placeholders
            f" FROM search_text t {entries} WHERE t.slot = ANY(%s)",
            [WEIGHTS, *asked.ranked, list(newest[:WEIGHED])],
        )
        low, high = moments(search.filters)
        between = newest[-1] if len(newest) == COUNTED else low
        in_titles = self._in_titles(search, between, high)
        if between > low and len(in_titles) < TITLES:
            in_titles += self._in_titles(search, low, between)
        return found + in_titles

    def _in_titles(self, search: Search, low: int, high: int) -> list[tuple[int, str, float]]:
        """The newest hits in titles between two slots."""
        words, ranked = _words(search, _PHRASE)
        without = [" ".join(term) for term in search.query.without]
        left_out = f" WHERE t.vector @@ ({' && '.join([f'!!{_PHRASE}'] * len(without))})"
        return self.rows(
            f"SELECT t.slot, e.kind, ts_rank(%s::real[], t.title_vector, {words})"  # noqa: S608 - placeholders
            # Titles and labels are short: only these are read before the limit.
            " FROM (SELECT slot, title_vector, vector FROM search_text"
            f" WHERE title_vector @@ {words} AND slot >= %s AND slot < %s"
            " AND string_to_array(labels, ' ') @> %s::text[]"
            f" ORDER BY slot DESC LIMIT {TITLES}) t JOIN search_entry e ON e.slot = t.slot"
            + (left_out if without else ""),
            [TITLE_WEIGHTS, *ranked, *ranked, low, high, list(marks(search.filters)), *without],
        )

    def _oldest(self, search: Search, start: int, size: int) -> list[int]:
        asked = _Statement(search)
        rows = self.rows(
            f"SELECT t.slot FROM search_text t WHERE {asked.where}"  # noqa: S608 - placeholders
            f" ORDER BY t.slot ASC LIMIT {size} OFFSET {start}",
            asked.parameters,
        )
        return [row[0] for row in rows]

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

"""The index in SQLite: two FTS5 tables, of stems for searching and of words for suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from search.engine import (
    CLOSE,
    COUNTED,
    EXTRACT_WORDS,
    OPEN,
    REACHABLE,
    WEIGHTS,
    choose_extract,
    marks,
    moments,
)
from search.labels import kind_label
from search.queries import Search
from search.tables import Row, Tables

Terms = Sequence[tuple[str, ...]]

_RANGE = "search_text MATCH %s AND t.rowid >= %s AND t.rowid < %s"
_BM25 = f"bm25(search_text, {', '.join(map(str, WEIGHTS))}, 0)"


def _term(term: Sequence[str]) -> str:
    """One string of FTS5: its tokenizer parts it again, and nothing in it is an operator."""
    return '"' + " ".join(term) + '"'


def _all(terms: Terms) -> str:
    return "(" + " AND ".join(map(_term, terms)) + ")"


def _expression(search: Search, column: str = "") -> str:
    """What MATCH is given; blank where everything is wanted."""
    query = search.query
    parts: list[str] = []
    if query.terms:
        choices = query.nearly if search.nearly else (query.terms,)
        words = "(" + " OR ".join(map(_all, choices)) + ")"
        parts.append(f"({column} : {words})" if column else words)
    parts += [_term([mark]) for mark in marks(search.filters)]
    wanted = " AND ".join(parts)
    if wanted and query.without:
        wanted = f"({wanted}) NOT (" + " OR ".join(map(_term, query.without)) + ")"
    return wanted


class SQLiteIndex(Tables):
    """Scans the index from the newest entry on, which FTS5 does in the order of its rows."""

    all_texts = (
        "SELECT rowid, title, introduction, body, names, labels FROM search_text"
        " WHERE rowid > %s ORDER BY rowid LIMIT %s"
    )
    texts_of = (
        "SELECT rowid, title, introduction, body, names, labels FROM search_text WHERE rowid IN"
    )
    strays = "SELECT rowid FROM search_text WHERE rowid NOT IN (SELECT slot FROM search_entry)"

    def _count(self, search: Search) -> int:
        expression = _expression(search)
        table = "search_text t" if expression else "search_entry t"
        counted = "SELECT count(*) FROM (SELECT 1"
        return int(self._ask(counted, table, search, expression, f"LIMIT {COUNTED})")[0][0])

    def suggest(self, words: Sequence[str], kind: str, most: int) -> list[int]:
        """Numbers of the newest things of a kind whose title has words that begin so."""
        *whole, begun = map(_term, [[word] for word in words])
        expression = " AND ".join([*whole, f"{begun}*", _term([kind_label(kind)])])
        rows = self.rows(
            "SELECT e.object_id FROM search_title t JOIN search_entry e ON e.slot = t.rowid"
            " WHERE search_title MATCH %s ORDER BY t.rowid DESC LIMIT %s",
            [expression, most],
        )
        return [row[0] for row in rows]

    def write(self, rows: Iterable[Row]) -> None:
        """Put texts and labels into their slots."""
        with connection.cursor() as cursor:
            for row in rows:
                cursor.execute(
                    "INSERT OR REPLACE INTO search_text (rowid, title, introduction, body, names, labels)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    row,
                )
                title = f"{row[1]} {row[5].split(' ', 1)[0]}"
                cursor.execute(
                    "INSERT OR REPLACE INTO search_title (rowid, title) VALUES (%s, %s)",
                    [row[0], title],
                )

    def erase(self, slots: Sequence[int]) -> None:
        """Take out the texts of slots."""
        with connection.cursor() as cursor:
            for slot in slots:
                cursor.execute("DELETE FROM search_text WHERE rowid = %s", [slot])
                cursor.execute("DELETE FROM search_title WHERE rowid = %s", [slot])

    def _ask(
        self, select: str, table: str, search: Search, expression: str, end: str = ""
    ) -> list[Any]:
        """Rows of a range of time that hold what is asked; all of it where nothing is asked."""
        low, high = moments(search.filters)
        if expression:
            where, parameters = _RANGE, [expression, low, high]
        else:
            where, parameters = "t.slot >= %s AND t.slot < %s", [low, high]
        return self.rows(f"{select} FROM {table} WHERE {where} {end}", parameters)

    def _newest(self, search: Search) -> tuple[list[tuple[int, str]], bool]:
        expression = _expression(search)
        if expression:
            table, slot = "search_text t JOIN search_entry e ON e.slot = t.rowid", "t.rowid"
        else:
            table, slot = "search_entry t JOIN search_entry e ON e.slot = t.slot", "t.slot"
        end = f"ORDER BY {slot} DESC LIMIT {COUNTED}"
        return self._ask(f"SELECT {slot}, e.labels", table, search, expression, end), False

    def _scored(self, search: Search, newest: Sequence[int]) -> list[tuple[int, str, float]]:
        table = "search_text t JOIN search_entry e ON e.slot = t.rowid"
        end = f"ORDER BY t.rowid DESC LIMIT {REACHABLE}"
        select = f"SELECT t.rowid, e.kind, -{_BM25}"
        return [
            row
            for column in ("", "title")
            for row in self._ask(select, table, search, _expression(search, column), end)
        ]

    def _oldest(self, search: Search, start: int, size: int) -> list[int]:
        expression = _expression(search)
        table, slot = ("search_text t", "t.rowid") if expression else ("search_entry t", "t.slot")
        end = f"ORDER BY {slot} ASC LIMIT {size} OFFSET {start}"
        return [row[0] for row in self._ask(f"SELECT {slot}", table, search, expression, end)]

    def _extracts(self, search: Search, slots: Sequence[int]) -> dict[int, tuple[str, str]]:
        expression = _expression(search)
        holes = ", ".join(["%s"] * len(slots))
        if not search.query.terms:
            rows = self.rows(
                "SELECT rowid, title, introduction, '' FROM search_text"  # noqa: S608 - placeholders
                f" WHERE rowid IN ({holes})",
                slots,
            )
        else:
            rows = self.rows(
                "SELECT rowid, highlight(search_text, 0, %s, %s), highlight(search_text, 1, %s, %s),"  # noqa: S608 - as above
                f" snippet(search_text, 2, %s, %s, '…', {EXTRACT_WORDS})"
                f" FROM search_text WHERE search_text MATCH %s AND rowid IN ({holes})",
                [*[OPEN, CLOSE] * 3, expression, *slots],
            )
        return {slot: (title, choose_extract(intro, body)) for slot, title, intro, body in rows}

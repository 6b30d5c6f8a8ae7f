"""The admin's search on SQLite: Wagtail's own, with the index asked once instead of for each row."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from django.db.models import Count, Exists, FloatField, Func, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from modelsearch.backends.base import FilterFieldError
from modelsearch.backends.database.sqlite import sqlite as stock
from modelsearch.backends.database.sqlite.query import (
    MatchExpression,
    SQLiteFTSIndexEntry,
    normalize,
)
from modelsearch.query import MatchAll, Not
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.search.models import IndexEntry

# In the order of the table's columns: words that are completed, body, title.
WEIGHTS = (1.0, 1.0, 4.0)
# Of a frequent word so many of the best hits are looked at, counted and offered.
BEST = 2_000
Scores = dict[Any, float]


class _WeighedBM25(Func):
    """How well a row answers, the best the least, with more weight on the title."""

    output_field = FloatField()

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, list[Any]]:
        """A call that names the table itself, as FTS5 wants it."""
        weights = ", ".join(map(str, WEIGHTS))
        return f"bm25({SQLiteFTSIndexEntry._meta.db_table}, {weights})", []


def _numbers(keys: list[int]) -> RawSQL:
    """One parameter, however many there are."""
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])


class _OneScan:
    """Asks the index once for all its hits, and hands their numbers to the query of rows."""

    fields: Any
    query: Any
    queryset: QuerySet[Any]

    def scores(self, config: Any, most: int | None) -> tuple[bool, Scores] | None:
        """Whether the rows are to be left out, and the score of each; None where all are wanted.

        ``most`` is how many of the best are wanted; None for all. What is left out, is so entirely.
        """
        query = normalize(self.query)
        leave_out = isinstance(query, Not)
        if leave_out:
            query, most = query.subquery, None
        if isinstance(query, MatchAll):
            return (False, {}) if leave_out else None
        built = self.build_search_query(query, config=config)  # type: ignore[attr-defined]
        if built is None:
            return False, {}
        match = MatchExpression(self.fields or self.FTS_TABLE_FIELDS, built)  # type: ignore[attr-defined]
        # Nothing is joined: SQLite would begin with the other table, and ask for each of its rows.
        of_model = IndexEntry.objects.filter(
            pk=OuterRef("pk"),
            content_type__in=get_descendants_content_types_pks(self.queryset.model),
        )
        hits = SQLiteFTSIndexEntry.objects.filter(match, Exists(of_model))
        hits = hits.annotate(score=_WeighedBM25()).order_by("score")
        found = dict(hits.values_list("index_entry_id", "score")[:most])
        entries = IndexEntry.objects.filter(pk__in=_numbers(list(found)))
        key = self.queryset.model._meta.pk
        while key.remote_field:
            key = key.remote_field.model._meta.pk
        return leave_out, {
            key.to_python(number): found[entry]
            for number, entry in entries.values_list("object_id", "pk")
        }

    def narrowed(self, scores: tuple[bool, Scores] | None) -> QuerySet[Any]:
        """The rows that were found."""
        if scores is None:
            return self.queryset
        leave_out, found = scores
        keys: Any = list(found)
        if all(isinstance(key, int) for key in keys):
            keys = _numbers(keys)
        condition = {"pk__in": keys}
        return (
            self.queryset.exclude(**condition) if leave_out else self.queryset.filter(**condition)
        )


class _Compiler(_OneScan, stock.SQLiteSearchQueryCompiler):
    """For searching."""


class _AutocompleteCompiler(_OneScan, stock.SQLiteAutocompleteQueryCompiler):
    """For completing."""


class _Results(stock.SQLiteSearchResults):
    """Results whose scores were all read at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[tuple[bool, Scores] | None] = []

    def _scores(self) -> tuple[bool, Scores] | None:
        """Those of the best hits; of all, where the rows that are asked for are few of the best."""
        if not self._kept:
            compiler, config = self.query_compiler, self.query_compiler.get_config(self.backend)
            found = compiler.scores(config, BEST)
            many = found is not None and not found[0] and len(found[1]) == BEST
            if many and compiler.narrowed(found).count() <= BEST // 2:
                found = compiler.scores(config, None)
            self._kept.append(found)
        return self._kept[0]

    def _clone(self) -> _Results:
        clone: _Results = super()._clone()
        # What one has asked for, the others have too.
        clone._kept = self._kept
        return clone

    def _do_search(self) -> list[Any]:
        compiler, scores = self.query_compiler, self._scores()
        rows = compiler.narrowed(scores)
        if scores is None or scores[0] or not compiler.order_by_relevance:
            if not rows.query.order_by and not compiler.order_by_relevance:
                rows = rows.order_by("-pk")
            return self._scored(list(rows[self.start : self.stop]), scores)
        found = scores[1]
        keys = sorted(
            rows.order_by().values_list("pk", flat=True), key=lambda key: (found[key], -key)
        )[self.start : self.stop]
        by_key = {row.pk: row for row in compiler.queryset.filter(pk__in=keys)}
        return self._scored([by_key[key] for key in keys if key in by_key], scores)

    def _scored(self, rows: list[Any], scores: tuple[bool, Scores] | None) -> list[Any]:
        if self._score_field and scores and not scores[0]:
            for row in rows:
                setattr(row, self._score_field, scores[1].get(row.pk))
        return rows

    def _do_count(self) -> int:
        number = self.query_compiler.narrowed(self._scores()).count() - self.start
        if self.stop is not None:
            number = min(number, self.stop - self.start)
        return max(number, 0)

    def facet(self, field_name: str) -> OrderedDict[Any, int]:
        """How many results have each value of a field."""
        if self.query_compiler._get_filterable_field(field_name) is None:
            raise FilterFieldError(
                f"{field_name!r} is no FilterField of search_fields.", field_name=field_name
            )
        rows = self.query_compiler.narrowed(self._scores()).order_by().values(field_name)
        counted = rows.annotate(count=Count("pk")).order_by("-count")
        return OrderedDict((row[field_name], row["count"]) for row in counted)


class _Index(stock.SQLiteIndex):
    """Leaves titles unweighed: bm25 weighs them, and to do so for each save reads every row."""

    def _refresh_title_norms(self, full: bool = False) -> None:
        pass


class SQLiteAdminSearch(stock.SQLiteSearchBackend):
    """SQLite's, asking its index once."""

    query_compiler_class = _Compiler
    autocomplete_query_compiler_class = _AutocompleteCompiler
    results_class = _Results
    index_class = _Index

"""The index in the site's own database: SQLite's or PostgreSQL's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from search.postgresql import PostgreSQLIndex
from search.sqlite import SQLiteIndex

if TYPE_CHECKING:
    from search.tables import Tables

_INDEXES: dict[str, Tables] = {"sqlite": SQLiteIndex(), "postgresql": PostgreSQLIndex()}


def index() -> Tables:
    """The one of the database that the site uses."""
    return _INDEXES[connection.vendor]

"""The search of the admin: that of Wagtail for the site's database."""

from __future__ import annotations

from typing import Any

from django.db import connection
from modelsearch.backends.database import SearchBackend as DatabaseSearchBackend


def SearchBackend(parameters: dict[str, Any]) -> Any:
    """The backend for the site's database."""
    if connection.vendor == "sqlite":
        # It needs tables that other databases do not have.
        from search.admin_sqlite import SQLiteAdminSearch  # noqa: PLC0415

        return SQLiteAdminSearch(parameters)
    return DatabaseSearchBackend(parameters)

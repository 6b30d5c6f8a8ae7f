"""Searching what the site publishes."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from wagtail.signals import page_published


class SearchConfig(AppConfig):
    """The readers' index, what keeps it right, and the pages that ask it."""

    name = "search"
    verbose_name = "Search"

    def ready(self) -> None:
        """Listen to what is published, and fill the index when it is new."""
        from news.merging.signals import touched  # noqa: PLC0415 - models are loaded by now
        from search import admin_index, signals  # noqa: PLC0415 - as above

        signals.connect()
        page_published.connect(admin_index.index_again)
        touched.connect(admin_index.index_touched)
        post_migrate.connect(_fill, sender=self)


def _fill(plan: list[tuple[Any, bool]], **_: object) -> None:
    """Index a site that had articles before it had this index."""
    from search import indexing  # noqa: PLC0415 - models are loaded by now

    new = any(
        migration.app_label == "search" and migration.name == "0001_entries" and not backwards
        for migration, backwards in plan
    )
    if new:
        for kind in indexing.KINDS:
            for _number in indexing.rebuild(kind):
                pass

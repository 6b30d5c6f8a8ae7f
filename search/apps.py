"""Searching what the site publishes."""

from django.apps import AppConfig
from wagtail.signals import page_published


class SearchConfig(AppConfig):
    """One view over the search backend."""

    name = "search"
    verbose_name = "Search"

    def ready(self) -> None:
        """Index what is published once more, when it is whole, and what a merge touched."""
        from news.merging.signals import touched  # noqa: PLC0415 - models are loaded by now
        from search.indexing import (  # noqa: PLC0415 - models are loaded by now
            index_again,
            index_touched,
        )

        page_published.connect(index_again)
        touched.connect(index_touched)

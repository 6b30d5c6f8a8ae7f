"""Searching what the site publishes."""

from django.apps import AppConfig
from wagtail.signals import page_published


class SearchConfig(AppConfig):
    """One view over the search backend."""

    name = "search"
    verbose_name = "Search"

    def ready(self) -> None:
        """Index what is published once more, when it is whole."""
        from search.indexing import index_again  # noqa: PLC0415 - models are loaded by now

        page_published.connect(index_again)

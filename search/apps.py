"""Searching what the site publishes."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One view over the search backend."""

    name = "search"
    verbose_name = "Search"

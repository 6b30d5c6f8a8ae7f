"""The newsroom: articles, their commentary, and how it is drafted and reviewed."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    """Articles, categories, sources, related links, drafting and review."""

    name = "news"
    verbose_name = "News"

"""The newsroom: articles, their commentary, and how it is drafted and reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from wagtail.signals import page_published

if TYPE_CHECKING:
    from news.models import ArticlePage


class NewsConfig(AppConfig):
    """Articles, categories, sources, related links, drafting and review."""

    name = "news"
    verbose_name = "News"

    def ready(self) -> None:
        """Listen for articles published, for those that show other links, and for slugs given up."""
        from news import former_slugs, page_tags, websub  # noqa: PLC0415 - models are ready only now
        from news.curation.announcing import purge, shown_links_changed  # noqa: PLC0415 - models are ready only now

        shown_links_changed.connect(purge)
        page_published.connect(_look_again, sender=self.get_model("ArticlePage"))
        former_slugs.listen()
        websub.listen()
        page_tags.listen()


def _look_again(instance: ArticlePage, **kwargs: object) -> None:
    """Have an article looked at again that names what was over before it was published."""
    from advocacy import staleness  # noqa: PLC0415 - models are ready only now
    from news.presentation import registry_entries  # noqa: PLC0415 - models are ready only now

    named = registry_entries(instance)
    if instance.petition_id:
        named["petition"].add(instance.petition_id)
    staleness.queue_published(place=instance, named=named)

"""The front page and the pages about the newsroom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from cms.core.blocks import ProseStreamBlock
from cms.core.models import BasePage
from cms.core.own_paths import TopPage
from cms.core.privacy import restrictions_above
from cms.core.streams import StreamField
from home.blocks import FrontPageBlock

if TYPE_CHECKING:
    from django.http import HttpRequest


class HomePage(BasePage):
    """The front page."""

    sections = StreamField(
        FrontPageBlock(),
        blank=True,
        help_text="What the front page shows, in this order. Drag to change it.",
    )

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["news.ArticleIndexPage", "news.CategoryIndexPage", "home.StandardPage"]
    max_count = 1

    content_panels = [*BasePage.content_panels, FieldPanel("sections")]

    class Meta:
        verbose_name = "front page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Hand the sections one set, so that no article stands on the page twice."""
        return {**super().get_context(request, *args, **kwargs), "shown_articles": set()}

    @property
    def promises_articles(self) -> bool:
        """Whether a reader expects articles here; without any section, nothing else is promised."""
        kinds = {section.block_type for section in self.sections}
        return not kinds or not kinds.isdisjoint({"lead", "latest"})


class StandardPageQuerySet(PageQuerySet):
    """Questions about standard pages."""

    def footer_links(self) -> Self:
        """The pages that the footer of every page leads to."""
        return (
            # Else SQLite looks through the pages of all kinds.
            self.exact_type(StandardPage)
            .live()
            .in_menu()
            .filter(~models.Exists(restrictions_above()))
            .order_by("path")
            .only("title", "url_path", "slug")
        )


class StandardPageManager(PageManager.from_queryset(StandardPageQuerySet)):  # type: ignore[misc]
    """Standard pages."""


class StandardPage(TopPage):
    """A page about the newsroom: who we are, our policy, privacy, corrections."""

    introduction = models.TextField(blank=True)
    body = StreamField(ProseStreamBlock(), blank=True)

    objects = StandardPageManager()

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []

    content_panels = [*TopPage.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    search_fields = [
        *TopPage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "standard page"

    @property
    def description(self) -> str:
        """What the page is about."""
        return super().description or self.introduction

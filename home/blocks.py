"""The sections of the front page, in an order that editors choose."""

from __future__ import annotations

from typing import Any

from wagtail import blocks

from advocacy.models import AdvocacySettings, Petition
from advocacy.page_tags import PETITIONS
from cms.core.page_cache import tags
from cms.core.streams import StreamBlock
from news import counts
from news.models import ArticlePage
from news.tag_names import ARTICLES

OTHER_FEATURED = 2


class FrontPageSection(blocks.StructBlock):
    """A section that fetches what it shows when the page is read."""

    heading = blocks.CharBlock(max_length=80, required=False)

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Add what the section shows, and remember which articles the page has shown already."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        # The page hands one set to all its sections, so that no article stands there twice.
        shown: set[int] = context.setdefault("shown_articles", set())
        context.update(self.fetch(value, shown=shown, context=context))
        return context

    def fetch(self, value: Any, *, shown: set[int], context: dict[str, Any]) -> dict[str, Any]:
        """What the section shows; ``shown`` is read and added to."""
        raise AssertionError("Every section says what it shows.")


class LeadSection(FrontPageSection):
    """The newest featured article, large."""

    def fetch(self, value: Any, *, shown: set[int], context: dict[str, Any]) -> dict[str, Any]:
        """The lead story: the newest featured article, else the newest of all."""
        tags.show(ARTICLES)
        articles = ArticlePage.objects.live().public().exclude(pk__in=shown).newest()
        # By number first: SQLite else sorts all that is featured with all that a card shows.
        numbers = articles.values_list("pk", flat=True)
        number = numbers.featured().first() or numbers.first()
        lead = ArticlePage.objects.filter(pk=number).for_cards().first()
        if lead:
            shown.add(lead.pk)
        return {"article": lead}

    class Meta:
        icon = "pick"
        label = "Lead story"
        template = "home/blocks/lead.html"
        description = "The newest featured article, large; without one, the newest article."


class LatestSection(FrontPageSection):
    """The newest articles."""

    count = blocks.IntegerBlock(min_value=1, max_value=24, default=8)

    def fetch(self, value: Any, *, shown: set[int], context: dict[str, Any]) -> dict[str, Any]:
        """The newest articles that the page does not show already."""
        tags.show(ARTICLES)
        articles = list(
            ArticlePage.objects.live()
            .public()
            .exclude(pk__in=shown)
            .newest()
            .for_cards()[: value.get("count") or 8]
        )
        shown.update(article.pk for article in articles)
        return {"articles": articles}

    class Meta:
        icon = "list-ul"
        label = "Latest"
        template = "home/blocks/latest.html"
        description = "The newest articles that are not shown above."


class PetitionSection(FrontPageSection):
    """The most urgent petition."""

    def fetch(self, value: Any, *, shown: set[int], context: dict[str, Any]) -> dict[str, Any]:
        """The open petition that closes first; without one, the site's default petition."""
        tags.show(PETITIONS)
        petition = Petition.objects.open_now().most_urgent().first()
        if petition is None:
            request = context.get("request")
            site_default = (
                AdvocacySettings.for_request(request).default_petition if request else None
            )
            petition = site_default if site_default and site_default.live else None
        return {"petition": petition}

    class Meta:
        icon = "form"
        label = "Most urgent petition"
        template = "home/blocks/petition.html"
        description = "The open petition that closes first."


class CategoriesSection(FrontPageSection):
    """The categories with their number of articles."""

    def fetch(self, value: Any, *, shown: set[int], context: dict[str, Any]) -> dict[str, Any]:
        """Categories that have an article."""
        return {"categories": counts.categories_in_use()}

    class Meta:
        icon = "folder-open-inverse"
        label = "Categories"
        template = "home/blocks/categories.html"
        description = "All categories that have an article."


class FrontPageBlock(StreamBlock):
    """The front page's sections."""

    lead = LeadSection()
    latest = LatestSection()
    petition = PetitionSection()
    categories = CategoriesSection()

    class Meta:
        required = False
        block_counts = {
            "lead": {"max_num": 1},
            "petition": {"max_num": 1},
            "categories": {"max_num": 1},
        }

"""What search engines are told of: the lists, and each petition, letter and representative.

Answers to ZIP codes and everything behind a link from a mail stand in no list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from advocacy.models import Letter, Petition, Representative
from cms.core.sitemaps import OurSitemap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Any

    from django.db.models import QuerySet

    from advocacy.models.content import PublishedContent


class ListsSitemap(OurSitemap):
    """The two lists."""

    def items(self) -> Sequence[str]:
        """Their names in ``advocacy.urls``."""
        return ["petitions", "representatives"]

    def location(self, item: str) -> str:
        """Where it is."""
        return reverse(f"advocacy:{item}")


class ContentSitemap(OurSitemap):
    """Snippets with a page of their own."""

    def __init__(self, found: Callable[[], QuerySet[Any]]) -> None:
        self.found = found

    def items(self) -> QuerySet[Any]:
        """By their addresses; only what makes those is read."""
        return self.found().order_by("slug").only("slug", "last_published_at")

    def lastmod(self, item: PublishedContent) -> datetime | None:
        """When readers were first shown what they see."""
        return item.last_published_at


SITEMAPS = {
    "advocacy": ListsSitemap,
    "petitions": ContentSitemap(lambda: Petition.objects.listed()),
    "letters": ContentSitemap(lambda: Letter.objects.public()),
    "representatives": ContentSitemap(lambda: Representative.objects.public().in_office()),
}

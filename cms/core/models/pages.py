"""The abstract base of all pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

from cms.core import kept_pages
from cms.core.models.pictures import Picture
from cms.core.page_cache import tags

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class BasePage(Page):
    """A page with what search engines and networks show of it."""

    social_image = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Shown where the page is shared. Without one, the lead picture is used.",
    )

    promote_panels = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            "For search engines",
        ),
        MultiFieldPanel([FieldPanel("social_image"), FieldPanel("show_in_menus")], "For sharing"),
    ]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what the page's head needs: title, description, canonical address, picture."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["head"] = {
            "title": self.seo_title or self.title,
            "description": self.description,
            "canonical": self.get_full_url(request),
            "image": self.picture_for_sharing,
            "type": self.open_graph_type,
        }
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page as it was made before, where nothing that it shows has changed since.

        Who may read it was asked before this.
        """
        request.is_preview = False  # type: ignore[attr-defined]

        def answer() -> HttpResponseBase:
            # Wagtail found it before anybody noted what this page shows.
            tags.show(f"page:{self.pk}")
            response: HttpResponseBase = super(BasePage, self.as_a_whole()).serve(
                request, *args, **kwargs
            )
            return response

        return kept_pages.page(request, self.pk, answer)

    def as_a_whole(self) -> Self:
        """The page with all that it shows; where it was found without, subclasses look it up."""
        return self

    @property
    def description(self) -> str:
        """One or two sentences that say what the page is; subclasses know a better fallback."""
        return self.search_description

    @property
    def picture_for_sharing(self) -> Picture | None:
        """The picture that networks show; subclasses know a better fallback."""
        return self.social_image

    @property
    def open_graph_type(self) -> str:
        """The type of the page in the Open Graph vocabulary."""
        return "website"

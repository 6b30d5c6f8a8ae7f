"""Subjects that articles are filed under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.contrib.routable_page.models import path as route
from wagtail.models import RevisionMixin
from wagtail.search import index

from cms.core import kept_pages
from cms.core.own_paths import TopPage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase


class Category(RevisionMixin, index.Indexed, models.Model):
    """A subject."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    introduction = models.TextField(
        blank=True, help_text="A sentence or two for the head of the category's page."
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
        limit_choices_to={"parent": None},
        help_text="The category that this one belongs to. That one's page and feeds show this"
        " one's articles too. There is one level below, no more.",
    )

    # What ``news.counts`` says of it.
    article_count: int
    latest_id: int | None

    panels = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug"),
        FieldPanel("parent"),
        FieldPanel("introduction"),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("slug"),
    ]

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """One level below, no more, and no circle."""
        super().clean()
        if self.parent is None:
            return
        if self.parent_id == self.pk:
            raise ValidationError({"parent": "A category cannot belong to itself."})
        if self.parent.parent_id is not None:
            raise ValidationError(
                {"parent": f"“{self.parent}” belongs to another category. Choose that one."}
            )
        if self.pk and (below := self.children.first()):
            raise ValidationError(
                {
                    "parent": f"“{below}” belongs to this category, and there is one level only."
                    " Give those below it another place first."
                }
            )

    @cached_property
    def family(self) -> list[int]:
        """The numbers of this category and of those below it."""
        return [self.pk, *Category.objects.filter(parent=self).values_list("pk", flat=True)]

    def get_absolute_url(self) -> str:
        """The category's page; its address is part of the contract with the outside."""
        return f"/categories/{self.slug}/"


class CategoryIndexPage(RoutablePageMixin, TopPage):
    """All categories, and below it a page for each."""

    introduction = models.TextField(blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    own_slug = "categories"

    content_panels = [*TopPage.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = "category index"

    @property
    def description(self) -> str:
        """What the page is."""
        return super().description or self.introduction

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As every page of ours: the mixin answers without asking what it is mixed into."""
        answer = super().serve
        return kept_pages.page(request, self.pk, lambda: answer(request, *args, **kwargs))

    @route("")
    def all_categories(self, request: HttpRequest) -> HttpResponse:
        """Every category with its number of articles and its latest one."""
        from news import category_pages  # noqa: PLC0415 - it reads this model

        context = category_pages.index()
        return self.render(request, context_overrides=context)

    @route("<slug:slug>/", name="category")
    def one_category(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The articles of one category, newest first."""
        from news import category_pages  # noqa: PLC0415 - it reads this model

        category = Category.objects.select_related("parent").filter(slug=slug).first()
        if category is None:
            from news import former_slugs  # noqa: PLC0415 - it reads this model

            return former_slugs.redirect(request, kind="category", slug=slug)
        return self.render(
            request,
            context_overrides=category_pages.category(self, request, category),
            template="news/category_page.html",
        )

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """The index and each category that has an article."""
        from news import counts  # noqa: PLC0415 - it reads this model

        base = self.get_full_url(request)
        return [
            *super().get_sitemap_urls(request),
            *({"location": f"{base}{row.slug}/"} for row in counts.categories_in_use()),
        ]

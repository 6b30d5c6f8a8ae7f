"""Subjects that articles are filed under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.core.paginator import Paginator
from django.db import models
from django.shortcuts import get_object_or_404
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.contrib.routable_page.models import path as route
from wagtail.models import PageViewRestriction, RevisionMixin
from wagtail.search import index

from cms.core.models import BasePage

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

ARTICLES_A_PAGE = 20


class CategoryQuerySet(models.QuerySet["Category"]):
    """Questions about categories."""

    def with_counts(self) -> Self:
        """Each with ``article_count``: how many articles under it every reader can open."""
        shown = models.Q(articles__live=True)
        for path in PageViewRestriction.objects.values_list("page__path", flat=True):
            shown &= ~models.Q(articles__path__startswith=path)
        return self.annotate(article_count=models.Count("articles", filter=shown))

    def in_use(self) -> Self:
        """Those that have an article to show, with their counts."""
        return self.with_counts().filter(article_count__gt=0)


class Category(RevisionMixin, index.Indexed, models.Model):
    """A subject."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    introduction = models.TextField(
        blank=True, help_text="A sentence or two for the head of the category's page."
    )

    objects = CategoryQuerySet.as_manager()

    panels = [
        TitleFieldPanel("name", targets=["slug"]),
        FieldPanel("slug"),
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

    def get_absolute_url(self) -> str:
        """The category's page; its address is part of the contract with the outside."""
        return f"/categories/{self.slug}/"


class CategoryIndexPage(RoutablePageMixin, BasePage):
    """All categories, and below it a page for each."""

    introduction = models.TextField(blank=True)

    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1

    content_panels = [*BasePage.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = "category index"

    @property
    def description(self) -> str:
        """What the page is."""
        return super().description or self.introduction

    @route("")
    def all_categories(self, request: HttpRequest) -> HttpResponse:
        """Every category with its number of articles."""
        return self.render(
            request, context_overrides={"categories": Category.objects.with_counts()}
        )

    @route("<slug:slug>/", name="category")
    def one_category(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The articles of one category, newest first."""
        from news.models.articles import ArticlePage  # noqa: PLC0415 - they name each other

        category = get_object_or_404(Category, slug=slug)
        articles = ArticlePage.objects.live().public().in_category(category).newest().for_cards()
        page_of_articles = Paginator(articles, ARTICLES_A_PAGE).get_page(request.GET.get("page"))
        number = page_of_articles.number
        address = f"{self.get_full_url(request)}{category.slug}/"
        return self.render(
            request,
            context_overrides={
                "category": category,
                "articles": page_of_articles,
                "head": {
                    "title": category.name if number == 1 else f"{category.name}, page {number}",
                    "description": category.introduction,
                    "canonical": address if number == 1 else f"{address}?page={number}",
                    "image": None,
                    "type": "website",
                },
            },
            template="news/category_page.html",
        )

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """The index and each category that has an article."""
        base = self.get_full_url(request)
        counted = Category.objects.in_use()
        return [
            *super().get_sitemap_urls(request),
            *({"location": f"{base}{slug}/"} for slug in counted.values_list("slug", flat=True)),
        ]

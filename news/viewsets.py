"""Lists and forms of the newsroom's small content: sources, categories, related links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from news.models import ArticlePage, Category, RelatedLink, Source

if TYPE_CHECKING:
    from django.forms import ModelForm

    from cms.core.requests import AdminRequest


class SourceViewSet(SnippetViewSet):
    """Publishers."""

    model = Source
    icon = "globe"
    menu_label = "Sources"
    list_display = ["name", "home_page", "extract_limit"]
    search_fields = ["name"]


class CategoryViewSet(SnippetViewSet):
    """Subjects."""

    model = Category
    icon = "folder-open-inverse"
    menu_label = "Categories"
    list_display = ["name", "slug"]
    search_fields = ["name"]


class _RememberWhoDecided:
    """Stamps a related link with whoever decided on it."""

    request: AdminRequest
    form: ModelForm[RelatedLink]

    def save_instance(self) -> RelatedLink:
        """Save the link with its decision."""
        if self.form.instance._state.adding or "status" in self.form.changed_data:
            self.form.instance.decide(by=self.request.user)
        saved: RelatedLink = super().save_instance()  # type: ignore[misc]
        return saved


class RelatedLinkCreateView(_RememberWhoDecided, CreateView):
    """Adds a link; from an article's list, to that article."""

    def get_initial_form_instance(self) -> RelatedLink:
        """Begin with the article that the list was filtered by."""
        link = RelatedLink()
        article = self.request.GET.get("article", "")
        if article.isdigit() and ArticlePage.objects.filter(pk=int(article)).exists():
            link.article_id = int(article)
        return link


class RelatedLinkEditView(_RememberWhoDecided, EditView):
    """Edits a link."""


class RelatedLinkFilterSet(WagtailFilterSet):
    """By article, state and publisher."""

    article = django_filters.ModelChoiceFilter(
        queryset=ArticlePage.objects.filter(related_links__isnull=False)
        .distinct()
        .order_by("title")
    )

    class Meta:
        model = RelatedLink
        fields = ["article", "status", "publisher"]


class RelatedLinkViewSet(SnippetViewSet):
    """Related links of all articles; moderators curate them here."""

    model = RelatedLink
    icon = "link"
    menu_label = "Related links"
    add_view_class = RelatedLinkCreateView
    edit_view_class = RelatedLinkEditView
    filterset_class = RelatedLinkFilterSet
    search_fields = ["title", "publisher", "address"]
    list_display = [
        TitleColumn("title", label="Link", url_name="wagtailsnippets_news_relatedlink:edit"),
        Column("publisher", sort_key="publisher"),
        Column("article", label="Article"),
        Column("get_status_display", label="State", sort_key="status"),
        Column("position", sort_key="position"),
        DateColumn("decided_at", label="Decided", sort_key="decided_at"),
    ]
    list_per_page = 50
    copy_view_enabled = False


class NewsroomViewSetGroup(SnippetViewSetGroup):
    """The newsroom's menu."""

    menu_label = "Newsroom"
    menu_icon = "doc-full-inverse"
    menu_order = 200
    items = (RelatedLinkViewSet, SourceViewSet, CategoryViewSet)

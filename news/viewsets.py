"""Lists and forms of the newsroom's small content: sources, categories, related links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django_filters.fields import ModelChoiceField
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.snippets.views.snippets import (
    CreateView,
    EditView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from news.feeds.viewsets import FeedViewSet
from news.merging import views as merging_views
from news.models import ArticlePage, Category, RelatedLink, Source

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from wagtail.admin.widgets import Button

    from cms.core.requests import AdminRequest

# No article has a longer number.
ARTICLE_ID = re.compile(r"[0-9]{1,18}")


class MergeableEditView(EditView):
    """Edits what can be merged, and leads there."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Wagtail's, and merging."""
        button = merging_views.button_for(self.object, self.request.user)
        return [*super().header_more_buttons, *([button] if button else [])]


class SourceViewSet(SnippetViewSet):
    """Publishers."""

    model = Source
    icon = "globe"
    menu_label = "Sources"
    edit_view_class = MergeableEditView
    list_display = ["name", "home_page", "extract_limit"]
    search_fields = ["name"]


class CategoryViewSet(SnippetViewSet):
    """Subjects."""

    model = Category
    icon = "folder-open-inverse"
    menu_label = "Categories"
    edit_view_class = MergeableEditView
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


def _of_article(url: str, article_id: int | None) -> str:
    """The address with the article that it is about."""
    return f"{url}?{urlencode({'article': article_id})}" if article_id else url


def _article_asked_for(request: AdminRequest) -> int | None:
    """The article that a list is filtered by, if there is such an article."""
    asked = request.GET.get("article", "")
    if not ARTICLE_ID.fullmatch(asked):
        return None
    return ArticlePage.objects.filter(pk=int(asked)).values_list("pk", flat=True).first()


def _articles_to_choose(request: AdminRequest) -> QuerySet[ArticlePage]:
    """Those that have links, and the one asked for: its editor leads here before it has any."""
    chosen = Q(related_links__isnull=False) | Q(pk=_article_asked_for(request))
    return ArticlePage.objects.filter(chosen).distinct().order_by("title").defer_streamfields()


class ArticleChoiceField(ModelChoiceField):
    """One of the articles; a number that no database holds is none of them."""

    def to_python(self, value: str) -> ArticlePage | None:
        """The article; databases answer numbers beyond theirs with an error."""
        if value not in self.empty_values and not ARTICLE_ID.fullmatch(str(value)):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": value},
            )
        found: ArticlePage | None = super().to_python(value)
        return found


class ArticleFilter(django_filters.ModelChoiceFilter):
    """The links of one article."""

    field_class = ArticleChoiceField


class RelatedLinkIndexView(IndexView):
    """The list, which hands on the article that it is filtered by."""

    def get_add_url(self) -> str | None:
        """Add to that article."""
        url: str | None = super().get_add_url()
        return _of_article(url, _article_asked_for(self.request)) if url else None


class RelatedLinkCreateView(_RememberWhoDecided, CreateView):
    """Adds a link; from an article's list, to that article, and back to that list."""

    def get_initial_form_instance(self) -> RelatedLink:
        """Begin with the article that the list was filtered by."""
        link = RelatedLink()
        if article_id := _article_asked_for(self.request):
            link.article_id = article_id
        return link

    def get_success_url(self) -> str:
        """The links of the article that this one was added to."""
        return _of_article(super().get_success_url(), self.object.article_id)


class RelatedLinkEditView(_RememberWhoDecided, EditView):
    """Edits a link."""


class RelatedLinkFilterSet(WagtailFilterSet):
    """By article, state and publisher."""

    article = ArticleFilter(queryset=_articles_to_choose)

    class Meta:
        model = RelatedLink
        fields = ["article", "status", "publisher"]


class RelatedLinkViewSet(SnippetViewSet):
    """Related links of all articles; moderators curate them here."""

    model = RelatedLink
    icon = "link"
    menu_label = "Related links"
    index_view_class = RelatedLinkIndexView
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
    # What is no snippet joins the menu here.
    submenu_hook = "register_newsroom_menu_item"
    items = (RelatedLinkViewSet, FeedViewSet, SourceViewSet, CategoryViewSet)

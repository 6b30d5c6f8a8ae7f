"""Lists and forms of the newsroom's small content: sources and categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from wagtail.snippets.views.snippets import EditView, SnippetViewSet, SnippetViewSetGroup

from news.feeds.viewsets import FeedViewSet
from news.merging import views as merging_views
from news.models import Author, Category, Source

if TYPE_CHECKING:
    from wagtail.admin.widgets import Button


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
    list_display = ["name", "parent", "slug"]
    search_fields = ["name"]


class AuthorViewSet(SnippetViewSet):
    """Those who write articles up and have a page here."""

    model = Author
    icon = "user"
    menu_label = "Authors"
    list_display = ["name", "slug"]
    search_fields = ["name"]


class NewsroomViewSetGroup(SnippetViewSetGroup):
    """The newsroom's menu; the queue of related links comes first, by the hook."""

    menu_label = "Newsroom"
    menu_icon = "doc-full-inverse"
    menu_order = 200
    menu_name = "newsroom"
    # What is no snippet joins the menu here.
    submenu_hook = "register_newsroom_menu_item"
    items = (FeedViewSet, SourceViewSet, CategoryViewSet, AuthorViewSet)

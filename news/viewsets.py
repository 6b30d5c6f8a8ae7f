"""Lists and forms of the newsroom's small content: sources and categories."""

from __future__ import annotations

from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from news.models import Category, Source


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


class NewsroomViewSetGroup(SnippetViewSetGroup):
    """The newsroom's menu; the queue of related links comes first, by the hook."""

    menu_label = "Newsroom"
    menu_icon = "doc-full-inverse"
    menu_order = 200
    menu_name = "newsroom"
    items = (SourceViewSet, CategoryViewSet)
    submenu_hook = "register_newsroom_menu_item"

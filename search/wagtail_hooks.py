"""How search shows in the Wagtail admin, and what it does in the sweep."""

from __future__ import annotations

from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from search import outward
from search.engine import EngineError
from search.models import Promotion


class PromotionViewSet(SnippetViewSet):
    """Results that are put first."""

    model = Promotion
    icon = "pick"
    menu_label = "Promoted results"
    menu_order = 260
    add_to_admin_menu = True
    list_display = ["__str__", "text"]
    search_fields = ["words", "text"]
    search_backend_name = None
    copy_view_enabled = False


register_snippet(PromotionViewSet)


@hooks.register("sweep")
def sweep_search() -> str:
    """Tell the search server what it could not be told when it changed."""
    try:
        told = outward.carry()
    except EngineError as error:
        return f"search: the search server was not told what changed: {error}"
    return f"search: {told} changes told to the search server"

"""What the core adds to Wagtail and to the sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import path
from django.utils.html import format_html, format_html_join
from wagtail import hooks
from wagtail.admin.rich_text.converters.contentstate import link_entity
from wagtail.admin.rich_text.converters.html_to_contentstate import (
    ExternalLinkElementHandler,
    PageLinkElementHandler,
)
from wagtail.admin.staticfiles import versioned_static
from wagtail.models import WorkflowState

from cms.core import editor_links, mail, moderation, proof_of_work, views
from cms.core.accounts import hooks as account_hooks
from cms.core.page_lists import PageLists
from cms.core.prose import PageLinks

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString
    from wagtail.admin.ui.components import Component
    from wagtail.models import Page
    from wagtail.rich_text.feature_registry import FeatureRegistry

    from cms.core.requests import AdminRequest


@hooks.register("register_admin_urls")
def session_url() -> list[URLPattern]:
    """Where an open editor asks whether it is still logged in."""
    return [path("session/", views.session, name="core_session")]


@hooks.register("insert_editor_js")
def session_guard() -> SafeString:
    """Keeps what was typed when the session has ended meanwhile."""
    return format_html(
        '<script src="{}" data-session-url="{}"></script>',
        versioned_static("admin/session-guard.js"),
        "/admin/session/",
    )


@hooks.register("insert_editor_js")
def autosave_guard() -> SafeString:
    """Stores what was changed while an autosave was on its way, and over no newer version."""
    names = ("admin/autosave-guard.js", "admin/newer-version.js")
    return format_html_join(
        "", '<script src="{}"></script>', ((versioned_static(n),) for n in names)
    )


@hooks.register("insert_editor_js")
def moved_blocks() -> SafeString:
    """Keeps the focus where a block is moved by keyboard."""
    return format_html('<script src="{}"></script>', versioned_static("admin/moved-block.js"))


@hooks.register("before_edit_page", order=-1)
def workflow_at_hand(request: HttpRequest, page: Page) -> None:
    """Look up once where the page stands in its workflow; each part of the editor asks for it.

    Only for opening it: what saving asks for may just have changed.
    """
    if request.method == "GET":
        states = WorkflowState.objects.active().select_related("current_task_state__task")
        known = Prefetch("_specific_workflow_states", states, to_attr="_current_workflow_states")
        prefetch_related_objects([page], known)


@hooks.register("construct_homepage_panels", order=900)
def what_waits(request: AdminRequest, panels: list[Component]) -> None:
    """Let no panel list more than it can hold."""
    moderation.bound(request, panels)


@hooks.register("register_icons")
def own_icons(icons: list[str]) -> list[str]:
    """Icons that Wagtail lacks."""
    return [*icons, "core/icons/megaphone.svg", "core/icons/wand.svg"]


@hooks.register("sweep")
def sweep_outbox() -> str:
    """Send what is due, and forget what is old. Safe at any time, and twice at once."""
    report = mail.deliver()
    return f"outbox: {report}; {mail.forget()} old mails forgotten"


@hooks.register("take_up")
def take_up_mails() -> None:
    """Have those sent that a killed worker held."""
    mail.take_up()


@hooks.register("sweep")
def sweep_proofs() -> str:
    """Forget which proofs of work were used, once none of them would be taken again."""
    return f"proofs of work: {proof_of_work.forget()} old ones forgotten"


class EditorLinks(PageLinkElementHandler):
    """Tells the editor of a link's page."""

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        """What was looked up for all links of the form together."""
        return editor_links.known(attrs.get("id", ""))


@hooks.register("register_rich_text_features", order=10)
def page_links(features: FeatureRegistry) -> None:
    """Put our own readers of links in the place of Wagtail's, for readers and for the editor."""
    features.register_link_type(PageLinks)
    features.register_converter_rule(
        "contentstate",
        "link",
        {
            "from_database_format": {
                "a[href]": ExternalLinkElementHandler("LINK"),
                'a[linktype="page"]': EditorLinks("LINK"),
            },
            "to_database_format": {"entity_decorators": {"LINK": link_entity}},
        },
    )


@hooks.register("register_admin_viewset")
def page_lists() -> PageLists:
    """Lists of pages at any number of pages, in the place of Wagtail's, which comes first."""
    return PageLists()


account_hooks.listen()
for name, hook in account_hooks.HOOKS:
    hooks.register(name, hook)

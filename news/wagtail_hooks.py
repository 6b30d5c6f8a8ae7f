"""How the newsroom shows in the Wagtail admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Permission
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet

from advocacy.origins import HOOK as ADVOCACY_ORIGIN
from news import dashboard, forms, ledgers, link_checks, origins, review_views, websub
from news.curation import history, records
from news.curation import views as curation_views
from news.drafting import runs
from news.drafting import views as drafting_views
from news.feeds import poll_now, polling, stories
from news.feeds import views as feed_views
from news.importing import duplicates, starting
from news.importing import views as importing_views
from news.likeness import suggesting
from news.merging import log as merging_log
from news.merging import views as merging_views
from news.merging import work as merging_work
from news.merging.kinds import MODELS, Kind
from news.models import ArticleIndexPage, ArticlePage, Merge
from news.newsletters import hooks as newsletter_hooks
from news.viewsets import NewsroomViewSetGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern
    from django.utils.safestring import SafeString
    from wagtail.admin.ui.components import Component
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import Page

    from cms.core.models import User
    from cms.core.requests import AdminRequest

__all__ = ["newsletter_hooks"]

register_snippet(NewsroomViewSetGroup)
hooks.register("register_newsroom_menu_item", ledgers.StoryLedger().get_menu_item)


@hooks.register("register_admin_urls")
def newsroom_urls() -> list[URLPattern]:
    """Drafting, starting an article, review, evidence, related links, merging and feeds."""
    return [
        path(
            "drafting/create/<slug:content_type_app_name>/<slug:content_type_model_name>/"
            "<int:parent_page_id>/",
            drafting_views.DraftOnCreateView.as_view(),
            name="news_draft_on_create",
        ),
        path(
            "drafting/edit/<int:page_id>/",
            drafting_views.DraftOnEditView.as_view(),
            name="news_draft_on_edit",
        ),
        path("drafting/runs/", drafting_views.run_states, name="news_draft_runs"),
        path(
            "drafting/runs/<uuid:key>/cancel/",
            drafting_views.cancel_run,
            name="news_cancel_draft",
        ),
        path("news/start/", importing_views.start, name="news_start_article"),
        path(
            "news/start/story/<int:story_id>/",
            importing_views.start_from_story,
            name="news_start_from_story",
        ),
        path("review/<int:page_id>/", review_views.review, name="news_review"),
        path("review/<int:page_id>/ask/", review_views.ask, name="news_ask_for_review"),
        path("related/", curation_views.related, name="news_related"),
        path("related/act/", curation_views.act, name="news_related_act"),
        path("related/<int:article_id>/add/", curation_views.add, name="news_related_add"),
        path(
            "related/<int:article_id>/suggest/",
            curation_views.suggest,
            name="news_related_suggest",
        ),
        path("related/link/<int:link_id>/", curation_views.edit, name="news_related_edit"),
        path("evidence/<int:page_id>/", review_views.download_evidence, name="news_evidence"),
        path("tags/", merging_views.tags, name="news_tags"),
        path("tags/<int:pk>/rename/", merging_views.rename_tag, name="news_rename_tag"),
        path("merge/<slug:kind>/", merging_views.merge, name="news_merge"),
        path("merges/", merging_views.merges, name="news_merges"),
        path("merges/<int:pk>/undo/", merging_views.undo_merge, name="news_undo_merge"),
        path("feeds/poll/", feed_views.poll, name="news_poll_feeds"),
        path("feeds/poll/state/", feed_views.poll_state, name="news_poll_state"),
    ]


class RelatedLinksMenuItem(MenuItem):
    """For those who may see the links."""

    def is_shown(self, request: HttpRequest) -> bool:
        """With the permission."""
        return request.user.has_perm(curation_views.VIEW)


@hooks.register("register_newsroom_menu_item")
def related_links_menu_item() -> MenuItem:
    """The queue, before sources and categories."""
    return RelatedLinksMenuItem(
        "Related links", reverse("news_related"), name="related-links", icon_name="link", order=-1
    )


@hooks.register("register_permissions")
def related_link_permissions() -> QuerySet[Permission]:
    """Offer administrators what a role may do with links."""
    return Permission.objects.filter(
        content_type__app_label="news", content_type__model="relatedlink"
    )


@hooks.register("sweep")
def sweep_curations() -> str:
    """Forget what can no longer be undone. Safe at any time, and twice at once."""
    return f"related links: {records.forget()} actions can no longer be undone"


@hooks.register("sweep")
def sweep_drafts() -> str:
    """Take up the drafts that a killed worker left."""
    return runs.take_up_lost()


@hooks.register("sweep")
def sweep_feeds() -> str:
    """Poll what is due. Safe at any time, and twice at once."""
    return polling.poll_due()


@hooks.register("take_up")
def take_up_feeds() -> None:
    """Have the feeds polled that a killed worker held."""
    poll_now.take_up()


@hooks.register("sweep")
def sweep_stories() -> str:
    """Forget stories and polls that have been kept for long enough."""
    return f"stories: {stories.forget()}"


@hooks.register("sweep")
def sweep_links() -> str:
    """Ask a few of the related links that are due whether they still lead somewhere."""
    return link_checks.sweep()


@hooks.register("sweep")
def sweep_suggestions() -> str:
    """Look for suggestions beside recent articles, where stories came since."""
    return suggesting.suggest_stale()


@hooks.register("sweep")
def sweep_merges() -> str:
    """Go on with the merges that a killed worker left."""
    return merging_work.take_up_lost()


@hooks.register("register_permissions")
def merging_permissions() -> QuerySet[Permission]:
    """Let administrators give the right to merge to a group."""
    return Permission.objects.filter(
        content_type__app_label="news", codename__in=[f"merge_{kind}" for kind in MODELS]
    )


class TagsMenuItem(MenuItem):
    """Shown to those who may merge tags."""

    def is_shown(self, request: AdminRequest) -> bool:
        """With the permission."""
        return bool(request.user.has_perm(Kind(Merge.Kind.TAG.value).permission))


class MergesMenuItem(MenuItem):
    """Shown to those who may merge anything."""

    def is_shown(self, request: AdminRequest) -> bool:
        """With any of the permissions."""
        return merging_views.may_merge_any(request.user)


@hooks.register("register_newsroom_menu_item")
def tags_menu_item() -> MenuItem:
    """Tags, below the newsroom's snippets."""
    return TagsMenuItem("Tags", reverse("news_tags"), icon_name="tag", order=50)


@hooks.register("register_newsroom_menu_item")
def merges_menu_item() -> MenuItem:
    """What was merged."""
    return MergesMenuItem("Merges", reverse("news_merges"), icon_name="history", order=60)


@hooks.register("register_snippet_listing_buttons")
def merge_button(instance: Model, user: User, next_url: str | None = None) -> list[Button]:
    """From a source or category in its list to merging it."""
    button = merging_views.button_for(instance, user)
    return [button] if button else []


class StartMenuItem(MenuItem):
    """Shown to those who may add an article somewhere."""

    def is_shown(self, request: AdminRequest) -> bool:
        """Whether this person may."""
        return starting.index_for(request.user) is not None


@hooks.register("register_newsroom_menu_item")
def start_menu_item() -> MenuItem:
    """Starting an article, above all that is listed."""
    return StartMenuItem(
        "Start an article", reverse("news_start_article"), icon_name="download", order=-10
    )


@hooks.register("sweep")
def sweep_hub() -> str:
    """Tell the WebSub hub of feeds that it could not be told of before."""
    return websub.tell_hub()


hooks.register(ADVOCACY_ORIGIN, origins.article)


@hooks.register("construct_homepage_panels")
def newsroom_panels(request: AdminRequest, panels: list[Component]) -> None:
    """Put what waits for this person before Wagtail's own panels."""
    panels.extend(dashboard.panels_for(request))


@hooks.register("before_edit_page")
def announce_unknown_blocks(request: AdminRequest, page: Page) -> None:
    """Say which stored blocks this version cannot show, before a save leaves them behind."""
    revision = page.latest_revision
    if request.method != "GET" or not isinstance(page, ArticlePage) or revision is None:
        return
    if unknown := forms.unknown_stored_blocks(page, revision.content):
        names = ", ".join(f"“{name}”" for name in unknown)
        messages.warning(
            request,
            f"This article holds blocks that this version of Dovetail does not know: {names}. They"
            " are not shown here, and a save leaves them out. They stay in the article's history,"
            f" in the version of {timezone.localtime(revision.created_at):%B %-d, %-I:%M %p}."
            " Ask your operator to update before you save.",
        )


@hooks.register("before_edit_page")
def announce_double_address(request: AdminRequest, page: Page) -> None:
    """Say whenever the editor opens that another article stands on the same address."""
    if request.method != "GET" or not isinstance(page, ArticlePage):
        return
    for known in duplicates.same_address(
        address=page.source_address, user=request.user, apart_from=page.pk
    ):
        link = format_html('<a href="{}">{}</a>', known.url, known.title)
        messages.warning(
            request,
            format_html(
                "Another article already has this source address: {} ({}).",
                link if known.url else known.title,
                known.state,
            ),
        )


@hooks.register("register_page_header_buttons")
def start_button(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """From the list of articles to the page where one is started."""
    if (
        isinstance(page.specific_deferred, ArticleIndexPage)
        and page.permissions_for_user(user).can_add_subpage()
    ):
        yield Button(
            "Start an article",
            reverse("news_start_article"),
            icon_name="download",
            priority=5,
        )


@hooks.register("register_page_header_buttons")
def commentary_buttons(
    page: Page, user: User, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """From an article's menu to its review and its evidence."""
    if not isinstance(page.specific_deferred, ArticlePage):
        return
    yield Button(
        "Review commentary", reverse("news_review", args=[page.pk]), icon_name="tasks", priority=70
    )
    yield Button(
        "Download evidence",
        reverse("news_evidence", args=[page.pk]),
        icon_name="download",
        priority=75,
    )


@hooks.register("insert_global_admin_css")
def newsroom_css() -> SafeString:
    """The style of our panels."""
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("admin/newsroom.css"))


@hooks.register("register_log_actions")
def newsroom_log_actions(actions: LogActionRegistry) -> None:
    """What the history of an article says of reviews, refusals and related links."""
    actions.register_action("news.review.ask", "Ask for review", "Review asked for")
    actions.register_action("news.review.approve", "Approve commentary", "Commentary approved")
    actions.register_action("news.review.send_back", "Send back", "Commentary sent back")
    actions.register_action("news.related.check", "Check related links", "Related links checked")
    actions.register_action(
        "news.publication.refused", "Refuse to publish", "Not published on schedule"
    )
    history.register(actions)
    merging_log.register(actions)

"""Feeds in the admin: the list, and a page that says how each of them does."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.widgets import Button
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from news.feeds import poll_now
from news.models import Feed, Story

if TYPE_CHECKING:
    from django.db.models import QuerySet

POLLS = 20
LATELY = datetime.timedelta(days=7)


def poll_address(feed: Feed | None = None) -> str:
    """Where one feed, or all of them, can be polled now."""
    address = reverse("news_poll_feeds")
    return f"{address}?{urlencode({'feed': feed.pk})}" if feed else address


class FeedFilterSet(WagtailFilterSet):
    """By source, and whether it is asked."""

    class Meta:
        model = Feed
        fields = ["source", "enabled"]


class FeedIndexView(IndexView):
    """The list, with how each feed does."""

    def get_base_queryset(self) -> QuerySet[Feed]:
        """Each with its source, and with how many stories it brought of late."""
        lately = (
            Story.objects.filter(feed=OuterRef("pk"), first_seen_at__gte=timezone.now() - LATELY)
            .order_by()
            .values("feed")
            .annotate(number=Count("pk"))
            .values("number")
        )
        feeds: QuerySet[Feed] = super().get_base_queryset()
        return feeds.select_related("source").annotate(stories_lately=Coalesce(Subquery(lately), 0))

    @cached_property
    def header_buttons(self) -> list[Button]:
        """Add one, and poll all."""
        buttons: list[Button] = [*super().header_buttons]
        if self.request.user.has_perm(poll_now.PERMISSION):
            buttons.append(HeaderButton("Poll now", url=poll_address(), icon_name="download"))
        return buttons

    def get_list_more_buttons(self, instance: Feed) -> list[Button]:
        """Wagtail's, and poll this one."""
        buttons: list[Button] = super().get_list_more_buttons(instance)
        if self.request.user.has_perm(poll_now.PERMISSION):
            buttons.append(
                Button("Poll now", poll_address(instance), icon_name="download", priority=5)
            )
        return buttons


class FeedInspectView(InspectView):
    """How a feed does: when it was asked, what it brought, what was wrong."""

    page_title = "Feed"
    template_name = "news/admin/feed.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its last polls, for those who may read them."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        feed: Feed = self.object
        user = self.request.user
        may_read = user.has_perm("news.view_feedpoll")
        context.update(
            feed=feed,
            categories=feed.categories.all(),
            polls=feed.polls.all()[:POLLS] if may_read else [],
            may_read_polls=may_read,
            may_poll=feed.enabled and user.has_perm(poll_now.PERMISSION),
            may_read_stories=user.has_perm("news.view_story"),
            poll_address=poll_address(feed),
            story_count=feed.stories.count(),
        )
        return context


class FeedViewSet(SnippetViewSet):
    """Feeds of sources; editors keep them."""

    model = Feed
    icon = "list-ul"
    menu_label = "Feeds"
    index_view_class = FeedIndexView
    inspect_view_enabled = True
    inspect_view_class = FeedInspectView
    filterset_class = FeedFilterSet
    # The database searches: the list is short, and a search server may be down.
    search_backend_name = None
    search_fields = ["title", "address", "source__name"]
    list_display = [
        TitleColumn(
            "title",
            label="Feed",
            accessor=str,
            sort_key="title",
            url_name="wagtailsnippets_news_feed:inspect",
        ),
        Column("source", sort_key="source__name"),
        Column("state", label="State", accessor="state_in_words", sort_key="failures"),
        DateColumn("polled_at", label="Last polled", sort_key="polled_at"),
        Column(
            "next_poll", label="Next poll", accessor="next_poll_in_words", sort_key="next_poll_at"
        ),
        NumberColumn("stories_lately", label="Stories in 7 days", sort_key="stories_lately"),
        Column("last_error", label="Last error"),
    ]
    list_per_page = 50
    copy_view_enabled = False

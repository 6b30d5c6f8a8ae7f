"""What the program writes and people only read: draft runs, and stories that feeds brought."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.admin import SimpleListFilter, display
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from wagtail_modeladmin.options import modeladmin_register

from cms.core.ledgers import Ledger, LedgerIndexView, LedgerInspectView
from cms.core.row_ids import row_id
from news.importing import starting
from news.models import DraftRun, Feed, Source, Story

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from cms.core.models import User
    from cms.core.requests import AdminRequest

MOODS = {DraftRun.Status.READY: "good", DraftRun.Status.FAILED: "wait"}


def _badge(run: DraftRun, why: str) -> SafeString:
    return format_html(
        '<span class="dt-badge dt-badge--{}">{}</span> <span class="dt-hint">{}</span>',
        MOODS.get(DraftRun.Status(run.status), "still"),
        run.get_status_display(),
        why,
    )


@modeladmin_register
class DraftRunLedger(Ledger):
    """Every call of the language model: who, when, for what, with what outcome and cost."""

    model = DraftRun
    menu_label = "Draft runs"
    menu_icon = "wand"
    menu_order = 250
    list_display = ("title", "section", "asked", "outcome", "dollars", "seconds")
    list_filter = ("status", "section", "requested_at", "model", "requested_by")
    list_select_related = ("requested_by",)
    list_export = (
        "key",
        "requested_at",
        "finished_at",
        "section",
        "page_id",
        "page_title",
        "requested_by",
        "status",
        "failure_reason",
        "model",
        "prompt_version",
        "prompt_hash",
        "source_hash",
        "input_tokens",
        "output_tokens",
        "usage_estimated",
        "cost",
        "latency_ms",
        "attempts",
    )
    search_fields = ("page_title", "model", "failure_message")
    ordering = ("-requested_at",)
    list_per_page = 50
    # What happened first, what proves it last. The prompt and the blocks are not for this list.
    inspect_view_fields = (
        "article",
        "section",
        "outcome_in_full",
        "findings_told",
        "asked",
        "dollars",
        "seconds",
        "model",
        "tokens",
        "prompt_version",
        "attempts",
        "queued_at",
        "started_at",
        "finished_at",
        "failure_reason",
        "site",
        "key",
        "source_hash",
        "prompt_hash",
    )
    export_filename = "draft-runs"
    narrow_columns = ("section", "dollars", "seconds")

    @staticmethod
    @display(description="article", ordering="page_title")
    def title(run: DraftRun) -> str:
        """The article's title as it was then."""
        return run.page_title or "Untitled"

    @staticmethod
    @display(description="article")
    def article(run: DraftRun) -> SafeString | str:
        """The article, where it still is one."""
        if run.page_id is None:
            return run.page_title or "Never saved"
        url = reverse("wagtailadmin_pages:edit", args=[run.page_id])
        return format_html('<a href="{}">{}</a>', url, run.page_title or "Untitled")

    @staticmethod
    @display(description="asked for", ordering="requested_at")
    def asked(run: DraftRun) -> str:
        """When and by whom, in the site's zone."""
        when = f"{timezone.localtime(run.requested_at):%b %-d, %Y, %-I:%M\u00a0%p}"
        return f"{when} by {run.requested_by.public_name}" if run.requested_by else when

    @staticmethod
    @display(ordering="status")
    def outcome(run: DraftRun) -> SafeString:
        """How it ended, and in one sentence why where it failed."""
        why, stop, _ = run.failure_message.partition(". ")
        return _badge(run, f"{why}." if stop else why)

    @staticmethod
    @display(description="outcome")
    def outcome_in_full(run: DraftRun) -> SafeString:
        """How it ended, and all that the editor was told."""
        return _badge(run, run.failure_message)

    @staticmethod
    @display(description="findings")
    def findings_told(run: DraftRun) -> SafeString | str:
        """What the guard left out of it, or flagged."""
        rows = format_html_join(
            "", "<li>{}</li>", ((finding.get("message", ""),) for finding in run.findings)
        )
        return format_html("<ul>{}</ul>", rows) if rows else ""

    @staticmethod
    def tokens(run: DraftRun) -> str:
        """How much went to and fro."""
        told = f"{run.input_tokens:,} sent, {run.output_tokens:,} received"
        return f"{told} (our estimate: the server did not say)" if run.usage_estimated else told

    @staticmethod
    @display(description="cost", ordering="cost")
    def dollars(run: DraftRun) -> str:
        """What it cost, in USD."""
        return f"${run.cost:.4f}"

    @staticmethod
    @display(description="time", ordering="latency_ms")
    def seconds(run: DraftRun) -> str:
        """How long the model took."""
        return f"{run.latency_ms / 1000:.1f}\u00a0s"


# Stories ------------------------------------------------------------------------------------------


def start_address(user: User, story: Story) -> str:
    """Where this person may start an article from the story; blank where they may not."""
    if starting.index_for(user) is None:
        return ""
    return reverse("news_start_from_story", args=[story.pk])


class _OneOf(SimpleListFilter):
    """A choice among rows that have stories; others lead to an empty list."""

    model: Any

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """By name."""
        stories = Story.objects.order_by().filter(**{str(self.parameter_name): OuterRef("pk")})
        rows = self.model.objects.filter(Exists(stories))
        return sorted(((str(row.pk), str(row)) for row in rows), key=lambda row: row[1].casefold())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Story]) -> QuerySet[Story]:
        """The stories of the one chosen; of a number that nothing has, none."""
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(**{str(self.parameter_name): row_id(chosen)})


class SourceFilter(_OneOf):
    """Stories of one source."""

    title = "source"
    parameter_name = "source"
    model = Source


class FeedFilter(_OneOf):
    """Stories of one feed."""

    title = "feed"
    parameter_name = "feed"
    model = Feed


class AgeFilter(SimpleListFilter):
    """Stories that are no older than this."""

    title = "age"
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """From a morning to a week."""
        return [("6", "6 hours"), ("24", "1 day"), ("72", "3 days"), ("168", "7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Story]) -> QuerySet[Story]:
        """Since then, by the date that the source gives."""
        chosen = self.value()
        if chosen is None:
            return queryset
        hours = min(row_id(chosen), 24 * 365)
        return queryset.filter(published_at__gte=timezone.now() - datetime.timedelta(hours=hours))


class StoryIndexView(LedgerIndexView):
    """The stories, each with the way to an article."""

    request: AdminRequest

    @cached_property
    def _start_address(self) -> str:
        """For story 0, which there is not: asked once for the whole list."""
        return start_address(self.request.user, Story(pk=0))

    def get_buttons_for_obj(self, obj: Story) -> list[dict[str, Any]]:
        """Start an article."""
        if not self._start_address:
            return []
        return [
            {
                "url": reverse("news_start_from_story", args=[obj.pk]),
                "label": "Start an article",
                "classname": "button button-small button-secondary",
                "title": f"Start an article from “{obj.title}”",
            }
        ]


class StoryInspectView(LedgerInspectView):
    """One story, and the way to an article."""

    request: AdminRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where an article is started; blank for those who may not."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["start_address"] = start_address(self.request.user, self.instance)
        return context


@modeladmin_register
class StoryLedger(Ledger):
    """What feeds brought, the newest first."""

    model = Story
    index_view_class = StoryIndexView
    inspect_view_class = StoryInspectView
    inspect_template_name = "news/admin/story.html"
    menu_label = "Stories"
    menu_icon = "doc-full"
    menu_order = 1
    add_to_admin_menu = False
    list_display = ("title", "source", "published", "told")
    list_filter = (AgeFilter, SourceFilter, FeedFilter)
    list_select_related = ("source", "feed")
    search_fields = ("title", "summary", "author")
    ordering = ("-published_at", "-pk")
    list_per_page = 50
    narrow_columns = ("published",)
    inspect_view_fields = (
        "title",
        "summary",
        "read",
        "source",
        "author",
        "published",
        "language",
        "feed",
        "first_seen_at",
        "picture_address",
    )

    @staticmethod
    @display(description="published", ordering="published_at")
    def published(story: Story) -> str:
        """When, in the site's zone."""
        return f"{timezone.localtime(story.published_at):%b %-d, %Y, %-I:%M\u00a0%p}"

    @staticmethod
    @display(description="summary", ordering="summary")
    def told(story: Story) -> str:
        """The beginning of what the feed said of it."""
        return Truncator(story.summary).words(24)

    @staticmethod
    @display(description="address")
    def read(story: Story) -> SafeString:
        """The way to the story itself."""
        return format_html(
            '<a href="{}" rel="noopener noreferrer">{}</a>', story.address, story.address
        )

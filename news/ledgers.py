"""The log of draft runs: read, filtered, inspected and exported, never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.admin import display
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from wagtail_modeladmin.options import modeladmin_register

from cms.core.ledgers import Ledger
from news.models import DraftRun

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

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

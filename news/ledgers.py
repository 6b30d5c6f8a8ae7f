"""The log of draft runs: read, filtered, inspected and exported, never edited."""

from __future__ import annotations

from wagtail_modeladmin.options import modeladmin_register

from cms.core.ledgers import Ledger
from news.models import DraftRun


@modeladmin_register
class DraftRunLedger(Ledger):
    """Every call of the language model: who, when, for what, with what outcome and cost."""

    model = DraftRun
    menu_label = "Draft runs"
    menu_icon = "wand"
    menu_order = 250
    list_display = (
        "requested_at",
        "section",
        "page_title",
        "requested_by",
        "status",
        "dollars",
        "seconds",
    )
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

    @staticmethod
    def dollars(run: DraftRun) -> str:
        """What it cost, in USD."""
        return f"${run.cost:.4f}"

    @staticmethod
    def seconds(run: DraftRun) -> str:
        """How long the model took."""
        return f"{run.latency_ms / 1000:.1f}\u00a0s"

    search_fields = ("page_title", "model", "failure_message")
    ordering = ("-requested_at",)
    list_per_page = 50
    inspect_view_fields_exclude = ("request", "blocks")
    export_filename = "draft-runs"

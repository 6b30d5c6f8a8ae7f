"""The record that Article 50(4) of the EU's AI Act asks for, for one article.

It says of each section who asked for which draft, of which model and prompt, what became of it, who
revised it and who approved exactly which content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from news import provenance, reviews
from news.models.commentary import Section

if TYPE_CHECKING:
    from news.models import ArticlePage, DraftRun, Review

FORMAT = "dovetail-evidence/1"


def of_page(page: ArticlePage) -> dict[str, Any]:
    """Everything recorded of an article's commentary: its live version, runs and reviews."""
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "article": {
            "id": page.pk,
            "title": page.title,
            "url": page.full_url or f"{settings.SITE_URL}{page.url_path}",
            "live": page.live,
            "first_published_at": _time(page.first_published_at),
            "last_published_at": _time(page.last_published_at),
            "source_address": page.source_address,
        },
        "sections": [_section(page, section) for section in Section],
        "runs": [_run(run) for run in page.draft_runs.select_related("requested_by")],
        "reviews": [
            _review(review)
            for review in page.reviews.select_related("asked_by", "decided_by", "reviewer")
        ],
    }


def _time(value: Any) -> str | None:
    return value.isoformat() if value else None


def _section(page: ArticlePage, section: Section) -> dict[str, Any]:
    state = reviews.state_of(page, section.value)
    return {
        "section": section.value,
        "content_hash": state.digest,
        "state": state.label,
        "blocks": [
            {
                "id": block["id"],
                "type": block["type"],
                "digest": provenance.words_digest(block),
                "origin": state.origins[block["id"]].origin.value,
                "reviser": state.origins[block["id"]].reviser,
                "run": str(origin_run.key)
                if (origin_run := state.origins[block["id"]].run)
                else None,
            }
            for block in provenance.raw_blocks(state.value)
        ],
    }


def _run(run: DraftRun) -> dict[str, Any]:
    return {
        "key": str(run.key),
        "section": run.section,
        "status": run.status,
        "requested_by": run.requested_by.public_name if run.requested_by else None,
        "requested_at": _time(run.requested_at),
        "finished_at": _time(run.finished_at),
        "model": run.model,
        "prompt_version": run.prompt_version,
        "prompt_sha256": run.prompt_hash,
        "source_sha256": run.source_hash,
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost_usd": str(run.cost),
        "failure": run.failure_reason or None,
        "findings": run.findings,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "section": review.section,
        "content_hash": review.content_hash,
        "content": review.content,
        "decision": review.decision,
        "asked_by": review.asked_by.public_name if review.asked_by else None,
        "asked_at": _time(review.asked_at),
        "decided_by": review.decided_by.public_name if review.decided_by else None,
        "decided_at": _time(review.decided_at),
        "note": review.note,
    }

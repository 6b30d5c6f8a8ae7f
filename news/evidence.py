"""The record that Article 50(4) of the EU's AI Act asks for, for one article.

It says of each section who asked for which draft, of which model and prompt, what became of it, who
revised it and who approved exactly which content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from news import provenance, reviews
from news.models.commentary import DraftRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from news.models import ArticlePage, Review

FORMAT = "dovetail-evidence/1"


def of_page(page: ArticlePage) -> dict[str, Any]:
    """Everything recorded of an article's commentary: its sections, runs and reviews.

    The sections are those that readers see; of an article that is not live, those of its latest
    version.
    """
    version = page if page.live else page.get_latest_revision_as_object()
    states = reviews.states_of(version)
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "article": {
            "id": page.pk,
            "title": page.title,
            "url": page.full_url or f"{settings.SITE_URL}{page.url_path}",
            "live": page.live,
            "version": "live" if page.live else "draft",
            "first_published_at": _time(page.first_published_at),
            "last_published_at": _time(page.last_published_at),
            "source_address": page.source_address,
        },
        "sections": [_section(state) for state in states],
        "runs": [_run(run) for run in _runs(page, states)],
        "reviews": [
            _review(review)
            for review in page.reviews.select_related("asked_by", "decided_by", "reviewer")
        ],
    }


def _time(value: Any) -> str | None:
    return value.isoformat() if value else None


def _runs(page: ArticlePage, states: list[reviews.SectionState]) -> QuerySet[DraftRun]:
    """The page's own runs, and those that blocks copied from another page come from."""
    named = {origin.run.pk for state in states for origin in state.origins.values() if origin.run}
    return DraftRun.objects.filter(Q(page_id=page.pk) | Q(pk__in=named)).select_related(
        "requested_by"
    )


def _section(state: reviews.SectionState) -> dict[str, Any]:
    return {
        "section": state.section.value,
        "content_hash": state.digest,
        "state": state.label,
        "blocks": [
            _block(block, state.origins[block["id"]])
            for block in provenance.raw_blocks(state.value)
        ],
    }


def _block(block: dict[str, Any], origin: provenance.BlockOrigin) -> dict[str, Any]:
    return {
        "id": block["id"],
        "type": block["type"],
        "digest": provenance.words_digest(block),
        "origin": origin.origin.value,
        "reviser": origin.reviser,
        "run": str(origin.run.key) if origin.run else None,
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
        "tokens_estimated": run.usage_estimated,
        "cost_usd": str(run.cost),
        "latency_ms": run.latency_ms,
        "attempts": run.attempts,
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
        "asked_of": review.reviewer.public_name if review.reviewer else None,
        "decided_by": review.decided_by.public_name if review.decided_by else None,
        "decided_at": _time(review.decided_at),
        "note": review.note,
    }

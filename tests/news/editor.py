"""The article editor's form, as a browser would send it."""

from __future__ import annotations

from typing import Any

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from news.models import ArticlePage

EMPTY = {
    "action": streamfield([]),
    "to_do": streamfield([]),
    "article_authors": inline_formset([]),
    "corrections": inline_formset([]),
    "comments": inline_formset([]),
}


def stream(field: str, value: Any) -> dict[str, Any]:
    """A section that holds paragraphs only, with the ids of its blocks."""
    return {
        **nested_form_data(
            {field: streamfield([("paragraph", rich_text(b.value.source)) for b in value])}
        ),
        **{f"{field}-{number}-id": b.id for number, b in enumerate(value)},
    }


def new_form(**changes: Any) -> dict[str, Any]:
    """The form of an article that was never saved."""
    data = nested_form_data(
        {
            "title": "A bill about lead pipes",
            "slug": "a-bill-about-lead-pipes",
            "introduction": "",
            "body": streamfield([]),
            "opinion": streamfield([]),
            **EMPTY,
        }
    )
    return {**data, **changes}


def edit_form(page: ArticlePage, **changes: Any) -> dict[str, Any]:
    """The form of an article's latest version, as the page sends it to the browser."""
    latest = page.get_latest_revision_as_object()
    revision = page.get_latest_revision()
    data = nested_form_data(
        {
            "title": latest.title,
            "slug": latest.slug,
            "introduction": latest.introduction,
            "source": latest.source_id or "",
            "source_address": latest.source_address,
            "source_published_at": "2025-08-17 17:22",
            **EMPTY,
        }
    )
    return {
        **data,
        **stream("body", latest.body),
        **stream("opinion", latest.opinion),
        "loaded_revision_id": str(revision.pk),
        "loaded_revision_created_at": revision.created_at.isoformat(),
        **changes,
    }

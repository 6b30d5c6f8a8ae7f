"""What happens at an editor's desk: a story comes in, a draft is asked for, somebody revises it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wagtail.models import Site

from cms.core.models import User
from news import provenance, publication, reviews
from news.drafting import runs
from news.models import ArticlePage, DraftRun
from tests.factories.people import editor

SECTIONS = ("opinion", "action", "to_do")


def ask_for(
    page: ArticlePage,
    section: str = "opinion",
    *,
    by: User | None = None,
    key: uuid.UUID | None = None,
) -> DraftRun:
    """Press the button for one section; where jobs run at once, the run has ended."""
    return runs.start(
        page=page,
        site=Site.objects.get(is_default_site=True),
        section=section,
        key=key or uuid.uuid4(),
        requested_by=by or editor(),
    )


def seed_story(folder: Path) -> list[str]:
    """The paragraphs of the reference story, as an editor would copy them."""
    text = (folder / "seed" / "article.txt").read_text(encoding="utf-8")
    start = text.index("U.S. special envoy Steve Witkoff")
    return text[start : text.index("\nExpand")].strip().split("\n\n")


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    """Every text of stored blocks that readers would see."""
    return [text for block in blocks for text in publication.texts_of(block)]


def references(blocks: list[dict[str, Any]]) -> set[str]:
    """The registry's entries that stored blocks name, as in petition:3."""
    found = re.findall(r'"(petition|representative|letter)": (\d+)', json.dumps(blocks))
    return {f"{kind}:{number}" for kind, number in found}


def put_in(page: ArticlePage, run: DraftRun, *, by: User) -> ArticlePage:
    """Put a run's blocks below what the section holds, and save."""
    latest = latest_of(page)
    setattr(
        latest, run.section, [*provenance.raw_blocks(getattr(latest, run.section)), *run.blocks]
    )
    latest.save_revision(user=by)
    return latest_of(page)


def edit(
    page: ArticlePage,
    section: str,
    change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    *,
    by: User | None,
) -> ArticlePage:
    """Save a version in which a section's stored blocks are changed."""
    latest = latest_of(page)
    stored = json.loads(json.dumps(provenance.raw_blocks(getattr(latest, section))))
    setattr(latest, section, change(stored))
    latest.save_revision(user=by)
    return latest_of(page)


def latest_of(page: ArticlePage) -> ArticlePage:
    """The version that was saved last, read afresh."""
    latest: ArticlePage = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return latest


def origins(page: ArticlePage, section: str = "opinion") -> list[str]:
    """The origin of each block of a section, in order."""
    state = reviews.state_of(latest_of(page), section)
    return [state.origins[block.id].label for block in state.value or []]


def asker_of(run: DraftRun) -> User:
    """Who asked for a run; in tests the account is always there."""
    assert run.requested_by is not None
    return run.requested_by

"""Articles with tags, and every row that a merge may touch."""

from __future__ import annotations

from typing import Any

from django.core import serializers
from taggit.models import Tag, TaggedItem
from wagtail.models import ReferenceIndex, Revision

from cms.core.models import User
from news.merging import work
from news.merging.kinds import Kind
from news.models import (
    ArticlePage,
    ArticleTag,
    Category,
    Feed,
    Merge,
    RelatedLink,
    Source,
    SourceDomain,
    Story,
)
from tests.factories.news import (
    article,
)
from tests.news.desk import latest_of

TAG, SOURCE, CATEGORY = Kind("tag"), Kind("source"), Kind("category")


def merge(kind: Kind, old: Any, into: Any, by: User) -> Merge:
    return work.start(kind=kind, old_id=old.pk, into_id=into.pk, by=by)


def tagged(*tags: str, live: bool = False, **fields: Any) -> ArticlePage:
    """An article with tags in its latest version, and if it is live in its rows."""
    page = article(**fields)
    retag(page, *tags, publish=live)
    page.refresh_from_db()
    return page


def retag(page: ArticlePage, *tags: str, publish: bool = False) -> Revision:
    latest = latest_of(page)
    latest.tags.set(tags)
    revision: Revision = latest.save_revision()
    if publish:
        revision.publish()
    return revision


def tags_of(page: ArticlePage) -> set[str]:
    return set(ArticlePage.objects.get(pk=page.pk).tags.names())


def tags_in(revision: Revision) -> list[str]:
    revision.refresh_from_db()
    return sorted(revision.as_object().tags.values_list("name", flat=True))


def dump() -> dict[str, list[str]]:
    """Every row that a merge may touch, as it is stored."""
    models: list[Any] = [
        *(ArticlePage, ArticleTag, TaggedItem, Tag, Source, SourceDomain, Feed, Story, Category),
        *(RelatedLink, Revision, ArticlePage.categories.through, Feed.categories.through),
        ReferenceIndex,
    ]
    # With every digit of each time, which the serialiser would round.
    exact = {
        "versions": [
            f"{row.pk} {row.created_at.isoformat()} {row.content!r}"
            for row in Revision.objects.order_by("pk")
        ]
    }
    return exact | {
        model._meta.label: [
            serializers.serialize("json", [row]) for row in model._base_manager.order_by("pk")
        ]
        for model in models
    }

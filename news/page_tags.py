"""What of the news stands on readers' pages, and what is touched when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taggit.models import Tag
from wagtail.signals import page_unpublished

from advocacy.mentions import MENTIONS
from cms.core.page_cache import rows, tags
from news.curation.announcing import shown_links_changed
from news.merging.signals import touched
from news.models import (
    ArticleIndexPage,
    ArticlePage,
    Author,
    Category,
    CategoryIndexPage,
    Review,
    Source,
)
from news.tag_names import ARTICLES, CATEGORIES, FILING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

_KINDS: dict[type[Model], str] = {
    ArticlePage: "page",
    Category: "category",
    Source: "source",
    Tag: "tag",
    Author: "author",
}


def listen() -> None:
    """Watch them."""
    rows.watch(ArticlePage, "page", lists=[ARTICLES, MENTIONS], listed=_is_live)
    for model in (ArticleIndexPage, CategoryIndexPage):
        # All else has its address below theirs.
        rows.watch(model, "page", lists=[tags.SITE])
    rows.watch(Category, "category", lists=[CATEGORIES])
    for kind in (Source, Tag, Author):
        rows.watch(kind, _KINDS[kind], lists=[FILING])
    rows.watch_parts(Review, lambda review: [f"page:{review.page_id}"])
    page_unpublished.connect(_taken_back, sender=ArticlePage, dispatch_uid="page cache")
    shown_links_changed.connect(_links_changed, dispatch_uid="page cache")
    touched.connect(_merged, dispatch_uid="page cache")


def _is_live(article: Any) -> bool:
    return bool(article.live)


def _taken_back(instance: ArticlePage, **_: object) -> None:
    tags.touch(f"page:{instance.pk}", ARTICLES, MENTIONS)


def _links_changed(article_ids: Iterable[int], **_: object) -> None:
    tags.touch(*(f"page:{pk}" for pk in article_ids))


def _merged(model: type[Model], pks: Iterable[int], **_: object) -> None:
    kind = _KINDS.get(model)
    named = [f"{kind}:{pk}" for pk in pks] if kind else []
    tags.touch(*named, ARTICLES, CATEGORIES, FILING)

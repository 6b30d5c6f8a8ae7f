"""What an article is filed under and who wrote it up, in one query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, IntegerField, Value
from taggit.models import Tag

from news.models import ArticleAuthor, Author, Category

if TYPE_CHECKING:
    from news.models import ArticlePage


@dataclass(frozen=True)
class Filing:
    """Things with their keys and what a link to them needs, and nothing else."""

    categories: list[Category] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)


def stored(page: ArticlePage) -> Filing:
    """Of a page as the database has it."""
    rows = (
        _named(Category.objects.filter(articles=page.pk), "category")
        .union(
            _named(Tag.objects.filter(news_articletag_items__content_object=page.pk), "tag"),
            _named(ArticleAuthor.objects.filter(page=page.pk), "author", "author__", "sort_order"),
            all=True,
        )
        .order_by("place", "called")
    )
    filing = Filing()
    lists: dict[str, tuple[Any, list[Any]]] = {
        "category": (Category, filing.categories),
        "tag": (Tag, filing.tags),
        "author": (Author, filing.authors),
    }
    seen = set()
    for kind, key, name, slug, _ in rows:
        if (kind, slug) not in seen:
            seen.add((kind, slug))
            model, found = lists[kind]
            found.append(model(pk=key, name=name, slug=slug))
    return filing


def previewed(page: ArticlePage) -> Filing:
    """Of a version that may not be stored."""
    return Filing(list(page.categories.all()), list(page.tags.all()), page.authors)


def _named(rows: Any, kind: str, of: str = "", place: str = "") -> Any:
    return (
        rows.order_by()
        .annotate(
            what=Value(kind, CharField()),
            key=F(f"{of}pk"),
            called=F(f"{of}name"),
            ends=F(f"{of}slug"),
            place=F(place) if place else Value(0, IntegerField()),
        )
        .values_list("what", "key", "called", "ends", "place")
    )

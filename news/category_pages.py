"""What the pages of categories show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from news import counts
from news.models import ArticlePage, Category, CategoryIndexPage
from news.paging import NewestFirst

if TYPE_CHECKING:
    from django.http import HttpRequest


def index() -> dict[str, Any]:
    """Every category with its count and latest article; those below another stand under it."""
    found = counts.categories()
    newest = [row.latest_id for row in found if row.latest_id]
    articles = ArticlePage.objects.filter(pk__in=newest).only("title", "url_path", "slug", "path")
    latest = {article.pk: article for article in articles}
    below: dict[int, list[Category]] = {}
    for row in found:
        if row.parent_id is not None:
            below.setdefault(row.parent_id, []).append(row)
    return {
        "categories": [
            {"category": row, "latest": latest.get(row.latest_id or 0), "below": below.get(row.pk)}
            for row in found
            if row.parent_id is None
        ]
    }


def category(page: CategoryIndexPage, request: HttpRequest, shown: Category) -> dict[str, Any]:
    """One category: the newest article large, the others in pages, and those below it.

    Http404 where it was deleted since it was found.
    """
    counted = {row.pk: row for row in counts.categories()}
    if shown.pk not in counted:
        raise Http404
    articles = ArticlePage.objects.live().public().in_category(shown)
    paginator = NewestFirst(
        articles, what=f"category {shown.pk}", known=counted[shown.pk].article_count
    )
    on_page = paginator.get_page(request.GET.get("page"))
    number = on_page.number
    address = f"{page.get_full_url(request)}{shown.slug}/"
    lead = None
    if number == 1 and on_page.object_list:
        lead, *on_page.object_list = on_page.object_list
    return {
        "category": shown,
        "below": [row for row in counted.values() if row.parent_id == shown.pk],
        "lead": lead,
        "articles": on_page,
        "head": {
            "title": shown.name if number == 1 else f"{shown.name}, page {number}",
            "description": shown.introduction,
            "canonical": address if number == 1 else f"{address}?page={number}",
            "image": lead.picture_for_sharing if lead else None,
            "type": "website",
        },
    }

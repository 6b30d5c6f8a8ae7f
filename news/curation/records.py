"""What an action changed, written down so that it can be put back exactly."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField
from django.utils import timezone
from wagtail.log_actions import log

from news.curation.announcing import announce
from news.models import ArticlePage, Curation, RelatedLink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cms.core.models import User

LOG_ACTION = "news.related."
APPROVED = RelatedLink.Status.APPROVED.value
# As many titles as an entry of the history names.
NAMED = 10


def state_of(link: RelatedLink) -> dict[str, Any]:
    """Every field as JSON holds it; times keep their microseconds, which tell decisions apart."""
    values = {field.attname: field.value_from_object(link) for field in link._meta.concrete_fields}
    return {
        name: value.isoformat() if isinstance(value, datetime.datetime) else value
        for name, value in values.items()
    }


def fields_from(state: dict[str, Any]) -> dict[str, Any]:
    """Fields as the model holds them, from what ``state_of()`` wrote down."""
    fields = {field.attname: field for field in RelatedLink._meta.concrete_fields}
    return {
        name: field.to_python(value) if isinstance(field := fields[name], DateTimeField) else value
        for name, value in state.items()
        if name in fields
    }


def change_of(
    link: RelatedLink, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    """One link's part of an action: what differs, or the whole of a link that came or went."""
    if before is not None and after is not None:
        differing = {name for name in before if before[name] != after[name]}
        before = {name: before[name] for name in sorted(differing)}
        after = {name: after[name] for name in sorted(differing)}
    return {
        "link": link.pk,
        "article": link.article_id,
        "title": link.title,
        "shown": APPROVED in (_status(before, link), _status(after, link)),
        "before": before,
        "after": after,
    }


def _status(state: dict[str, Any] | None, link: RelatedLink) -> str:
    """The link's state then; what did not change is as it is now."""
    return "" if state is None else str(state.get("status", link.status))


def keep(
    *, kind: Curation.Kind, by: User, changes: list[dict[str, Any]], why: str = ""
) -> Curation:
    """Write an action down to be undone, in the articles' histories, and tell the caches."""
    curation = Curation.objects.create(by=by, at=timezone.now(), kind=kind, changes=changes)
    write_history(action=kind.value, by=by, changes=curation.about, why=why)
    return curation


def write_history(
    *, action: str, by: User, changes: Iterable[dict[str, Any]], why: str = ""
) -> None:
    """One entry in the history of each article concerned, and one word to the caches."""
    by_article: dict[int, list[dict[str, Any]]] = {}
    for change in changes:
        by_article.setdefault(change["article"], []).append(change)
    articles = ArticlePage.objects.filter(pk__in=by_article).defer_streamfields()
    for article in articles.order_by("pk"):
        rows = by_article[article.pk]
        log(
            instance=article,
            action=f"{LOG_ACTION}{action}",
            user=by,
            data={
                "titles": [row["title"] for row in rows[:NAMED]],
                "number": len(rows),
                "links": [row["link"] for row in rows],
                "because": why,
            },
        )
    announce({row["article"] for rows in by_article.values() for row in rows if row["shown"]})


def forget() -> int:
    """Forget what can no longer be undone; how many. The histories keep what was done."""
    return Curation.objects.past_undoing().delete()[0]

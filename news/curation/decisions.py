"""What moderators decide about links: one transaction each, told to whoever came second.

Each locks the articles concerned before it reads the links, so that two people who decide at once
decide one after the other, and the second sees what the first has done. A link is changed only while
it is what the moderator saw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from news.curation import records
from news.models import ArticlePage, Curation, RelatedLink
from news.models.related import SHOWN_AT_MOST

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable, Mapping

    from cms.core.models import User

Kind = Curation.Kind
Status = RelatedLink.Status
# Between two positions there is room for whoever writes to the table by other means.
STEP = 10
# As many as one action takes.
AT_ONCE = 500
REASONS = (
    "Says the same as another link",
    "Not about this story",
    "Too old",
    "Cannot be read without paying",
    "Not a source we trust",
)
LONGEST_REASON = 200


@dataclass
class Outcome:
    """What an action did, in words; the links it changed; a word on each that it did not; a hint."""

    said: str = ""
    changed: list[int] = field(default_factory=list)
    missed: dict[int, str] = field(default_factory=dict)
    remark: str = ""
    # The words on links are what was asked for, not what went wrong.
    is_report: bool = False


class CurationRefused(Exception):
    """Nothing was done; the message says why, to the moderator."""


@transaction.atomic
def approve(*, seen: Mapping[int, str], by: User) -> Outcome:
    """Have these links shown, after those that are, in the order given.

    Args:
        seen: The state in which the moderator saw each link, by its id.
        by: Who decides.
    """
    last: dict[int, int] = {}

    def change(link: RelatedLink) -> None:
        if link.article_id not in last:
            last[link.article_id] = _last_position(link.article_id)
        last[link.article_id] += STEP
        link.position = last[link.article_id]
        _decide(link, Status.APPROVED, by)

    outcome = _change_each(Kind.APPROVE, seen, by, change, but=Status.APPROVED)
    outcome.remark = _too_many(last)
    return outcome


@transaction.atomic
def reject(*, seen: Mapping[int, str], by: User, because: str = "") -> Outcome:
    """Keep these links from being shown, and remember why."""
    why = because.strip()[:LONGEST_REASON]

    def change(link: RelatedLink) -> None:
        _decide(link, Status.REJECTED, by)
        link.rejected_because = why

    return _change_each(Kind.REJECT, seen, by, change, why=why, but=Status.REJECTED)


@transaction.atomic
def put_back(*, seen: Mapping[int, str], by: User) -> Outcome:
    """Let these links wait for a decision again, as if none had been made."""

    def change(link: RelatedLink) -> None:
        _decide(link, Status.SUGGESTED, None)

    return _change_each(Kind.PUT_BACK, seen, by, change, but=Status.SUGGESTED)


@transaction.atomic
def keep(*, seen: Mapping[int, str], by: User) -> Outcome:
    """Take these links for whole although they did not answer; the next checks begin anew."""

    def change(link: RelatedLink) -> None:
        link.broken_since, link.failed_checks, link.check_message = None, 0, ""

    return _change_each(Kind.KEEP, seen, by, change)


@transaction.atomic
def remove(*, seen: Mapping[int, str], by: User) -> Outcome:
    """Forget these links; only undoing remembers them."""
    rows, outcome = _as_seen(seen)
    changes = [records.change_of(row, records.state_of(row), None) for row in rows]
    RelatedLink.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return _kept(Kind.REMOVE, by, changes, outcome)


@transaction.atomic
def move(*, link_id: int, to: int, seen: list[int], by: User) -> Outcome:
    """Put an approved link at a place among its article's, counted from 0.

    Args:
        link_id: The link.
        to: Its place; beyond the last, it becomes the last.
        seen: The ids of the article's approved links in the order that the moderator saw.
        by: Who moves it.

    Raises:
        CurationRefused: the order is another by now.
    """
    _lock(RelatedLink.objects.filter(pk=link_id).values_list("article_id", flat=True))
    link = RelatedLink.objects.filter(pk=link_id, status=Status.APPROVED).first()
    if link is None:
        raise CurationRefused("This link is no longer among the approved, so it was not moved.")
    rows = list(RelatedLink.objects.filter(article_id=link.article_id).approved())
    if [row.pk for row in rows] != seen:
        raise CurationRefused(
            "Somebody has changed these links meanwhile. You see the new order now; move the link"
            " again if it is still in the wrong place."
        )
    order = [row for row in rows if row.pk != link_id]
    order.insert(max(0, to), next(row for row in rows if row.pk == link_id))
    changes = []
    for number, row in enumerate(order, start=1):
        before = records.state_of(row)
        row.position = number * STEP
        after = records.state_of(row)
        if before != after:
            changes.append(records.change_of(row, before, after))
    if order == rows:
        return Outcome()
    RelatedLink.objects.bulk_update(order, ["position"])
    # The one that the moderator moved names the action.
    changes.sort(key=lambda change: change["link"] != link_id)
    return _kept(Kind.MOVE, by, changes, Outcome())


@transaction.atomic
def add(
    *,
    article_id: int,
    address: str,
    title: str,
    by: User,
    publisher: str = "",
    published_at: datetime.datetime | None = None,
) -> Outcome:
    """Have an address shown under an article; one that waits or was rejected is approved.

    Raises:
        CurationRefused: it is shown already, or there is no such article.
        ValidationError: the address is none, or the title is missing or too long.
    """
    _lock([article_id])
    if not ArticlePage.objects.filter(pk=article_id).exists():
        raise CurationRefused("This article is gone. Nothing was added.")
    there = RelatedLink.objects.filter(article_id=article_id, address=address).first()
    if there is not None and there.status == Status.APPROVED:
        raise CurationRefused("This link is among the approved already.")
    if there is not None:
        was = "had been rejected" if there.status == Status.REJECTED else "was suggested already"
        outcome = approve(seen={there.pk: there.status}, by=by)
        outcome.remark = f"This link {was}; it is approved now. {outcome.remark}".strip()
        return outcome
    link = RelatedLink(
        article_id=article_id,
        address=address,
        title=title,
        publisher=publisher,
        published_at=published_at,
        position=_last_position(article_id) + STEP,
    )
    _decide(link, Status.APPROVED, by)
    link.full_clean()
    link.save()
    changes = [records.change_of(link, None, records.state_of(link))]
    outcome = _kept(Kind.ADD, by, changes, Outcome())
    outcome.remark = _too_many([article_id])
    return outcome


@transaction.atomic
def edit(
    *,
    link_id: int,
    title: str,
    publisher: str,
    published_at: datetime.datetime | None,
    by: User,
) -> Outcome:
    """Say better what a link is called, who published it and when.

    Raises:
        CurationRefused: it is gone.
        ValidationError: the title is missing, or a field is too long or in the future.
    """
    _lock(RelatedLink.objects.filter(pk=link_id).values_list("article_id", flat=True))
    link = RelatedLink.objects.filter(pk=link_id).first()
    if link is None:
        raise CurationRefused("Somebody has removed this link meanwhile.")
    before = records.state_of(link)
    link.title, link.publisher, link.published_at = title, publisher, published_at
    link.full_clean()
    after = records.state_of(link)
    if before == after:
        return Outcome()
    changed = records.change_of(link, before, after)
    link.save(update_fields=list(changed["after"]))
    return _kept(Kind.EDIT, by, [changed], Outcome())


# How they all work --------------------------------------------------------------------------------


def _lock(article_ids: Iterable[int]) -> None:
    """Hold these articles until the transaction ends, always in one order."""
    ids = sorted(set(article_ids))
    articles = ArticlePage.objects.filter(pk__in=ids).order_by("pk")
    list(articles.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _as_seen(seen: Mapping[int, str]) -> tuple[list[RelatedLink], Outcome]:
    """The links that are still what the moderator saw, in that order; and a word on the others."""
    ids = list(seen)[:AT_ONCE]
    _lock(RelatedLink.objects.filter(pk__in=ids).values_list("article_id", flat=True))
    found = RelatedLink.objects.select_related("decided_by").in_bulk(ids)
    outcome, rows = Outcome(), []
    for pk in ids:
        link = found.get(pk)
        if link is None:
            outcome.missed[pk] = "Somebody has removed this link meanwhile."
        elif link.status != seen[pk]:
            outcome.missed[pk] = _meanwhile(link)
        else:
            rows.append(link)
    return rows, outcome


def _meanwhile(link: RelatedLink) -> str:
    if link.status == Status.SUGGESTED:
        return "Somebody has put this link back among the suggestions meanwhile."
    who = link.decided_by.public_name if link.decided_by else "Somebody"
    why = f" ({link.rejected_because})" if link.rejected_because else ""
    return f"{who} has {link.get_status_display().lower()} this link meanwhile{why}."


def _change_each(
    kind: Kind,
    seen: Mapping[int, str],
    by: User,
    change: Callable[[RelatedLink], None],
    *,
    but: str = "",
    why: str = "",
) -> Outcome:
    """Change each link that is still what was seen, and not ``but`` already."""
    rows, outcome = _as_seen(seen)
    changes = []
    for row in rows:
        if row.status == but:
            outcome.missed[row.pk] = f"This link is {row.get_status_display().lower()} already."
            continue
        before = records.state_of(row)
        change(row)
        changed = records.change_of(row, before, records.state_of(row))
        # What the check of addresses writes meanwhile is not ours.
        row.save(update_fields=list(changed["after"]))
        changes.append(changed)
    return _kept(kind, by, changes, outcome, why=why)


def _kept(
    kind: Kind, by: User, changes: list[dict[str, Any]], outcome: Outcome, *, why: str = ""
) -> Outcome:
    outcome.changed = [change["link"] for change in changes]
    if changes:
        outcome.said = f"{records.keep(kind=kind, by=by, changes=changes, why=why)}."
    return outcome


def _decide(link: RelatedLink, status: Status, by: User | None) -> None:
    link.status = status
    link.decided_by = by
    link.decided_at = timezone.now() if by else None
    link.rejected_because = ""


def _last_position(article_id: int) -> int:
    rows = RelatedLink.objects.filter(article_id=article_id, status=Status.APPROVED)
    last: int | None = rows.aggregate(last=Max("position"))["last"]
    return last or 0


def _too_many(article_ids: Iterable[int]) -> str:
    """A word to whoever approves more than readers are shown."""
    rows = RelatedLink.objects.filter(article_id__in=list(article_ids), status=Status.APPROVED)
    numbers = rows.order_by().values("article_id").annotate(number=Count("pk"))
    if not numbers.filter(number__gt=SHOWN_AT_MOST).exists():
        return ""
    return f"Readers see the first {SHOWN_AT_MOST}; move up what they should not miss."

"""Putting back what a moderator did last, exactly as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from news.curation import records
from news.curation.decisions import CurationRefused, Outcome
from news.models import ArticlePage, Curation, RelatedLink, Story

if TYPE_CHECKING:
    from cms.core.models import User


def last_of(user: User) -> Curation | None:
    """What undoing would put back now."""
    return Curation.objects.undoable().filter(by=user).first()


@transaction.atomic
def undo(*, by: User) -> Outcome:
    """Put back what this person did last; again, what they did before that.

    A link that somebody has changed since stays as it is, with a word on it. An order that somebody
    has changed since stays as a whole.

    Raises:
        CurationRefused: there is nothing to undo.
    """
    # Two key presses at once undo two actions, one after the other.
    get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
    curation = last_of(by)
    if curation is None:
        raise CurationRefused("There is nothing to undo: you have changed no link since yesterday.")
    curation.undone_at = timezone.now()
    curation.save(update_fields=["undone_at"])
    _lock_articles(curation)
    found = RelatedLink.objects.in_bulk([change["link"] for change in curation.changes])
    fits = {
        change["link"]: _is_as_left(curation, change, found.get(change["link"]))
        for change in curation.changes
    }
    if curation.kind == Curation.Kind.MOVE and not all(fits.values()):
        fits = dict.fromkeys(fits, False)
    outcome = Outcome(said=f"Undone: {curation}.")
    put_back = []
    for change in curation.changes:
        pk = change["link"]
        if fits[pk] and _put_back(change, found.get(pk)):
            outcome.changed.append(pk)
            put_back.append(change)
        else:
            outcome.missed[pk] = f"“{change['title']}” has been changed since, and stays as it is."
    spoken_of = [change for change in put_back if change in curation.about]
    records.write_history(action="undo", by=by, changes=spoken_of)
    if not outcome.changed:
        outcome.said = "Nothing was undone."
    return outcome


def _lock_articles(curation: Curation) -> None:
    ids = {change["article"] for change in curation.changes}
    articles = ArticlePage.objects.filter(pk__in=ids).order_by("pk")
    list(articles.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _is_as_left(curation: Curation, change: dict[str, Any], link: RelatedLink | None) -> bool:
    """Whether the link is what the action made of it."""
    after = change["after"]
    if after is None or link is None:
        return after is None and link is None
    # Others may have moved it up or down since; that is no other decision. And what the check of
    # addresses finds is nobody's.
    ignored = {"position"} if curation.kind != Curation.Kind.MOVE else set()
    if curation.kind != Curation.Kind.KEEP:
        ignored |= {"checked_at", "failed_checks", "broken_since", "check_message"}
    now = records.state_of(link)
    return all(now[name] == value for name, value in after.items() if name not in ignored)


def _put_back(change: dict[str, Any], link: RelatedLink | None) -> bool:
    """Make the link what it was; False where its place is taken or its article is gone."""
    before = change["before"]
    if before is None:
        RelatedLink.objects.filter(pk=change["link"]).delete()
        return True
    fields = records.fields_from(before)
    if link is not None:
        for name, value in fields.items():
            setattr(link, name, value)
        link.save(update_fields=list(fields))
        return True
    if RelatedLink.objects.filter(
        article_id=change["article"], address=fields["address"]
    ).exists() or not _is_there(ArticlePage, change["article"]):
        return False
    if fields["page_id"] and not _is_there(ArticlePage, fields["page_id"]):
        return False
    if fields["story_id"] and not _is_there(Story, fields["story_id"]):
        fields["story_id"] = None
    if fields["decided_by_id"] and not _is_there(get_user_model(), fields["decided_by_id"]):
        fields["decided_by_id"] = None
    RelatedLink(**fields).save(force_insert=True)
    return True


def _is_there(model: Any, pk: int) -> bool:
    return bool(model.objects.filter(pk=pk).exists())

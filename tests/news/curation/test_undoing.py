"""Undoing puts back exactly what was there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import PageLogEntry

from cms.core.models import User
from news.curation import decisions, records, undoing
from news.curation.decisions import CurationRefused
from news.models import ArticlePage, Curation, RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

Status = RelatedLink.Status


@pytest.fixture
def page() -> ArticlePage:
    return article(live=True)


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="Moderators")


@pytest.fixture
def colleague() -> User:
    return UserFactory(role="Moderators")


def rows() -> list[dict[str, Any]]:
    """Everything that is stored of every link."""
    return [dict(row) for row in RelatedLink.objects.order_by("pk").values()]


@pytest.fixture
def links(page: ArticlePage, colleague: User) -> list[RelatedLink]:
    """Approved, suggested, rejected and broken links, in no tidy order."""
    decided = {"decided_by": colleague, "decided_at": timezone.now() - timedelta(days=3)}
    made: list[RelatedLink] = [
        RelatedLinkFactory(article=page, position=position, **decided)
        for position in (7, 7, 3, 100)
    ]
    made += [
        RelatedLinkFactory(
            article=page,
            status=Status.SUGGESTED,
            score=0.5,
            explanation="same names: Baldwin",
            folded=[{"title": "The same", "publisher": "X", "address": "https://x.example/"}],
        ),
        RelatedLinkFactory(
            article=page, status=Status.REJECTED, rejected_because="Too old", **decided
        ),
        RelatedLinkFactory(
            article=article(), broken_since=timezone.now(), failed_checks=4, check_message="404"
        ),
    ]
    return made


def seen(links: list[RelatedLink]) -> dict[int, str]:
    return {link.pk: link.status for link in links}


ACTS: dict[str, Callable[[list[RelatedLink], User], Any]] = {
    "approve": lambda links, by: decisions.approve(seen=seen(links), by=by),
    "reject": lambda links, by: decisions.reject(seen=seen(links), because="No", by=by),
    "put back": lambda links, by: decisions.put_back(seen=seen(links), by=by),
    "remove": lambda links, by: decisions.remove(seen=seen(links), by=by),
    "keep": lambda links, by: decisions.keep(seen=seen(links[-1:]), by=by),
    "move": lambda links, by: decisions.move(
        link_id=links[3].pk,
        to=0,
        seen=[links[2].pk, links[0].pk, links[1].pk, links[3].pk],
        by=by,
    ),
    "add": lambda links, by: decisions.add(
        article_id=links[0].article_id, address="https://new.example/", title="New", by=by
    ),
    "edit": lambda links, by: decisions.edit(
        link_id=links[0].pk, title="Other", publisher="", published_at=None, by=by
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_action_also_on_many_links_is_undone_to_the_last_field(
    name: str, links: list[RelatedLink], moderator: User
) -> None:
    before = rows()
    ACTS[name](links, moderator)
    assert rows() != before
    outcome = undoing.undo(by=moderator)
    assert rows() == before
    assert outcome.missed == {}
    assert outcome.said.startswith("Undone: ")


def test_actions_are_undone_one_after_the_other_and_then_there_is_nothing(
    links: list[RelatedLink], moderator: User
) -> None:
    states = []
    for name in ("move", "edit", "add", "approve", "remove"):
        states.append(rows())
        ACTS[name]([RelatedLink.objects.get(pk=link.pk) for link in links], moderator)
    for state in reversed(states):
        undoing.undo(by=moderator)
        assert rows() == state
    with pytest.raises(CurationRefused, match="nothing to undo"):
        undoing.undo(by=moderator)


def test_everybody_undoes_only_what_they_did(
    links: list[RelatedLink], moderator: User, colleague: User
) -> None:
    ACTS["reject"](links[:1], moderator)
    with pytest.raises(CurationRefused):
        undoing.undo(by=colleague)
    assert undoing.last_of(colleague) is None
    assert undoing.last_of(moderator) is not None


def test_what_somebody_decided_since_stays_and_the_rest_is_put_back(
    links: list[RelatedLink], moderator: User, colleague: User
) -> None:
    first, second = links[0], links[1]
    ACTS["reject"]([first, second], moderator)
    first.refresh_from_db()
    decisions.approve(seen=seen([first]), by=colleague)
    outcome = undoing.undo(by=moderator)
    assert outcome.changed == [second.pk]
    assert "has been changed since" in outcome.missed[first.pk]
    first.refresh_from_db()
    assert first.decided_by == colleague


def test_an_order_that_somebody_changed_since_stays_as_a_whole(
    links: list[RelatedLink], page: ArticlePage, moderator: User, colleague: User
) -> None:
    ACTS["move"](links, moderator)
    order = list(page.related_links.approved().values_list("pk", flat=True))
    decisions.move(link_id=order[0], to=3, seen=order, by=colleague)
    theirs = rows()
    outcome = undoing.undo(by=moderator)
    assert rows() == theirs
    assert outcome.said == "Nothing was undone."


def test_a_decision_is_undone_although_others_moved_the_link_since(
    links: list[RelatedLink], page: ArticlePage, moderator: User, colleague: User
) -> None:
    waiting = links[4]
    before = RelatedLink.objects.values().get(pk=waiting.pk)
    ACTS["approve"]([waiting], moderator)
    order = list(page.related_links.approved().values_list("pk", flat=True))
    decisions.move(link_id=waiting.pk, to=0, seen=order, by=colleague)
    undoing.undo(by=moderator)
    assert RelatedLink.objects.values().get(pk=waiting.pk) == before


def test_a_removed_link_stays_away_when_its_address_has_come_back(
    links: list[RelatedLink], moderator: User
) -> None:
    removed = links[0]
    ACTS["remove"]([removed], moderator)
    RelatedLinkFactory(article=removed.article, address=removed.address)
    outcome = undoing.undo(by=moderator)
    assert outcome.changed == []
    assert len(outcome.missed) == 1


def test_a_removed_link_comes_back_without_those_who_have_left(
    links: list[RelatedLink], moderator: User, colleague: User
) -> None:
    ACTS["remove"](links[:1], moderator)
    colleague.delete()
    undoing.undo(by=moderator)
    assert RelatedLink.objects.get(pk=links[0].pk).decided_by is None


def test_a_link_does_not_come_back_to_an_article_that_is_gone(
    links: list[RelatedLink], page: ArticlePage, moderator: User
) -> None:
    ACTS["remove"](links[:1], moderator)
    page.delete()
    assert undoing.undo(by=moderator).changed == []


def test_undoing_stands_in_the_history_of_the_article(
    links: list[RelatedLink], page: ArticlePage, moderator: User
) -> None:
    ACTS["reject"](links[:1], moderator)
    undoing.undo(by=moderator)
    entry = PageLogEntry.objects.filter(page=page).latest("pk")
    assert entry.message == f"Related link restored by undoing: “{links[0].title}”"


def test_what_is_a_day_old_is_not_undone_and_is_forgotten(
    links: list[RelatedLink], moderator: User
) -> None:
    ACTS["reject"](links[:1], moderator)
    ACTS["reject"](links[1:2], moderator)
    old = Curation.objects.earliest("pk")
    Curation.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(hours=25))
    undoing.undo(by=moderator)
    with pytest.raises(CurationRefused):
        undoing.undo(by=moderator)
    assert records.forget() == 1
    assert list(Curation.objects.all()) != [old]

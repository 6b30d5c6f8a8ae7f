"""Where a petition stands, and what moves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from advocacy import petition_life
from advocacy.models import Petition, PetitionStatus, SecondLook
from advocacy.petition_life import MoveRefused
from tests.factories.advocacy import PetitionFactory, SignatureFactory
from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def entries(petition: Petition) -> list[ModelLogEntry]:
    return list(
        ModelLogEntry.objects.for_instance(petition)
        .filter(action__startswith="advocacy.petition.")
        .order_by("timestamp")
    )


def test_each_move_is_one_entry_in_the_history_that_names_who_made_it() -> None:
    petition, user = PetitionFactory.create(), UserFactory()
    petition_life.close(petition=petition, by=user)
    assert petition.status == PetitionStatus.CLOSED
    assert petition.closed_at is not None
    [entry] = entries(petition)
    assert (entry.user, entry.action) == (user, "advocacy.petition.closed")
    assert entry.data == {"from": "open", "to": "closed"}
    assert entry.message == "From open to closed"


def test_a_won_petition_tells_its_outcome_and_a_blank_one_is_refused() -> None:
    petition = PetitionFactory.create()
    with pytest.raises(MoveRefused, match="Tell those who signed"):
        petition_life.win(petition=petition, outcome="<p> </p>")
    petition.refresh_from_db()
    assert petition.status == PetitionStatus.OPEN
    petition_life.win(petition=petition, outcome="<p>The Senate voted.</p>")
    assert (petition.status, petition.outcome) == ("won", "<p>The Senate voted.</p>")
    assert petition.latest_revision.content["outcome"] == "<p>The Senate voted.</p>"
    assert not petition.has_unpublished_changes


def test_an_outcome_can_be_put_right_and_keeps_the_day_on_which_it_closed() -> None:
    petition = PetitionFactory.create()
    petition_life.close(petition=petition)
    closed = petition.closed_at
    petition_life.win(petition=petition, outcome="<p>Yes.</p>")
    petition_life.lose(petition=petition, outcome="<p>No, after all.</p>")
    petition_life.archive(petition=petition)
    assert (petition.status, petition.closed_at) == ("archived", closed)


@pytest.mark.parametrize(
    ("begin", "move"),
    [
        ("draft", petition_life.close),
        ("closed", petition_life.close),
        ("open", petition_life.open_for_signing),
        ("open", petition_life.archive),
        ("archived", petition_life.close),
        ("won", petition_life.open_for_signing),
    ],
)
def test_what_leads_nowhere_is_refused_and_changes_nothing(begin: str, move: object) -> None:
    petition = PetitionFactory.create(status=begin)
    with pytest.raises(MoveRefused, match="cannot become"):
        move(petition=petition)  # type: ignore[operator]
    petition.refresh_from_db()
    assert petition.status == begin
    assert not entries(petition)


def test_the_outcome_goes_out_while_a_draft_of_other_words_waits() -> None:
    petition = PetitionFactory.create(title="As it is")
    petition.title = "As it may be"
    petition.save_revision()
    petition = Petition.objects.get(pk=petition.pk)
    petition_life.lose(petition=petition, outcome="<p>No.</p>")
    assert (petition.title, petition.outcome) == ("As it is", "<p>No.</p>")
    draft = petition.get_latest_revision_as_object()
    assert (draft.title, draft.outcome) == ("As it may be", "<p>No.</p>")
    assert petition.has_unpublished_changes


def test_publishing_a_draft_from_before_does_not_open_a_closed_petition_again() -> None:
    petition = PetitionFactory.create()
    petition.summary = "Other words."
    revision = petition.save_revision()
    petition_life.close(petition=Petition.objects.get(pk=petition.pk))
    revision.publish()
    petition.refresh_from_db()
    assert (petition.status, petition.summary) == ("closed", "Other words.")
    assert petition.closed_at is not None


def test_what_is_open_beyond_its_last_day_closes_by_itself_once() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    over = PetitionFactory.create(closes_on=yesterday)
    today = PetitionFactory.create(closes_on=timezone.localdate())
    assert petition_life.close_overdue() == 1
    assert petition_life.close_overdue() == 0
    over.refresh_from_db()
    today.refresh_from_db()
    assert (over.status, today.status) == ("closed", "open")
    [entry] = entries(over)
    assert entry.user is None


def test_an_article_that_names_it_is_queued_for_another_look(
    django_capture_on_commit_callbacks: object,
) -> None:
    petition = PetitionFactory.create()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        page = article(petition=petition)
    petition_life.close(petition=petition)
    [look] = SecondLook.objects.all()
    assert (look.place_id, look.reason) == (page.pk, "petition_closed")
    assert "closed" in look.detail


def test_a_closed_petition_opens_again_unless_its_day_is_over_or_signers_are_forgotten() -> None:
    petition = PetitionFactory.create()
    petition_life.close(petition=petition)
    petition_life.open_for_signing(petition=petition)
    assert petition.is_open
    assert petition.closed_at is None
    petition_life.close(petition=petition)
    petition.closes_on = timezone.localdate() - timedelta(days=1)
    with pytest.raises(MoveRefused, match="later one"):
        petition_life.open_for_signing(petition=petition)
    petition.closes_on = None
    SignatureFactory.create(petition=petition, confirmed=True, anonymised_at=timezone.now())
    with pytest.raises(MoveRefused, match="anonymous"):
        petition_life.open_for_signing(petition=petition)

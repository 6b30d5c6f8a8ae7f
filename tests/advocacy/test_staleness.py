"""What names something that changed is looked at again, once, and settled by whoever looked."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from advocacy import staleness
from advocacy.models import (
    Channel,
    Letter,
    Office,
    Petition,
    PetitionStatus,
    Reason,
    Representative,
    SecondLook,
)
from advocacy.models.petitions import ENDED
from tests.factories.advocacy import (
    ChannelFactory,
    LetterFactory,
    PetitionFactory,
    RepresentativeFactory,
)
from tests.factories.news import article, block
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def naming(person: Representative, **fields: Any) -> Page:
    """An article whose Action names somebody."""
    call = {"kind": "representative", "text": "Call.", "representative": person.pk}
    page: Page = article(action=[block("call_to_action", call)], **fields)
    return page


def looks() -> set[tuple[str, str]]:
    """What waits: the place by name, and the reason."""
    return {
        (str(row.place), row.reason) for row in SecondLook.objects.open().prefetch_related("place")
    }


# Who is found -------------------------------------------------------------------------------------


def test_every_article_petition_and_letter_that_names_somebody_is_queued() -> None:
    person, other = RepresentativeFactory.create(), RepresentativeFactory.create()
    naming(person, live=True, title="Live")
    naming(person, title="Draft")
    naming(other, live=True, title="About another")
    PetitionFactory.create(title="Asks", targets=[other, person])
    PetitionFactory.create(title="Ended", targets=[person], status=PetitionStatus.CLOSED)
    LetterFactory.create(title="Writes", targets=[person])
    LetterFactory.create(title="Writes to another", targets=[other])
    assert staleness.queue(entry=person, reason=Reason.LEFT_OFFICE) == 4
    left = Reason.LEFT_OFFICE
    assert looks() == {("Live", left), ("Draft", left), ("Asks", left), ("Writes", left)}


def test_articles_that_name_a_petition_or_a_letter_are_queued() -> None:
    petition, letter = PetitionFactory.create(), LetterFactory.create()
    article(live=True, title="By its field", petition=petition)
    call = {"kind": "letter", "text": "Write.", "letter": letter.pk}
    article(live=True, title="In a call", action=[block("call_to_action", call)])
    assert staleness.queue(entry=petition, reason=Reason.PETITION_CLOSED) == 1
    assert staleness.queue(entry=letter, reason=Reason.CHANNEL_CHANGED) == 1
    assert looks() == {
        ("By its field", Reason.PETITION_CLOSED),
        ("In a call", Reason.CHANNEL_CHANGED),
    }


def test_the_same_reason_is_queued_once_and_tells_the_latest() -> None:
    person = RepresentativeFactory.create()
    LetterFactory.create(targets=[person])
    reported = Reason.CHANNEL_REPORTED
    assert staleness.queue(entry=person, reason=reported, detail="First.") == 1
    assert staleness.queue(entry=person, reason=reported, detail="Second.") == 0
    assert staleness.queue(entry=person, reason=Reason.LEFT_OFFICE) == 1
    assert SecondLook.objects.get(reason=reported).detail == "Second."


def test_the_database_itself_keeps_one_open_row() -> None:
    LetterFactory.create(targets=[person := RepresentativeFactory.create()])
    staleness.queue(entry=person, reason=Reason.LEFT_OFFICE)
    row = SecondLook.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_detail_of_any_length_is_taken() -> None:
    LetterFactory.create(targets=[person := RepresentativeFactory.create()])
    staleness.queue(entry=person, reason=Reason.CHANNEL_REPORTED, detail="x" * 10_000)
    assert len(SecondLook.objects.get().detail) == 300


def test_queueing_takes_six_queries_however_many_name_it() -> None:
    person = RepresentativeFactory.create()
    for number in range(12):
        LetterFactory.create(targets=[person])
        PetitionFactory.create(targets=[person])
        naming(person, live=True, title=f"Article {number}")
    staleness.queue(entry=person, reason=Reason.OFFICE_CHANGED)
    SecondLook.objects.filter(pk__in=SecondLook.objects.values("pk")[:5]).delete()
    with CaptureQueriesContext(connection) as counted:
        assert staleness.queue(entry=person, reason=Reason.OFFICE_CHANGED) == 5
    queries = [q for q in counted if "SAVEPOINT" not in q["sql"]]
    assert len(queries) <= 6


# Settling -----------------------------------------------------------------------------------------


def test_a_look_settles_and_can_be_undone_by_whoever_looked() -> None:
    LetterFactory.create(targets=[person := RepresentativeFactory.create()])
    staleness.queue(entry=person, reason=Reason.LEFT_OFFICE)
    row, one, another = SecondLook.objects.get(), UserFactory(), UserFactory()
    assert staleness.settle(rows=[row.pk], user=one) == 1
    assert staleness.settle(rows=[row.pk], user=another) == 0
    row.refresh_from_db()
    assert row.settled_by == one
    assert staleness.reopen(rows=[row.pk], user=another) == 0
    assert staleness.reopen(rows=[row.pk], user=one) == 1
    assert looks() == {("Keep Medicare bargaining", Reason.LEFT_OFFICE)}


def test_what_was_settled_is_queued_anew_when_it_happens_again() -> None:
    LetterFactory.create(targets=[person := RepresentativeFactory.create()])
    user = UserFactory()
    for _ in range(2):
        assert staleness.queue(entry=person, reason=Reason.CHANNEL_CHANGED) == 1
        staleness.settle(rows=list(SecondLook.objects.values_list("pk", flat=True)), user=user)
    rows = list(SecondLook.objects.values_list("pk", flat=True))
    assert staleness.reopen(rows=rows, user=user) == 1
    assert staleness.reopen(rows=rows, user=user) == 0


def test_what_is_deleted_asks_for_nothing() -> None:
    person, letter = RepresentativeFactory.create(), LetterFactory.create()
    page = naming(person, live=True)
    naming(person, live=True, title="Another")
    call = {"kind": "letter", "text": "Write.", "letter": letter.pk}
    article(live=True, title="Writes", action=[block("call_to_action", call)])
    staleness.queue(entry=person, reason=Reason.LEFT_OFFICE)
    staleness.queue(entry=letter, reason=Reason.CHANNEL_CHANGED)
    page.delete()
    assert looks() == {
        ("Another", Reason.LEFT_OFFICE),
        ("Writes", Reason.CHANNEL_CHANGED),
    }
    letter.delete()
    person.delete()
    assert looks() == set()


# What changes -------------------------------------------------------------------------------------


def published(entry: Representative | Petition) -> None:
    """As the form, a schedule or a workflow publishes: by a revision."""
    entry.save_revision().publish()


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (
            {"office": Office.REPRESENTATIVE, "district": "2"},
            Reason.OFFICE_CHANGED,
            "Was U.S. Senator, Wisconsin; is U.S. Representative, Wisconsin's 2nd district.",
        ),
        (
            {"state": "MN"},
            Reason.OFFICE_CHANGED,
            "Was U.S. Senator, Wisconsin; is U.S. Senator, Minnesota.",
        ),
        (
            {"left_office_on": datetime.date(2026, 6, 3)},
            Reason.LEFT_OFFICE,
            "Senator Tammy Baldwin left office on June 3, 2026.",
        ),
    ],
)
def test_publishing_a_change_of_office_queues(
    change: dict[str, Any], reason: Reason, detail: str
) -> None:
    person = RepresentativeFactory.create(name="Tammy Baldwin")
    LetterFactory.create(title="Writes", targets=[person])
    for name, value in change.items():
        setattr(person, name, value)
    person.save_revision()
    assert looks() == set()
    published(person)
    assert looks() == {("Writes", reason)}
    assert SecondLook.objects.get().detail == detail


def test_a_channel_that_goes_or_changes_queues_and_one_more_does_not() -> None:
    person = RepresentativeFactory.create()
    LetterFactory.create(title="Writes", targets=[person])
    ChannelFactory.create(representative=person, value="202-224-0001")
    person = Representative.objects.get(pk=person.pk)
    person.channels.add(
        Channel(kind="fax", value="202-224-0009", source_address="https://x.gov", checked_on=TODAY)
    )
    published(person)
    assert looks() == set()
    first = person.channels.get(kind="phone")
    first.label = "Another label"
    person.channels.add(first)
    published(person)
    assert looks() == set()
    first.value = "202-224-0002"
    person.channels.add(first)
    published(person)
    assert looks() == {("Writes", Reason.CHANNEL_CHANGED)}
    assert SecondLook.objects.get().detail == "No longer listed: Phone: 202-224-0001."


@pytest.mark.parametrize("status", sorted(ENDED))
def test_the_end_of_a_petition_queues(status: str) -> None:
    petition = PetitionFactory.create()
    article(live=True, title="Names it", petition=petition)
    petition.status = status
    petition.outcome = "<p>So it ended.</p>"
    petition.save()
    assert looks() == {("Names it", Reason.PETITION_CLOSED)}
    petition.status = PetitionStatus.ARCHIVED
    SecondLook.objects.all().delete()
    petition.save()
    assert looks() == set()


def test_nothing_is_queued_for_what_nobody_saw() -> None:
    person = RepresentativeFactory.create(live=False)
    Letter.objects.filter(pk=LetterFactory.create(targets=[person]).pk).update(live=False)
    person.state = "MN"
    person.save()
    assert looks() == set()


def test_what_fails_to_publish_queues_nothing() -> None:
    person = RepresentativeFactory.create(bioguide="B001230")
    LetterFactory.create(targets=[person])
    RepresentativeFactory.create(bioguide="S001150")
    person.state, person.bioguide = "MN", "S001150"
    with pytest.raises(IntegrityError), transaction.atomic():
        person.save()
    assert looks() == set()

"""Petitions: what is open, what is urgent, how far they have come."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advocacy.models import Petition
from tests.factories.advocacy import (
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)

pytestmark = pytest.mark.django_db
Status = Petition.Status
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("kwargs", "is_open"),
    [
        ({}, True),
        ({"opens_on": TODAY, "closes_on": TODAY}, True),
        ({"opens_on": TODAY + DAY}, False),
        ({"closes_on": TODAY - DAY}, False),
        ({"live": False}, False),
        ({"status": Status.DRAFT}, False),
        ({"status": Status.CLOSED}, False),
        ({"status": Status.WON}, False),
        ({"status": Status.LOST}, False),
        ({"status": Status.ARCHIVED}, False),
    ],
)
def test_row_and_query_agree_on_what_is_open(kwargs: dict[str, object], is_open: bool) -> None:
    petition = PetitionFactory.create(**kwargs)
    assert petition.is_open is is_open
    assert Petition.objects.open_now().exists() is is_open
    assert bool(petition.closed_because) is not is_open


def test_every_reason_for_being_closed_is_another_sentence() -> None:
    reasons = [
        PetitionFactory.build(status=status).closed_because
        for status in Status
        if status != Status.OPEN
    ]
    reasons += [
        PetitionFactory.build(closes_on=TODAY - DAY).closed_because,
        PetitionFactory.build(opens_on=TODAY + DAY).closed_because,
    ]
    assert len(set(reasons)) == len(reasons)
    assert all(reason.endswith(".") for reason in reasons)


@pytest.mark.parametrize(
    ("count", "goal", "percent"),
    [(0, 1000, 0), (5, 1000, 0), (999, 1000, 99), (1000, 1000, 100), (5000, 1000, 100)],
)
def test_progress_is_a_hundred_only_when_the_goal_is_met(
    count: int, goal: int, percent: int
) -> None:
    assert PetitionFactory.build(confirmed_count=count, goal=goal).progress_percent == percent


def test_the_most_urgent_closes_first_and_then_lacks_least() -> None:
    far = PetitionFactory.create(goal=100)
    near = PetitionFactory.create(goal=10_000)
    later = PetitionFactory.create(closes_on=TODAY + 20 * DAY)
    sooner = PetitionFactory.create(closes_on=TODAY + 2 * DAY)
    Petition.objects.filter(pk=near.pk).update(confirmed_count=9_900)
    Petition.objects.filter(pk=far.pk).update(confirmed_count=5)
    assert list(Petition.objects.open_now().most_urgent()) == [sooner, later, near, far]


@pytest.mark.parametrize(
    ("kwargs", "field"),
    [
        ({"opens_on": TODAY, "closes_on": TODAY - DAY}, "closes_on"),
        ({"status": Status.WON}, "outcome"),
        ({"status": Status.LOST, "outcome": "<p> </p>"}, "outcome"),
        ({"goal": 0}, "goal"),
    ],
)
def test_a_wrong_petition_names_the_field(kwargs: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PetitionFactory.build(**kwargs).full_clean(validate_constraints=False)
    assert list(refused.value.message_dict) == [field]


def test_a_petition_cannot_follow_itself() -> None:
    petition = PetitionFactory.create()
    petition.successor = petition
    with pytest.raises(ValidationError, match="cannot follow itself"):
        petition.full_clean()


# The number of signatures -------------------------------------------------------------------------


def test_saving_an_object_loaded_earlier_does_not_undo_signatures() -> None:
    petition = PetitionFactory.create()
    Petition.objects.filter(pk=petition.pk).update(confirmed_count=F("confirmed_count") + 7)
    petition.title = "A better title"
    petition.save()
    petition.refresh_from_db()
    assert (petition.title, petition.confirmed_count) == ("A better title", 7)


def test_publishing_an_old_draft_does_not_undo_signatures() -> None:
    petition = PetitionFactory.create()
    petition.title = "A better title"
    draft = petition.save_revision()
    Petition.objects.filter(pk=petition.pk).update(confirmed_count=F("confirmed_count") + 7)
    draft.publish()
    petition.refresh_from_db()
    assert (petition.title, petition.confirmed_count) == ("A better title", 7)
    assert draft.as_object().confirmed_count == 7


def test_a_petition_that_was_signed_cannot_be_deleted() -> None:
    signature = SignatureFactory.create()
    with pytest.raises(ProtectedError):
        signature.petition.delete()


def test_a_representative_who_is_asked_cannot_be_deleted() -> None:
    representative = RepresentativeFactory.create()
    PetitionFactory.create(targets=[representative])
    with pytest.raises(ProtectedError):
        representative.delete()


def test_deleting_a_successor_leaves_the_petition() -> None:
    successor = PetitionFactory.create()
    petition = PetitionFactory.create(status=Status.CLOSED, successor=successor)
    successor.delete()
    petition.refresh_from_db()
    assert petition.successor is None


# Pages --------------------------------------------------------------------------------------------


def test_the_list_has_open_ones_first_and_no_drafts(client: Client) -> None:
    PetitionFactory.create(title="It is won", status=Status.WON, outcome="<p>Won.</p>")
    PetitionFactory.create(title="It is open")
    PetitionFactory.create(title="It will open", opens_on=TODAY + DAY)
    PetitionFactory.create(title="It is hidden", status=Status.DRAFT)
    PetitionFactory.create(title="It is put away", status=Status.ARCHIVED)
    PetitionFactory.create(title="It is unpublished", live=False)
    html = client.get(reverse("advocacy:petitions")).content.decode()
    assert html.index("It is open") < html.index("It will open") < html.index("It is won")
    for hidden in ("It is hidden", "It is put away", "It is unpublished"):
        assert hidden not in html


def test_a_closed_petition_says_so_and_why_and_where_it_goes_on(client: Client) -> None:
    successor = PetitionFactory.create(title="The next step")
    petition = PetitionFactory.create(
        status=Status.WON, outcome="<p>They voted for it.</p>", successor=successor
    )
    html = client.get(petition.get_absolute_url()).content.decode()
    assert "This petition was won." in html
    assert "They voted for it." in html
    assert "The next step" in html
    assert 'name="email"' not in html


@pytest.mark.parametrize("kwargs", [{"live": False}, {"status": Status.DRAFT}])
def test_what_is_not_public_has_no_page(client: Client, kwargs: dict[str, object]) -> None:
    petition = PetitionFactory.create(**kwargs)
    for name in ("petition", "sent", "thanks"):
        address = reverse(f"advocacy:{name}", args=[petition.slug])
        assert client.get(address).status_code == 404


def test_a_petition_names_whom_it_asks_in_order(client: Client) -> None:
    first, second = RepresentativeFactory(last_name="Zed"), RepresentativeFactory(last_name="Ant")
    petition = PetitionFactory.create(targets=[first, second])
    assert petition.targets == [first, second]
    html = client.get(petition.get_absolute_url()).content.decode()
    assert html.index("Senator Tammy Zed") < html.index("Senator Tammy Ant")
    assert "U.S. Senator, Wisconsin" in html


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_page_costs_eight_queries_at_most_however_many_it_asks(client: Client) -> None:
    few = PetitionFactory.create(targets=RepresentativeFactory.create_batch(1))
    many = PetitionFactory.create(targets=RepresentativeFactory.create_batch(12))
    assert queries(client, many.get_absolute_url()) == queries(client, few.get_absolute_url()) <= 8


def test_the_list_costs_the_same_for_two_and_for_forty(client: Client) -> None:
    representatives = RepresentativeFactory.create_batch(3)
    address = reverse("advocacy:petitions")
    PetitionFactory.create_batch(2, targets=representatives)
    few = queries(client, address)
    PetitionFactory.create_batch(38, targets=representatives)
    assert queries(client, address) == few


def test_the_pages_are_valid_html(client: Client, html_valid: Callable[[bytes], None]) -> None:
    petition = PetitionFactory.create(
        targets=[RepresentativeFactory.create()], closes_on=TODAY + DAY
    )
    won = PetitionFactory.create(status=Status.WON, outcome="<p>Won.</p>", successor=petition)
    for address in (
        reverse("advocacy:petitions"),
        petition.get_absolute_url(),
        won.get_absolute_url(),
        reverse("advocacy:sent", args=[petition.slug]),
        reverse("advocacy:thanks", args=[petition.slug]),
    ):
        html_valid(client.get(address).content)
    html_valid(client.post(petition.get_absolute_url(), {"name": ""}).content)

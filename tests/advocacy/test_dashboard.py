"""What waits for campaigners on the admin's home."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advocacy import petition_life, reports
from advocacy.models import Difference, Display, Petition, PetitionStatus
from tests.factories.advocacy import (
    ChannelFactory,
    DeliveryFactory,
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners"))
    return client


def panel(client: Client, name: str) -> str:
    """The text of one panel on somebody's home."""
    page = html.unescape(client.get(reverse("wagtailadmin_home")).content.decode())
    found = re.search(rf'<section[^>]*\bid="{name}-section".*?</section>', page, re.DOTALL)
    return found.group() if found else ""


def signed(petition: Petition, count: int) -> None:
    Petition.objects.filter(pk=petition.pk).update(confirmed_count=count)


def test_a_petition_that_wants_something_done_says_what(campaigner: Client) -> None:
    today = timezone.localdate()
    PetitionFactory(title="Ended", closes_on=today - timedelta(days=1))
    PetitionFactory(title="Last day", closes_on=today)
    PetitionFactory(title="Far off", closes_on=today + timedelta(days=40))
    PetitionFactory(title="Done", status=PetitionStatus.WON, closes_on=today)
    PetitionFactory(title="Unpublished", closes_on=today, live=False)
    signed(PetitionFactory(title="Reached", goal=100), 100)
    text = panel(campaigner, "petitions-due")
    assert re.search(r"Ended.*?Its last day has passed, and it closes by itself", text, re.DOTALL)
    assert re.search(r"Last day.*?Can be signed until", text, re.DOTALL)
    assert re.search(r"Reached.*?its goal of 100\.", text, re.DOTALL)
    for other in ("Far off", "Done", "Unpublished"):
        assert other not in text


def test_a_closed_petition_asks_for_its_delivery_and_its_outcome(campaigner: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    target = RepresentativeFactory()
    titles = ("Nobody had it", "Brought")
    for title in titles:
        PetitionFactory(title=title, closes_on=yesterday, targets=[target])
    DeliveryFactory(petition=Petition.objects.get(title="Brought"), representative=target)
    assert petition_life.close_overdue() == len(titles)
    PetitionFactory(title="Away", status=PetitionStatus.ARCHIVED, closes_on=yesterday)
    text = panel(campaigner, "petitions-due")
    assert re.search(
        r"Nobody had it.*?Has closed\. Deliver it, then say what came", text, re.DOTALL
    )
    assert re.search(r"Brought.*?Was delivered\. Say what came of it", text, re.DOTALL)
    assert "Away" not in text
    page = reverse(
        "wagtailsnippets_advocacy_petition:inspect", args=[Petition.objects.get(title="Brought").pk]
    )
    assert f'href="{page}"' in text, "it leads to where that is done"


def test_what_readers_sent_and_imports_left_waits_in_one_place(campaigner: Client) -> None:
    assert "Nothing waits" in panel(campaigner, "to-decide")
    SignatureFactory(confirmed=True, display=Display.WAITING)
    SignatureFactory(confirmed=True, display=Display.SHOWN)
    for problem in ("other", "wrong"):
        reports.report(representative=RepresentativeFactory(), channel=None, problem=problem)
    Difference.objects.create(
        representative=RepresentativeFactory(), key="party", label="Party", found_at=timezone.now()
    )
    text = " ".join(re.sub(r"<[^>]*>", "", panel(campaigner, "to-decide")).split())
    assert "1 signer agreed to be shown" in text
    assert "2 contacts are reported wrong" in text
    assert "1 thing is said otherwise by the files of Congress" in text
    for address in re.findall(r'href="([^"#][^"]*)"', panel(campaigner, "to-decide")):
        assert campaigner.get(address).status_code == 200


def test_campaigners_see_how_many_signed_this_week(campaigner: Client) -> None:
    petition = PetitionFactory()
    SignatureFactory(petition=petition, confirmed=True)
    SignatureFactory(petition=petition)
    long_ago = timezone.now() - timedelta(days=8)
    SignatureFactory(petition=petition, confirmed=True, confirmed_at=long_ago)
    text = panel(campaigner, "petitions-due")
    assert "1 confirmed signature in the last seven days; 1 petition can be signed." in text
    assert "No open petition ends within two weeks" in text


def test_channels_that_readers_do_not_see_and_old_ones_are_listed(campaigner: Client) -> None:
    today = timezone.localdate()
    fresh = RepresentativeFactory(last_name="Fresh")
    ChannelFactory(representative=fresh, checked_on=today)
    RepresentativeFactory(last_name="Silent")
    hidden = RepresentativeFactory(last_name="Hidden")
    ChannelFactory(representative=hidden, unchecked=True)
    ChannelFactory(representative=hidden, checked_on=today)
    old = RepresentativeFactory(last_name="Older")
    ChannelFactory(representative=old, checked_on=today - timedelta(days=181))
    gone = RepresentativeFactory(last_name="Gone", left_office_on=today - timedelta(days=1))
    ChannelFactory(representative=gone, unchecked=True)
    text = panel(campaigner, "channels-to-check")
    assert "Fresh" not in text
    assert "Gone" not in text
    assert re.search(r"Silent.*?No way to reach them yet", text, re.DOTALL)
    assert re.search(r"Hidden.*?1 without a source or a date: readers do not see it\.", text, re.S)
    assert re.search(r"Older.*?1 last checked more than half a year ago", text, re.DOTALL)


def test_a_registry_in_order_says_so(campaigner: Client) -> None:
    assert "Every channel of everybody in office" in panel(campaigner, "channels-to-check")


@pytest.mark.parametrize("role", ["Editors", "Reviewers", "Moderators"])
def test_others_are_not_asked_to_do_campaigners_work(client: Client, role: str) -> None:
    client.force_login(UserFactory(role=role))
    for name in ("petitions-due", "channels-to-check", "to-decide"):
        assert panel(client, name) == ""


def test_the_panels_take_as_many_queries_with_many_rows_as_with_few(campaigner: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            panel(campaigner, "petitions-due")
        return len(counted)

    def add() -> None:
        PetitionFactory(closes_on=timezone.localdate())
        ChannelFactory(unchecked=True)

    add()
    queries()
    few = queries()
    for _ in range(8):
        add()
    assert queries() == few

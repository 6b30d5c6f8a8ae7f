"""From a thousand on, people read a comma in a number; what a button sends must have none."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from advocacy import notices, staleness
from advocacy.models import Notice, NoticeStatus, Reason, SecondLook
from tests.factories.advocacy import (
    LetterFactory,
    NoticeFactory,
    PetitionFactory,
    RepresentativeFactory,
    SignatureFactory,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
MANY = 12_345


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners"))
    return client


def sent_by_buttons(html: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', html)


def test_a_notice_to_thousands_is_sent_by_its_button(
    campaigner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice: Notice = NoticeFactory.create()
    SignatureFactory.create(petition=notice.petition, confirmed=True, wants_outcome=True)
    monkeypatch.setattr(notices, "receivers", lambda petition: MANY)
    address = reverse("advocacy_notice", args=[notice.petition_id, notice.pk])
    html = campaigner.get(address).content.decode()
    assert "Send it to 12,345 signers" in html
    [number] = sent_by_buttons(html, "receivers")
    campaigner.post(address, {"receivers": number})
    notice.refresh_from_db()
    assert notice.status != NoticeStatus.DRAFT
    assert notice.receivers == MANY


def test_a_notice_that_could_not_be_read_says_that_nothing_was_sent(campaigner: Client) -> None:
    notice: Notice = NoticeFactory.create()
    address = reverse("advocacy_notice", args=[notice.petition_id, notice.pk])
    html = campaigner.post(address, {"receivers": "1,000"}, follow=True).content.decode()
    assert "Nothing was sent" in html


def test_a_second_look_is_settled_and_put_back_by_its_buttons(campaigner: Client) -> None:
    representative = RepresentativeFactory.create()
    LetterFactory.create(targets=[representative])
    staleness.queue(entry=representative, reason=Reason.LEFT_OFFICE)
    SecondLook.objects.update(id=MANY)
    home, address = reverse("wagtailadmin_home"), reverse("advocacy_second_looks")
    for do, settled in (("settle", True), ("reopen", False)):
        [row] = sent_by_buttons(campaigner.get(home).content.decode(), "row")
        assert campaigner.post(address, {"do": do, "row": row}).status_code == 302
        assert (SecondLook.objects.get().settled_at is not None) == settled


def test_a_campaign_leads_to_its_own_signatures_and_deliveries(campaigner: Client) -> None:
    petition = PetitionFactory.create(pk=MANY)
    page = reverse("wagtailsnippets_advocacy_petition:inspect", args=[petition.pk])
    html = campaigner.get(page).content.decode()
    assert set(re.findall(r"\?petition(?:__id__exact)?=([^\"&]*)", html)) == {str(MANY)}

"""Signing while something is broken: nothing is lost, nothing counts twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from post_office.models import STATUS, Email
from pytest_django import Settings

from advocacy import signatures
from advocacy.models import Petition, Signature
from advocacy.signatures import LinkState
from cms.core import mail
from cms.core.wagtail_hooks import sweep_outbox
from tests.advocacy.test_signatures import count, sign, token_from
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import PetitionFactory
from tests.mailserver import MailServer


@pytest.fixture
def server(settings: Settings) -> MailServer:
    """A mail server that is not running yet, and settings that name it."""
    stopped = MailServer()
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    }
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", stopped.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    return stopped


class Clock:
    """The outbox's time, which passes when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        self._really = timezone.now
        monkeypatch.setattr("django.utils.timezone.now", self.now)

    def now(self) -> datetime:
        return self._really() + self.ahead

    def sweep_for(self, minutes: int) -> None:
        """Let the minutes pass, with a sweep in each of them."""
        for _ in range(minutes):
            self.ahead += timedelta(minutes=1)
            sweep_outbox()


def post(client: Client, petition: Petition, n: int) -> int:
    headers = {"x-forwarded-for": f"198.51.100.{n}"}
    data = filled_in(email=f"reader-{n}@example.org")
    return client.post(petition.get_absolute_url(), data, headers=headers).status_code


def links_of(server: MailServer) -> list[str]:
    return [token_from(str(taken.get_payload())) for taken in server.taken]


@pytest.mark.django_db(transaction=True)
def test_ten_minutes_without_a_mail_server_lose_nothing_and_double_nothing(
    client: Client, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    petition = PetitionFactory.create()
    clock = Clock(monkeypatch)
    for n in range(10):
        assert post(client, petition, n) == 302
        mail._background.wait()
        clock.sweep_for(1)
    assert Email.objects.filter(status=STATUS.queued).count() == 10
    with server:
        clock.sweep_for(3)
        mail._background.wait()
    assert sorted(str(taken["To"]) for taken in server.taken) == sorted(
        f"reader-{n}@example.org" for n in range(10)
    )
    for token in links_of(server):
        assert signatures.confirm(petition=petition, token=token).state == LinkState.READY
    assert count(petition) == 10


@pytest.mark.django_db(transaction=True)
def test_ten_minutes_of_come_back_later_lose_nothing_and_double_nothing(
    client: Client, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    petition = PetitionFactory.create()
    clock = Clock(monkeypatch)
    with server:
        server.reply = "451 Try again later"
        for n in range(5):
            assert post(client, petition, n) == 302
            mail._background.wait()
        clock.sweep_for(10)
        assert server.taken == []
        server.reply = "250 OK"
        # The fourth attempt comes 2 + 4 + 8 minutes after the first.
        clock.sweep_for(20)
    assert sorted(str(taken["To"]) for taken in server.taken) == sorted(
        f"reader-{n}@example.org" for n in range(5)
    )
    assert len(set(links_of(server))) == 5


@pytest.mark.django_db
def test_a_confirmation_replayed_a_hundred_times_counts_once(client: Client) -> None:
    petition = PetitionFactory.create()
    token = sign(petition)
    address = f"{petition.get_absolute_url()}confirm/{token}/"
    answers = [client.post(address).status_code for _ in range(100)]
    assert answers == [302] + [200] * 99
    assert count(petition) == 1
    assert Signature.objects.confirmed().count() == 1

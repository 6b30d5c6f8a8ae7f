"""The pages on which a subscription begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from post_office.models import Email
from pytest_django import Settings

from cms.newsletter import subscriptions
from cms.newsletter.models import Subscriber, SubscriberStatus
from tests.factories.newsletter import SubscriberFactory

pytestmark = pytest.mark.django_db


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def subscribe(client: Client, **data: str) -> tuple[int, str, bytes]:
    """Status, next address and next page: all that somebody who fills in the form learns."""
    answer = client.post(reverse("newsletter:subscribe"), data)
    location = answer.headers.get("Location", "")
    page = client.get(location).content if location else answer.content
    return answer.status_code, location, page


def test_the_answer_is_the_same_for_every_address(client: Client) -> None:
    pending = SubscriberFactory.create()
    confirmed = SubscriberFactory.create(confirmed=True)
    gone = SubscriberFactory.create(status=SubscriberStatus.UNSUBSCRIBED)
    emails = ["new@example.org", pending.email, confirmed.email, gone.email]
    answers = {subscribe(client, email=email) for email in emails}
    assert len(answers) == 1
    [(status, _, _)] = answers
    assert status == 302


def test_a_machine_that_fills_in_everything_gets_the_same_answer_and_nothing_else(
    client: Client,
) -> None:
    machine = subscribe(client, email="bot@example.org", website="https://spam.example")
    assert not Subscriber.objects.exists()
    assert not Email.objects.exists()
    assert machine == subscribe(client, email="ada@example.org")


@pytest.mark.parametrize(
    "email", ["", "ada", "a\x00da@example.org", "ada@example.org\nBcc: b@example.org", "a" * 10_000]
)
def test_what_is_no_address_is_an_error_beside_the_field(client: Client, email: str) -> None:
    answer = client.post(reverse("newsletter:subscribe"), {"email": email})
    assert answer.status_code == 200
    assert b"id_email_error" in answer.content
    assert not Subscriber.objects.exists()


def test_opening_the_link_starts_nothing_and_the_button_starts_it(client: Client) -> None:
    subscriber = SubscriberFactory.create()
    path = path_of(subscriptions.confirm_address(subscriber))
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200
    assert not Subscriber.objects.confirmed().exists()
    assert client.post(path).headers["Location"] == reverse("newsletter:confirmed")
    assert Subscriber.objects.confirmed().exists()
    assert b"nothing left to do" in client.get(path).content
    assert b"nothing left to do" in client.post(path).content
    subscriptions.end(subscriber=subscriber)
    for answer in (client.get(path), client.post(path)):
        assert b"does not begin the newsletter again" in answer.content
    assert not Subscriber.objects.confirmed().exists()


def test_opening_the_unsubscribe_link_ends_nothing_and_the_button_ends_it(client: Client) -> None:
    subscriber = SubscriberFactory.create(confirmed=True)
    path = path_of(subscriptions.unsubscribe_address(subscriber))
    client.get(path)
    assert Subscriber.objects.confirmed().exists()
    assert client.post(path).headers["Location"] == reverse("newsletter:unsubscribed")
    assert not Subscriber.objects.confirmed().exists()
    assert b"It has ended" in client.get(path).content


@pytest.mark.parametrize("name", ["newsletter:confirm", "newsletter:unsubscribe"])
def test_a_broken_link_says_so(client: Client, name: str) -> None:
    path = reverse(name, args=["not-a-token"])
    assert client.get(path).status_code == client.post(path).status_code == 404
    assert b"not complete" in client.get(path).content


def test_every_page_with_a_form_or_a_key_is_private_and_valid(
    client: Client, html_valid: Callable[[bytes], None]
) -> None:
    subscriber = SubscriberFactory.create()
    pages = [
        reverse("newsletter:subscribe"),
        reverse("newsletter:sent"),
        reverse("newsletter:confirmed"),
        reverse("newsletter:unsubscribed"),
        path_of(subscriptions.confirm_address(subscriber)),
        path_of(subscriptions.unsubscribe_address(subscriber)),
        reverse("newsletter:confirm", args=["x"]),
    ]
    for page in pages:
        answer = client.get(page)
        assert "no-store" in answer["Cache-Control"], page
        assert answer["Referrer-Policy"] == "no-referrer", page
        html_valid(answer.content)


def test_one_network_subscribes_so_many_addresses_and_another_is_not_held_back(
    client: Client, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]

    def asked(n: int, network: str) -> Any:
        data = {"email": f"reader-{n}@example.org"}
        headers = {"x-forwarded-for": network}
        return client.post(reverse("newsletter:subscribe"), data, headers=headers)

    assert [asked(n, "198.51.100.1").status_code for n in range(61)] == [302] * 60 + [429]
    assert Subscriber.objects.count() == 60
    refused = asked(70, "198.51.100.1").content.decode()
    assert "Send the form once more in an hour." in refused
    assert 'value="reader-70@example.org"' in refused
    assert asked(71, "198.51.100.2").status_code == 302

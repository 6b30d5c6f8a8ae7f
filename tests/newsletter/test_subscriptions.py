"""Subscribing, confirming, unsubscribing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import STATUS, Email

from cms.core import mail
from cms.core.allowance import MAILS_A_DAY
from cms.newsletter import subscriptions, suppressions
from cms.newsletter.models import Subscriber, SubscriberStatus, Suppression, SuppressionReason
from cms.newsletter.subscriptions import LinkState
from tests.factories.newsletter import SubscriberFactory

pytestmark = pytest.mark.django_db


def token_from(row: Email) -> str:
    """The token in the link of a confirmation mail."""
    return row.message.split("/subscribe/confirm/")[1].split("/")[0]


def last_mail() -> Email:
    row = Email.objects.order_by("pk").last()
    assert row is not None
    return row


def test_nobody_is_subscribed_before_the_link_was_used() -> None:
    subscriptions.subscribe(email="ada@example.org")
    subscriber = Subscriber.objects.get()
    assert subscriber.status == SubscriberStatus.PENDING
    assert not Subscriber.objects.confirmed().exists()


def test_the_link_starts_the_subscription_with_the_words_agreed_to() -> None:
    subscriptions.subscribe(email="Ada@Example.org", consent_text="Yes, weekly.")
    link = subscriptions.confirm(token=token_from(last_mail()))
    assert link.state == LinkState.READY
    subscriber = Subscriber.objects.confirmed().get()
    assert subscriber.consent_text == "Yes, weekly."
    assert subscriber.consented_at is not None
    assert subscriber.confirmed_at is not None
    assert subscriber.consented_at <= subscriber.confirmed_at


def test_looking_at_a_link_changes_nothing() -> None:
    subscriptions.subscribe(email="ada@example.org")
    token = token_from(last_mail())
    assert subscriptions.look_up(token).state == LinkState.READY
    assert subscriptions.look_up(token).state == LinkState.READY
    assert not Subscriber.objects.confirmed().exists()


def test_a_link_works_once() -> None:
    subscriptions.subscribe(email="ada@example.org")
    token = token_from(last_mail())
    subscriptions.confirm(token=token)
    confirmed_at = Subscriber.objects.get().confirmed_at
    assert subscriptions.confirm(token=token).state == LinkState.USED
    assert Subscriber.objects.get().confirmed_at == confirmed_at


def test_an_old_link_does_not_undo_unsubscribing() -> None:
    subscriptions.subscribe(email="ada@example.org")
    token = token_from(last_mail())
    subscriptions.confirm(token=token)
    address = subscriptions.unsubscribe_address(Subscriber.objects.get())
    assert subscriptions.unsubscribe(token=address.rstrip("/").rsplit("/", 1)[1])
    assert subscriptions.confirm(token=token).state == LinkState.USED
    subscriber = Subscriber.objects.get()
    assert subscriber.status == SubscriberStatus.UNSUBSCRIBED
    assert subscriber.unsubscribed_at is not None


def test_a_link_of_an_earlier_question_does_not_answer_a_later_one() -> None:
    subscriptions.subscribe(email="ada@example.org")
    early = token_from(last_mail())
    subscriptions.subscribe(email="ada@example.org")
    late = token_from(last_mail())
    assert subscriptions.look_up(early).state == LinkState.USED
    assert subscriptions.look_up(late).state == LinkState.READY


def test_a_link_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    subscriptions.subscribe(email="ada@example.org")
    token = token_from(last_mail())
    monkeypatch.setattr(subscriptions, "LINK_LASTS", timedelta(seconds=-1))
    assert subscriptions.confirm(token=token).state == LinkState.EXPIRED
    assert not Subscriber.objects.confirmed().exists()


def test_a_link_for_one_purpose_does_not_serve_another() -> None:
    subscriber = SubscriberFactory.create()
    unsubscribe = subscriptions.unsubscribe_address(subscriber).rstrip("/").rsplit("/", 1)[1]
    confirm = subscriptions.confirm_address(subscriber).rstrip("/").rsplit("/", 1)[1]
    assert subscriptions.confirm(token=unsubscribe).state == LinkState.BROKEN
    assert not subscriptions.unsubscribe(token=confirm)


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "\x00", "a" * 5000])
def test_a_broken_link_is_just_broken(token: str) -> None:
    assert subscriptions.confirm(token=token).state == LinkState.BROKEN
    assert subscriptions.unsubscribe(token=token) is False


def test_two_spellings_are_one_subscriber() -> None:
    subscriptions.subscribe(email="ada@example.org")
    subscriptions.subscribe(email="ADA@Example.Org")
    assert Subscriber.objects.count() == 1


def test_a_subscriber_is_written_that_there_is_nothing_to_do() -> None:
    subscriber = SubscriberFactory.create(confirmed=True)
    subscriptions.subscribe(email=subscriber.email)
    assert "already" in last_mail().subject
    assert "/subscribe/confirm/" not in last_mail().message
    subscriber.refresh_from_db()
    assert subscriber.status == SubscriberStatus.CONFIRMED


def test_strangers_cannot_cause_more_than_a_few_mails_a_day() -> None:
    for _ in range(MAILS_A_DAY + 4):
        subscriptions.subscribe(email="ada@example.org")
    assert Email.objects.filter(status=STATUS.queued).count() == MAILS_A_DAY
    assert set(Email.objects.exclude(status=STATUS.queued).values_list("message", flat=True)) == {
        ""
    }
    Subscriber.objects.update(mails_since=timezone.now() - timedelta(days=1))
    subscriptions.subscribe(email="ada@example.org")
    assert Email.objects.filter(status=STATUS.queued).count() == MAILS_A_DAY + 1


def test_beyond_the_cap_the_last_link_that_was_sent_still_works() -> None:
    for _ in range(MAILS_A_DAY):
        subscriptions.subscribe(email="ada@example.org")
    token = token_from(last_mail())
    subscriptions.subscribe(email="ada@example.org")
    assert subscriptions.confirm(token=token).state == LinkState.READY


def test_every_mail_says_how_to_end_it() -> None:
    subscriptions.subscribe(email="ada@example.org")
    stop = subscriptions.unsubscribe_address(Subscriber.objects.get())
    headers = last_mail().headers
    assert headers is not None
    assert headers["List-Unsubscribe"] == f"<{stop}>"
    assert stop in last_mail().message


def test_an_address_that_its_server_refuses_is_written_to_again_only_if_it_proves_itself() -> None:
    subscriber = SubscriberFactory.create(confirmed=True)
    mail.address_refused.send(sender=None, address=subscriber.email.upper())
    assert not Subscriber.objects.confirmed().exists()
    subscriptions.subscribe(email=subscriber.email)
    assert not Email.objects.filter(status=STATUS.queued).exists()
    subscriptions.subscribe_confirmed(email=subscriber.email, consent_text="Yes.", source="a test")
    assert Subscriber.objects.confirmed().get() == subscriber
    assert not suppressions.is_suppressed(subscriber.email)


def test_a_strangers_mailbox_that_is_not_there_is_not_noted_down() -> None:
    mail.address_refused.send(sender=None, address="nobody@example.org")
    assert not Suppression.objects.exists()


def test_nobody_learns_who_subscribed_ended_or_wanted_to_be_forgotten(client: Client) -> None:
    capped, ended = SubscriberFactory.create(), SubscriberFactory.create(confirmed=True)
    for _ in range(MAILS_A_DAY):
        subscriptions.subscribe(email=capped.email)
    subscriptions.end(subscriber=ended, never=True)
    suppressions.suppress(address="gone@example.org", reason=SuppressionReason.NEVER_AGAIN)
    rows = Subscriber.objects.count()
    emails = {
        "new": "new@example.org",
        "pending": SubscriberFactory.create().email,
        "confirmed": SubscriberFactory.create(confirmed=True).email,
        "capped": capped.email,
        "ended for good": ended.email,
        "forgotten": "gone@example.org",
    }
    before = list(Subscriber.objects.filter(pk=ended.pk).values())
    shapes, answers = {}, {}
    client.get("/subscribe/")
    for kind, email in emails.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/subscribe/", {"email": email, "frequency": "weekly"})
        shapes[kind] = [query["sql"].split(" ")[0:3] for query in captured.captured_queries]
        shapes[kind] = [shape for shape in shapes[kind] if "SAVEPOINT" not in shape]
        answers[kind] = (answer.status_code, answer.headers["Location"], answer.content)
    assert all(shape == shapes["new"] for shape in shapes.values()), shapes
    assert set(answers.values()) == {(302, "/subscribe/check-your-mail/", b"")}
    # A row for whom is new, and for the two that the factory made.
    assert Subscriber.objects.count() == rows + 3
    assert list(Subscriber.objects.filter(pk=ended.pk).values()) == before


def test_no_link_names_an_address() -> None:
    subscriptions.subscribe(email="ada@example.org")
    subscriber = Subscriber.objects.get()
    for address in (
        subscriptions.confirm_address(subscriber),
        subscriptions.unsubscribe_address(subscriber),
    ):
        assert "ada" not in address.lower()
        assert "example.org" not in address

"""The page on which readers change, end and erase what they get; one click that ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Email
from pytest_django import Settings
from wagtail import hooks

from cms.newsletter import subscriptions, suppressions
from cms.newsletter.models import Frequency, Subscriber, SubscriberStatus, Suppression
from cms.newsletter.topics import HOOK, Topic
from tests.factories.newsletter import SubscriberFactory
from tests.newsletter.test_subscriptions import last_mail, token_from
from tests.newsletter.test_views import path_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _topics() -> Iterator[None]:
    def offer() -> list[Topic]:
        return [Topic("w", "Rivers"), Topic("c", "Judges")]

    with hooks.register_temporarily(HOOK, offer):
        yield


@pytest.fixture
def reader() -> Subscriber:
    return SubscriberFactory.create(confirmed=True, topics=["w"])


def page_of(reader: Subscriber) -> str:
    return path_of(subscriptions.preferences_address(reader))


def stop_of(reader: Subscriber) -> str:
    return path_of(subscriptions.unsubscribe_address(reader))


def test_what_is_chosen_when_subscribing_is_kept_and_mailed(client: Client) -> None:
    client.post(
        reverse("newsletter:subscribe"),
        {"email": "ada@example.org", "frequency": "daily", "topics": ["c"]},
    )
    subscriber = Subscriber.objects.get()
    assert (subscriber.frequency, subscriber.topics) == (Frequency.DAILY, ["c"])
    assert "About what: Judges" in last_mail().message
    subscriptions.confirm(token=token_from(last_mail()))
    subscriber.refresh_from_db()
    assert (subscriber.frequency, subscriber.topics) == (Frequency.DAILY, ["c"])
    assert subscriber.consent_source == subscriptions.FORM


def test_a_stranger_who_types_an_address_changes_nothing_of_its_subscription(
    client: Client, reader: Subscriber
) -> None:
    client.post(
        reverse("newsletter:subscribe"),
        {"email": reader.email, "frequency": "each", "topics": ["c"]},
    )
    reader.refresh_from_db()
    assert (reader.frequency, reader.topics) == (Frequency.WEEKLY, ["w"])
    assert subscriptions.preferences_address(reader) in last_mail().message


@pytest.mark.parametrize("topics", [["nothing"], ["w", "\x00"], ["w" * 10_000]])
def test_a_topic_that_is_not_there_is_an_error_beside_the_field(
    client: Client, reader: Subscriber, topics: list[str]
) -> None:
    answer = client.post(page_of(reader), {"save": "1", "frequency": "daily", "topics": topics})
    assert answer.status_code == 200
    assert "is not there any more" in answer.content.decode()
    reader.refresh_from_db()
    assert reader.topics == ["w"]


def test_opening_the_page_changes_nothing_and_shows_what_is_kept(
    client: Client, reader: Subscriber
) -> None:
    before = Subscriber.objects.values().get()
    for query in ("", "?never=1&erase=1", "?done=1"):
        answer = client.get(page_of(reader) + query)
        assert answer.status_code == 200
    assert Subscriber.objects.values().get() == before
    html = answer.content.decode()
    assert reader.email in html
    assert "Send me the newsletter." in html
    assert "Rivers" in html


def test_a_reader_changes_how_often_and_about_what(client: Client, reader: Subscriber) -> None:
    answer = client.post(page_of(reader), {"save": "1", "frequency": "each", "topics": ["c", "w"]})
    assert answer.status_code == 302
    reader.refresh_from_db()
    assert reader.frequency == Frequency.EACH
    assert set(reader.topics) == {"c", "w"}
    client.post(page_of(reader), {"save": "1", "frequency": "each"})
    reader.refresh_from_db()
    assert reader.topics == []


def test_a_reader_ends_it_on_the_page(client: Client, reader: Subscriber) -> None:
    assert client.post(page_of(reader), {"end": "1"}).status_code == 302
    reader.refresh_from_db()
    assert reader.status == SubscriberStatus.UNSUBSCRIBED
    assert not suppressions.is_suppressed(reader.email)


def test_never_again_holds_for_forms_and_can_be_taken_back_by_the_owner_only(
    client: Client, reader: Subscriber
) -> None:
    client.post(stop_of(reader), {"never": "1"})
    assert suppressions.is_suppressed(reader.email.upper())
    client.post(reverse("newsletter:subscribe"), {"email": reader.email})
    assert not Email.objects.filter(status=STATUS.queued).exists()
    client.post(page_of(reader), {"lift": "1"})
    client.post(reverse("newsletter:subscribe"), {"email": reader.email})
    assert Email.objects.filter(status=STATUS.queued).count() == 1


def test_erasing_leaves_nothing_and_never_again_leaves_a_digest(
    client: Client, reader: Subscriber
) -> None:
    subscriptions.subscribe(email=reader.email)
    answer = client.post(page_of(reader), {"erase": "1", "never": "1"})
    assert b"It is erased" in answer.content
    assert not Subscriber.objects.exists()
    assert not Email.objects.filter(to__icontains=reader.email).exists()
    kept = Suppression.objects.get()
    assert reader.email not in f"{kept.digest} {kept}"
    assert client.get(page_of(reader)).status_code == 404
    subscriptions.subscribe(email=reader.email)
    assert not Subscriber.objects.exists(), "nobody is noted down who wants to be forgotten"


def test_the_answer_to_the_form_is_the_same_for_one_that_is_never_written_to(
    client: Client, reader: Subscriber
) -> None:
    subscriptions.end(subscriber=reader, never=True)
    answers = []
    for email in (reader.email, "new@example.org"):
        answer = client.post(reverse("newsletter:subscribe"), {"email": email})
        answers.append((answer.status_code, answer.headers["Location"], answer.content))
    assert answers[0] == answers[1]


def test_the_list_survives_a_change_of_the_secret_key(
    reader: Subscriber, settings: Settings
) -> None:
    subscriptions.end(subscriber=reader, never=True)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" + "0123456789" * 5
    assert suppressions.is_suppressed(reader.email)


def test_a_mail_program_ends_it_with_one_click_without_a_cookie(reader: Subscriber) -> None:
    program = Client(enforce_csrf_checks=True)
    answer = program.post(stop_of(reader), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "RFC 8058 forbids to send a mail program elsewhere"
    assert "It has ended" in answer.content.decode()
    reader.refresh_from_db()
    assert reader.status == SubscriberStatus.UNSUBSCRIBED
    assert program.post(stop_of(reader), {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_no_other_post_without_a_token_ends_anything(reader: Subscriber) -> None:
    program = Client(enforce_csrf_checks=True)
    assert program.post(stop_of(reader), {"never": "1"}).status_code == 403
    answer = program.post(page_of(reader), {"List-Unsubscribe": "One-Click", "erase": "1"})
    assert answer.status_code == 403
    assert Subscriber.objects.confirmed().exists()


def test_a_broken_link_says_so(client: Client) -> None:
    path = reverse("newsletter:preferences", args=["x"])
    assert client.get(path).status_code == client.post(path, {"erase": "1"}).status_code == 404


def test_a_link_that_ends_it_opens_no_preferences(client: Client, reader: Subscriber) -> None:
    token = stop_of(reader).rstrip("/").rsplit("/", 1)[1]
    assert client.get(reverse("newsletter:preferences", args=[token])).status_code == 404


def test_every_page_is_private_and_valid(
    client: Client, reader: Subscriber, html_valid: Callable[[bytes], None]
) -> None:
    gone = SubscriberFactory.create(status=SubscriberStatus.UNSUBSCRIBED)
    never = SubscriberFactory.create(confirmed=True)
    subscriptions.end(subscriber=never, never=True)
    for path in (
        reverse("newsletter:subscribe"),
        *(page_of(one) for one in (reader, gone, never)),
        *(stop_of(one) for one in (reader, gone, never)),
        path_of(subscriptions.confirm_address(SubscriberFactory.create(topics=["w"]))),
    ):
        answer = client.get(path)
        assert "no-store" in answer["Cache-Control"], path
        assert answer["Referrer-Policy"] == "no-referrer", path
        html_valid(answer.content)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("ada+news@example.org", True),
        ("ada@bücher.example", True),
        ("o'brien@example.org", True),
        ('"ada lovelace"@example.org', False),
        ('"a,b"@example.org', False),
        ("ada@example", False),
        ("ada@@example.org", False),
        ("<ada@example.org>", False),
        ("ada@example.org, ben@example.org", False),
        ("ada@example.org\r\nBcc: x@example.org", False),
    ],
)
def test_what_can_be_written_to_is_taken_and_what_cannot_is_not(
    client: Client, typed: str, taken: bool
) -> None:
    client.post(reverse("newsletter:subscribe"), {"email": typed})
    assert Subscriber.objects.exists() == taken


def test_who_never_answered_is_forgotten_and_nobody_else() -> None:
    old = timezone.now() - timedelta(days=31)
    waiting, young = SubscriberFactory.create(), SubscriberFactory.create()
    confirmed = SubscriberFactory.create(confirmed=True)
    Subscriber.objects.exclude(pk=young.pk).update(created_at=old, consented_at=old)
    assert subscriptions.forget_unconfirmed() == 1
    assert set(Subscriber.objects.all()) == {young, confirmed}
    assert waiting.pk not in set(Subscriber.objects.values_list("pk", flat=True))

"""Sending a mailing: once to each, whatever the mail server says and whoever dies."""

from __future__ import annotations

import threading
from datetime import timedelta
from email.message import Message

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cms.newsletter import mailings, subscriptions, suppressions
from cms.newsletter.models import (
    Frequency,
    Mailing,
    MailingRecipient,
    RecipientStatus,
    Subscriber,
    SubscriberStatus,
)
from cms.newsletter.wagtail_hooks import sweep_mailings
from tests.factories.newsletter import SubscriberFactory
from tests.mailserver import MailServer
from tests.newsletter.conftest import Begin, part

pytestmark = pytest.mark.django_db


def readers(number: int, **fields: object) -> list[Subscriber]:
    return SubscriberFactory.create_batch(number, confirmed=True, **fields)


def taken_by(server: MailServer) -> list[str]:
    return sorted(str(taken["To"]) for taken in server.taken)


def plain(taken: Message) -> str:
    [text] = [p for p in taken.walk() if p.get_content_type() == "text/plain"]
    content = text.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def due_again() -> None:
    """Let the time pass that mails wait, or that a killed sender holds them."""
    MailingRecipient.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_each_confirmed_subscriber_gets_one_mail_and_nobody_else(
    begin: Begin, server: MailServer
) -> None:
    wanted = readers(3)
    SubscriberFactory.create()
    SubscriberFactory.create(status=SubscriberStatus.UNSUBSCRIBED)
    SubscriberFactory.create(confirmed=True, refused_at=timezone.now())
    mailing = begin()
    with server:
        assert mailings.send(mailing.pk).sent == 3
        assert mailings.send(mailing.pk).sent == 0
    assert taken_by(server) == sorted(reader.email for reader in wanted)
    found = mailings.report(mailing)
    assert (found.receivers, found.sent, found.waiting) == (3, 3, 0)


def test_when_all_is_through_the_numbers_are_kept_and_the_list_is_forgotten(
    begin: Begin, server: MailServer
) -> None:
    readers(2)
    mailing = begin()
    with server:
        mailings.send(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.finished_at is not None
    assert not MailingRecipient.objects.exists()
    assert str(mailings.report(mailing)) == (
        "2 of 2 sent, 0 wait, 0 failed, 0 bounced, 0 came back, 0 unsubscribed"
    )


def test_readers_get_what_they_chose_as_often_as_they_chose(
    begin: Begin, server: MailServer
) -> None:
    water = SubscriberFactory.create(confirmed=True, topics=["1"], frequency=Frequency.DAILY)
    both = SubscriberFactory.create(confirmed=True, frequency=Frequency.DAILY)
    SubscriberFactory.create(confirmed=True, topics=["9"], frequency=Frequency.DAILY)
    SubscriberFactory.create(confirmed=True, frequency=Frequency.WEEKLY)
    mailing = begin(frequencies=["daily"], subject="")
    with server:
        mailings.send(mailing.pk)
    found = {str(taken["To"]): taken for taken in server.taken}
    assert set(found) == {water.email, both.email}
    assert "Courts" not in str(found[water.email])
    assert found[water.email]["Subject"] == "Water"
    assert found[both.email]["Subject"] == "Water, and 1 more"


def test_each_mail_can_end_the_newsletter_by_one_click(begin: Begin, server: MailServer) -> None:
    [reader] = readers(1)
    mailing = begin()
    with server:
        mailings.send(mailing.pk)
    [taken] = server.taken
    address = subscriptions.unsubscribe_address(reader, mailing=mailing.pk)
    assert "".join(str(taken["List-Unsubscribe"]).split()) == f"<{address}>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in plain(taken)
    assert subscriptions.preferences_address(reader, mailing=mailing.pk) in plain(taken)
    assert "\ue000" not in str(taken)


def test_whoever_ends_it_with_a_link_of_a_mail_is_counted_there(begin: Begin) -> None:
    [reader] = readers(1)
    mailing = begin()
    address = subscriptions.unsubscribe_address(reader, mailing=mailing.pk)
    token = address.rstrip("/").rsplit("/", 1)[1]
    assert subscriptions.unsubscribe(token=token)
    assert subscriptions.unsubscribe(token=token)
    assert mailings.report(mailing).unsubscribed == 1


def test_whoever_ends_it_before_their_turn_gets_nothing(begin: Begin, server: MailServer) -> None:
    stays, leaves = readers(2)
    mailing = begin()
    while mailings._list_more(mailing):
        pass
    subscriptions.end(subscriber=leaves)
    with server:
        mailings.send(mailing.pk)
    assert taken_by(server) == [stays.email]
    assert mailings.report(mailing).ended_before == 1


def test_an_address_that_is_not_there_is_marked_and_never_written_to_again(
    begin: Begin, server: MailServer
) -> None:
    [reader] = readers(1)
    mailing = begin()
    with server:
        server.reply = "550 5.1.1 No such user here"
        mailings.send(mailing.pk)
    reader.refresh_from_db()
    assert reader.refused_at is not None
    assert suppressions.is_suppressed(reader.email)
    assert mailings.report(mailing).bounced == 1


def test_a_refusal_by_policy_says_nothing_of_the_mailbox(begin: Begin, server: MailServer) -> None:
    [reader] = readers(1)
    mailing = begin()
    with server:
        server.reply = "550 5.7.1 Your network is on a list"
        mailings.send(mailing.pk)
    reader.refresh_from_db()
    assert reader.is_written_to
    assert not suppressions.is_suppressed(reader.email)
    assert mailings.report(mailing).failed == 1


def test_a_mail_put_off_goes_out_later_and_once(begin: Begin, server: MailServer) -> None:
    readers(1)
    mailing = begin()
    with server:
        server.reply = "451 Try again later"
        mailings.send(mailing.pk)
        server.reply = "250 OK"
        assert mailings.send(mailing.pk).sent == 0, "it is not due yet"
        assert mailings.report(mailing).waiting == 1
        due_again()
        assert mailings.send(mailing.pk).sent == 1
    assert len(server.taken) == 1


def test_a_mail_given_up_is_counted_and_the_fifth_in_a_row_marks_the_address(
    begin: Begin, server: MailServer
) -> None:
    [reader] = readers(1)
    with server:
        server.reply = "452 Mailbox full"
        for number in range(1, subscriptions.SOFT_BOUNCES + 1):
            mailing = begin()
            Mailing.objects.update(begun_at=timezone.now() - timedelta(days=3))
            mailings.send(mailing.pk)
            reader.refresh_from_db()
            assert reader.soft_bounces == number
            assert reader.is_written_to == (number < subscriptions.SOFT_BOUNCES)
    assert not suppressions.is_suppressed(reader.email), "it may be emptied some day"


def test_a_mail_that_arrives_forgives_those_that_did_not(begin: Begin, server: MailServer) -> None:
    [reader] = readers(1, soft_bounces=4)
    mailing = begin()
    with server:
        mailings.send(mailing.pk)
    reader.refresh_from_db()
    assert reader.soft_bounces == 0


def test_one_that_cannot_be_written_to_holds_up_nobody(begin: Begin, server: MailServer) -> None:
    broken, fine = readers(2)
    Subscriber.objects.filter(pk=broken.pk).update(email="ada@example.org\nBcc: all@example.org")
    mailing = begin()
    with server:
        mailings.send(mailing.pk)
    assert taken_by(server) == [fine.email]
    assert mailings.report(mailing).failed == 1


def test_a_server_that_is_not_there_loses_nothing(begin: Begin, server: MailServer) -> None:
    readers(2)
    mailing = begin()
    assert mailings.send(mailing.pk).unreachable
    assert mailings.report(mailing).waiting == 2
    with server:
        assert mailings.send(mailing.pk).sent == 2


def test_what_a_killed_sender_held_is_sent_when_its_lease_has_run_out(
    begin: Begin, server: MailServer
) -> None:
    readers(mailings.BATCH + 1)
    mailing = begin()
    while mailings._list_more(mailing):
        pass
    assert len(mailings._claim(mailing)) == mailings.BATCH
    with server:
        assert mailings.send(mailing.pk).sent == 1, "somebody else has the others"
        due_again()
        assert mailings.send(mailing.pk).sent == mailings.BATCH
    assert timedelta(minutes=2) > mailings.CLAIM
    assert timedelta(seconds=mailings.LONGEST_BATCH) < mailings.CLAIM / 2


def test_a_mail_sent_twice_has_one_identity(begin: Begin, server: MailServer) -> None:
    readers(1)
    mailing = begin()
    while mailings._list_more(mailing):
        pass
    with server:
        mailings.send(mailing.pk)
        Mailing.objects.update(finished_at=None)
        MailingRecipient.objects.create(
            mailing=mailing, subscriber=Subscriber.objects.get(), due_at=timezone.now()
        )
        mailings.send(mailing.pk)
    one, other = server.taken
    assert one["Message-ID"] == other["Message-ID"]


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_send_each_mail_once(begin: Begin, server: MailServer) -> None:
    wanted = readers(130)
    mailing = begin()

    def work() -> None:
        mailings.send(mailing.pk)
        connection.close()

    with server:
        senders = [threading.Thread(target=work) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        while mailings.send(mailing.pk).sent:
            pass
    assert taken_by(server) == sorted(reader.email for reader in wanted)


def test_the_list_is_written_in_few_queries(
    begin: Begin, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    readers(40)
    mailing = begin()
    while mailings._list_more(mailing):
        pass
    assert MailingRecipient.objects.count() == 40
    with django_assert_num_queries(4):
        # A savepoint and its release, the rows with their subscribers, one update for all.
        assert len(mailings._claim(mailing)) == 40


def test_a_turn_ends_between_two_batches(begin: Begin, server: MailServer) -> None:
    readers(mailings.BATCH + 1)
    mailing = begin()
    with server:
        assert mailings.send(mailing.pk, seconds=0).sent == 0
        assert mailings.is_due(mailing.pk)
        assert "51 sent" in sweep_mailings()
    assert not mailings.is_due(mailing.pk)


def test_workers_get_at_most_so_many_jobs_and_the_sweep_makes_up_for_lost_ones(
    begin: Begin, settings: Settings, server: MailServer
) -> None:
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415 - needs the settings of this test

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    readers(1)
    mailing = begin()
    for _ in range(3):
        mailings.enqueue(mailing.pk)
    assert DBTaskResult.objects.count() == mailings.SENDERS


def test_prose_goes_to_everybody_and_a_heading_over_nothing_is_left_out(
    begin: Begin, server: MailServer
) -> None:
    SubscriberFactory.create(confirmed=True, topics=["1"])
    parts = [
        part("Hello", kind="prose"),
        part("About water", kind="heading"),
        part("Water", "1"),
        part("About courts", kind="heading"),
        part("Courts", "2"),
        part("Never filed"),
    ]
    mailing = begin(parts=parts)
    with server:
        mailings.send(mailing.pk)
    text = plain(server.taken[0])
    assert "Hello" in text
    assert "About water" in text
    assert "About courts" not in text
    assert "Never filed" not in text


def test_the_count_says_to_how_many_it_goes() -> None:
    SubscriberFactory.create(confirmed=True, topics=["1"])
    SubscriberFactory.create(confirmed=True, topics=["2"])
    SubscriberFactory.create(confirmed=True)
    SubscriberFactory.create()
    weekly = [Frequency.WEEKLY.value]
    assert mailings.receivers(frequencies=weekly, parts=[part("Water", "1")]) == 2
    assert mailings.receivers(frequencies=weekly, parts=[part("Words", kind="prose")]) == 3
    assert mailings.receivers(frequencies=["daily"], parts=[part("Water", "1")]) == 0


def test_a_recipient_erased_meanwhile_stops_nothing(begin: Begin, server: MailServer) -> None:
    gone, stays = readers(2)
    mailing = begin()
    while mailings._list_more(mailing):
        pass
    subscriptions.erase(email=gone.email)
    with server:
        mailings.send(mailing.pk)
    assert taken_by(server) == [stays.email]
    assert RecipientStatus.WAITING not in set(
        MailingRecipient.objects.values_list("status", flat=True)
    )

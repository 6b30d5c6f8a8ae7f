"""What comes back counts once, for whoever the mail was sent to, and for nobody else."""

from __future__ import annotations

import io
import mailbox
import sys
from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from post_office.models import Email
from pytest_django import Settings

from cms.core import mail
from cms.newsletter import bounces, identities, mailings, subscriptions, suppressions
from cms.newsletter.bounces import Outcome
from cms.newsletter.models import Bounce, Mailing, Subscriber, SubscriberStatus, Suppression
from cms.newsletter.wagtail_hooks import sweep_mailings
from tests.factories.newsletter import SubscriberFactory
from tests.mailserver import MailServer
from tests.newsletter.conftest import Begin
from tests.newsletter.reports import complaint, undeliverable

pytestmark = pytest.mark.django_db
Send = Callable[[], Message]


@pytest.fixture
def reader() -> Subscriber:
    return SubscriberFactory.create(
        confirmed=True, confirmed_at=timezone.now() - timedelta(days=60)
    )


@pytest.fixture
def send(begin: Begin, server: MailServer, reader: Subscriber) -> Send:
    """Send a mailing to the reader; the mail as the server took it."""

    def sent() -> Message:
        mailing = begin()
        with server:
            mailings.send(mailing.pk)
        return server.taken[-1]

    return sent


def report() -> mailings.Report:
    return mailings.report(Mailing.objects.latest("pk"))


# What a report says -------------------------------------------------------------------------------


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822", ""])
def test_a_mailbox_that_is_not_there_is_marked_and_never_written_to_again(
    send: Send, reader: Subscriber, original: str
) -> None:
    assert bounces.take(undeliverable(send(), original=original)) == Outcome.GONE
    reader.refresh_from_db()
    assert not reader.is_written_to
    assert suppressions.is_suppressed(reader.email)
    assert (report().sent, report().returned) == (1, 1)


@pytest.mark.parametrize(
    ("status", "diagnostic", "outcome"),
    [
        ("5.0.0", "smtp; 550 Unknown user", Outcome.GONE),
        ("5.4.4 (unable to route: no mail hosts for domain)", "", Outcome.GONE),
        ("5.0.0", "smtp; 550-5.7.1 Your network is on a list", Outcome.REFUSED),
        ("5.7.26", "smtp; 550 5.7.26 not authenticated", Outcome.REFUSED),
        ("5.1.8", "smtp; 550 bad sender", Outcome.REFUSED),
        ("5.3.4", "smtp; 552 too big", Outcome.REFUSED),
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", Outcome.FULL),
        ("4.4.7", "smtp; 451 try again", Outcome.FULL),
        ("", "", Outcome.FULL),
        ("nonsense", "smtp; 250 2.0.0 fine", Outcome.FULL),
    ],
)
def test_a_status_is_understood_as_what_it_says_of_the_mailbox(
    send: Send, reader: Subscriber, status: str, diagnostic: str, outcome: Outcome
) -> None:
    content = undeliverable(send(), status=status, diagnostic=diagnostic)
    assert bounces.take(content) == outcome
    reader.refresh_from_db()
    assert reader.is_written_to == (outcome != Outcome.GONE)
    assert reader.soft_bounces == (outcome == Outcome.FULL)
    assert report().returned == 1


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_a_mail_that_was_or_may_still_be_delivered_is_no_failure(
    send: Send, reader: Subscriber, action: str
) -> None:
    assert bounces.take(undeliverable(send(), action=action, status="4.4.1")) == Outcome.NO_REPORT
    assert report().returned == 0


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_whoever_calls_a_mail_unwanted_gets_none_again(
    send: Send, reader: Subscriber, original: str
) -> None:
    assert bounces.take(complaint(send(), original=original)) == Outcome.COMPLAINT
    reader.refresh_from_db()
    assert reader.status == SubscriberStatus.UNSUBSCRIBED
    assert Suppression.objects.get().reason == "complaint"
    assert (report().unsubscribed, report().returned) == (1, 0)


def test_a_reader_who_takes_a_mail_out_of_the_unwanted_ones_did_not_complain(send: Send) -> None:
    assert bounces.take(complaint(send(), kind="not-spam")) == Outcome.NO_REPORT
    assert Subscriber.objects.confirmed().exists()


def test_of_several_failures_the_mildest_counts(send: Send, reader: Subscriber) -> None:
    # One of the mailboxes behind an address is gone, another is full.
    other = b"Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.2.2\n\n"
    content = undeliverable(send()).replace(b"Final-Recipient", other + b"Final-Recipient", 1)
    assert bounces.take(content) == Outcome.FULL


def test_a_report_in_another_alphabet_is_read_as_well(send: Send, reader: Subscriber) -> None:
    content = undeliverable(send(), recipient="utf-8; ада@пример.example").replace(
        b"message/delivery-status", b"message/global-delivery-status"
    )
    assert bounces.take(content) == Outcome.GONE


# Counting -----------------------------------------------------------------------------------------


def test_a_report_that_is_read_twice_counts_once(send: Send, reader: Subscriber) -> None:
    content = undeliverable(send(), status="4.4.7")
    assert [bounces.take(content) for _ in range(6)] == [Outcome.FULL] + [Outcome.KNOWN] * 5
    reader.refresh_from_db()
    assert (reader.soft_bounces, report().returned) == (1, 1)


def test_mails_that_the_server_took_and_gave_up_mark_the_address_at_the_fifth(
    send: Send, reader: Subscriber
) -> None:
    for number in range(1, subscriptions.SOFT_BOUNCES + 1):
        bounces.take(undeliverable(send(), status="4.2.2"))
        reader.refresh_from_db()
        assert reader.soft_bounces == number, "the next mail, which was taken, forgives nothing"
        assert reader.is_written_to == (number < subscriptions.SOFT_BOUNCES)
    assert not suppressions.is_suppressed(reader.email), "it may be emptied some day"


def test_a_mail_forgives_when_none_has_come_back_for_a_week(send: Send, reader: Subscriber) -> None:
    bounces.take(undeliverable(send(), status="4.2.2"))
    Subscriber.objects.update(soft_bounced_at=timezone.now() - timedelta(days=8))
    send()
    reader.refresh_from_db()
    assert reader.soft_bounces == 0


def test_news_of_a_mailbox_that_was_confirmed_since_changes_nothing(
    send: Send, reader: Subscriber
) -> None:
    content = undeliverable(send())
    subscriptions.subscribe_confirmed(email=reader.email, consent_text="Yes.", source="a test")
    Subscriber.objects.update(confirmed_at=timezone.now())
    assert bounces.take(content) == Outcome.OLD
    assert Subscriber.objects.confirmed().exists()


def test_what_is_old_is_no_news_and_is_forgotten(send: Send, reader: Subscriber) -> None:
    old = undeliverable(send(), status="4.4.7")
    bounces.take(old)
    Mailing.objects.update(begun_at=timezone.now() - bounces.OLDEST - timedelta(days=1))
    sweep_mailings()
    assert not Bounce.objects.exists()
    assert bounces.take(old) == Outcome.OLD
    subscriptions.erase(email=reader.email)
    assert bounces.take(old) == Outcome.OLD


# Made up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "identity",
    [
        "<{mailing}.{reader}@localhost.invalid>",
        "<{mailing}.{reader}.0000000000000000@localhost.invalid>",
        "<99999999999999999999.{reader}.0000000000000000@localhost.invalid>",
        "<{mailing}.{reader}.@localhost.invalid>",
        "<{reader}@localhost.invalid>",
        "<>",
        "<" + "x" * 100_000 + ">",
        "",
    ],
)
def test_whoever_has_not_seen_a_mail_can_make_up_no_report_about_it(
    send: Send, reader: Subscriber, identity: str
) -> None:
    send()
    forged = Message()
    forged["To"] = reader.email
    forged["Message-ID"] = identity.format(
        mailing=Mailing.objects.latest("pk").pk, reader=reader.pk
    )
    for content in (undeliverable(forged), complaint(forged)):
        assert bounces.take(content) == Outcome.NOT_OURS
    reader.refresh_from_db()
    assert reader.is_written_to
    assert not Suppression.objects.exists()


def test_a_mail_of_one_s_own_harms_nobody_else(send: Send, reader: Subscriber) -> None:
    mine = send()
    victim = SubscriberFactory.create(confirmed=True)
    content = undeliverable(mine, recipient=victim.email)
    assert bounces.take(content) == Outcome.GONE
    victim.refresh_from_db()
    reader.refresh_from_db()
    assert victim.is_written_to
    assert not reader.is_written_to


def test_an_identity_fits_into_one_line(send: Send) -> None:
    assert send()["Message-ID"].startswith("<")


def test_an_identity_holds_when_the_secret_key_changes(settings: Settings) -> None:
    identity = identities.Identity(mailing=3, subscriber=7)
    named = identities.message_id(identity, domain="news.example.org")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" + "0123456789" * 5
    assert identities.read(named) == identity
    settings.SECRET_KEY_FALLBACKS = []
    assert identities.read(named) is None


def nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\n\n--b%d\n"
        % (number, number)
        for number in range(depth)
    )
    return head + b"Content-Type: text/plain\n\nx\n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        b"\xff\xfe" * 1000,
        b"Subject: Hello\n\nCould you write about our school?\n",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts",
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n",
        nested(3000),
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\n" * 200_000,
    ],
)
def test_whatever_else_comes_is_left_alone(content: bytes) -> None:
    assert bounces.take(content) == Outcome.NO_REPORT


# Single mails -------------------------------------------------------------------------------------


def test_a_single_mail_that_comes_back_marks_its_address(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "wake_after_commit", lambda: None)
    subscriptions.subscribe(email="ada@example.org")
    with server:
        mail.deliver()
    content = undeliverable(server.taken[0])
    assert bounces.take(content) == Outcome.GONE
    assert suppressions.is_suppressed("ada@example.org")
    Email.objects.all().delete()
    assert bounces.take(content) == Outcome.NOT_OURS


def test_a_complaint_about_a_single_mail_ends_the_newsletter(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, reader: Subscriber
) -> None:
    monkeypatch.setattr(mail, "wake_after_commit", lambda: None)
    subscriptions.subscribe(email=reader.email)
    with server:
        mail.deliver()
    assert bounces.take(complaint(server.taken[0])) == Outcome.COMPLAINT
    assert not Subscriber.objects.confirmed().exists()
    assert suppressions.is_suppressed(reader.email)


# The command --------------------------------------------------------------------------------------


def run(**options: Any) -> str:
    written = io.StringIO()
    call_command("read_bounces", stdout=written, **options)
    return written.getvalue()


def test_one_message_comes_from_a_pipe(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    content = undeliverable(send())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run().startswith("1 messages: 1 no such mailbox, 0 not delivered for now")


def test_a_maildir_is_read_and_only_what_was_understood_is_deleted(
    send: Send, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "bounces")
    box.add(undeliverable(send(), status="4.4.7"))
    box.add(complaint(send()))
    seen = mailbox.MaildirMessage(b"Subject: Hello\n\nTo the editor.\n")
    seen.set_subdir("cur")
    box.add(seen)
    forged = Message()
    forged["Message-ID"] = "<made.up@example.org>"
    box.add(undeliverable(forged, recipient="b@example.org"))
    said = run(maildir=tmp_path / "bounces")
    assert said.startswith("4 messages: 0 no such mailbox, 1 not delivered for now")
    assert "1 complaints" in said
    assert "1 about no mail of ours, 1 no reports." in said
    assert len(box) == 4
    assert "2 read before" in run(maildir=tmp_path / "bounces", delete=True)
    assert len(box) == 2


def test_a_mailbox_in_one_file_is_read(send: Send, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "mbox")
    box.add(undeliverable(send()))
    box.add(b"Subject: Hello\n\nTo the editor.\n")
    box.flush()
    assert "1 no such mailbox" in run(mbox=tmp_path / "mbox")
    assert len(mailbox.mbox(tmp_path / "mbox")) == 2


def test_a_mailbox_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no Maildir"):
        run(maildir=tmp_path)
    with pytest.raises(CommandError, match="is not there"):
        run(mbox=tmp_path / "mbox")
    with pytest.raises(CommandError, match="cannot be read"):
        run(mbox=tmp_path)
    with pytest.raises(CommandError, match="goes with --maildir"):
        run(delete=True)

"""The outbox, against a real mail server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.mail import get_connection, send_mail
from django.db import connection, transaction
from django.utils import timezone
from post_office.models import STATUS, Email
from pytest_django import Settings

from cms.core import mail
from cms.core.wagtail_hooks import sweep_outbox
from tests.mailserver import MailServer

pytestmark = pytest.mark.django_db
Queue = Callable[..., Email]


@pytest.fixture
def queue(tmp_path: Path, settings: Settings) -> Queue:
    """Queue a mail from a template made for the test."""
    (tmp_path / "note.txt").write_text("Hello {{ name }}, open {{ address }}\n")
    templates = [{**django_settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.TEMPLATES = templates

    def write(to: str = "ada@example.org", subject: str = "A note", **context: str) -> Email:
        values = {"name": "Ada", "address": "https://example.org/key", **context}
        return mail.queue(to=to, subject=subject, template="note", context=values)

    return write


@pytest.fixture
def server(settings: Settings) -> MailServer:
    """A mail server that is not running yet, and settings that name it."""
    stopped = MailServer()
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    }
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = stopped.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    return stopped


def due_again() -> None:
    """Let the time pass that a mail waits for its next attempt."""
    Email.objects.update(scheduled_time=timezone.now() - timedelta(seconds=1))


# Writing ------------------------------------------------------------------------------------------


def test_text_is_sent_as_written_and_not_as_html(queue: Queue) -> None:
    row = queue(name="O'Brien & <Sons>")
    assert row.message == "Hello O'Brien & <Sons>, open https://example.org/key\n"


def test_a_html_template_beside_the_text_goes_with_it_and_is_escaped(
    queue: Queue, tmp_path: Path
) -> None:
    (tmp_path / "note.html").write_text("<p>Hello {{ name }}</p>")
    assert queue(name="<b>").html_message == "<p>Hello &lt;b&gt;</p>"


def test_braces_in_a_subject_or_a_text_are_not_executed(queue: Queue) -> None:
    row = queue(subject="Vote {% now 'Y' %} {{ x }}", name="{% include 'note.txt' %}")
    row.refresh_from_db()
    assert row.subject == "Vote {% now 'Y' %} {{ x }}"
    assert "{% include 'note.txt' %}" in row.message


def test_django_s_own_mails_go_through_the_outbox_unexecuted(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "cms.core.mail.OutboxBackend"
    send_mail("{% broken", "{{ secret }}", None, ["ada@example.org"], html_message="<p>{{ x }}</p>")
    row = Email.objects.get()
    assert (row.subject, row.message, row.html_message) == (
        "{% broken",
        "{{ secret }}",
        "<p>{{ x }}</p>",
    )


@pytest.mark.parametrize(
    "to", ["ada@example.org\nBcc: all@example.org", "ada@example.org\r\nX: y", "no address"]
)
def test_an_address_that_would_make_a_header_is_refused(queue: Queue, to: str) -> None:
    with pytest.raises(mail.MailError):
        queue(to=to)
    assert not Email.objects.exists()


def test_line_breaks_in_a_subject_become_spaces(queue: Queue, server: MailServer) -> None:
    queue(subject="Sign\r\nBcc: all@example.org\n now")
    with server:
        mail.deliver()
    [taken] = server.taken
    assert taken["Subject"] == "Sign Bcc: all@example.org now"
    assert taken["Bcc"] is None


def test_nothing_is_sent_when_the_transaction_is_undone(queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("https://news.example.org", "news.example.org"),
        ("https://bücher.example:8443", "xn--bcher-kva.example"),
        ("http://localhost:8000", "localhost.invalid"),
        ("http://[::1]:8000", "localhost.invalid"),
        (f"https://{'ü' * 80}.example", "localhost.invalid"),
    ],
)
def test_a_mail_s_identity_names_the_host_of_the_site(
    queue: Queue, settings: Settings, site: str, domain: str
) -> None:
    settings.SITE_URL = site
    assert str(queue().message_id).endswith(f"@{domain}>")


# Sending ------------------------------------------------------------------------------------------


def test_what_was_queued_while_the_server_was_down_is_sent_once_when_it_is_up(
    queue: Queue, server: MailServer
) -> None:
    queue()
    assert mail.deliver().unreachable
    assert Email.objects.get().number_of_retries is None
    with server:
        assert mail.deliver().sent == 1
        assert mail.deliver().sent == 0
    [taken] = server.taken
    assert "https://example.org/key" in str(taken.get_payload())
    assert taken["Auto-Submitted"] == "auto-generated"


def test_a_sent_mail_leaves_no_key_in_the_database(queue: Queue, server: MailServer) -> None:
    (row, _) = queue(), queue(to="bob@example.org")
    with server:
        mail.deliver()
    row.refresh_from_db()
    assert (row.status, row.message, row.html_message) == (STATUS.sent, "", "")


def test_an_address_refused_for_good_is_told_of_and_not_tried_again(
    queue: Queue, server: MailServer
) -> None:
    refused: list[str] = []

    def listen(address: str, **kwargs: object) -> None:
        refused.append(address)

    mail.address_refused.connect(listen)
    row = queue()
    with server:
        server.reply = "550 No such user here"
        assert mail.deliver().failed == 1
        due_again()
        assert mail.deliver().failed == 0
    mail.address_refused.disconnect(listen)
    row.refresh_from_db()
    assert refused == ["ada@example.org"]
    assert (row.status, row.message) == (STATUS.failed, "")
    assert row.logs.get().exception_type == "SMTPRecipientsRefused"


@pytest.mark.parametrize("when", ["reply", "reply_to_text"])
def test_a_mail_put_off_by_the_server_is_sent_later_and_once(
    queue: Queue, server: MailServer, when: str
) -> None:
    row = queue()
    with server:
        setattr(server, when, "451 Try again later")
        assert mail.deliver().again == 1
        row.refresh_from_db()
        assert row.status == STATUS.requeued
        assert row.scheduled_time is not None
        assert row.scheduled_time > timezone.now() + timedelta(minutes=1)
        assert "https://example.org/key" in row.message
        setattr(server, when, "250 OK")
        assert mail.deliver().sent == 0, "it is not due yet"
        due_again()
        assert mail.deliver().sent == 1
    assert len(server.taken) == 1


def test_attempts_lie_further_and_further_apart(queue: Queue, server: MailServer) -> None:
    row = queue()
    pauses = []
    with server:
        server.reply = "451 Try again later"
        for _ in range(3):
            due_again()
            mail.deliver()
            row.refresh_from_db()
            assert row.scheduled_time is not None
            pauses.append(round((row.scheduled_time - timezone.now()).total_seconds() / 60))
    assert pauses == [2, 4, 8]


def test_a_mail_that_nobody_takes_for_five_days_is_given_up(
    queue: Queue, server: MailServer
) -> None:
    row = queue()
    Email.objects.update(created=timezone.now() - timedelta(days=6))
    with server:
        server.reply = "451 Try again later"
        assert mail.deliver().failed == 1
    row.refresh_from_db()
    assert (row.status, row.message) == (STATUS.failed, "")


def test_a_refused_text_does_not_hold_up_the_next_mail(queue: Queue, server: MailServer) -> None:
    queue()
    with server:
        server.reply_to_text = "554 Looks like spam"
        assert mail.deliver().failed == 1
        queue(to="bob@example.org")
        server.reply_to_text = "250 OK"
        assert mail.deliver().sent == 1


def test_what_a_killed_worker_held_is_sent_when_its_claim_has_run_out(
    queue: Queue, server: MailServer
) -> None:
    row = queue()
    with server:
        # As a worker leaves it that is killed between claiming and sending.
        claimed = mail._claim_next(get_connection(), mail.Delivery())
        assert claimed == row
        assert mail.deliver().sent == 0, "somebody else has it"
        Email.objects.update(scheduled_time=timezone.now() - timedelta(seconds=1))
        assert mail.deliver().sent == 1
    assert timedelta(minutes=2) > mail.CLAIM


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_mail_once(queue: Queue, server: MailServer) -> None:
    for number in range(20):
        queue(to=f"reader-{number}@example.org")
    with server:
        mail._background.wait()

        def work() -> None:
            mail.deliver()
            connection.close()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sorted(str(taken["To"]) for taken in server.taken) == sorted(
        f"reader-{number}@example.org" for number in range(20)
    )
    assert set(Email.objects.values_list("status", flat=True)) == {STATUS.sent}


# After the commit ---------------------------------------------------------------------------------


@pytest.fixture
def black_hole(settings: Settings, server: MailServer) -> Iterator[socket.socket]:
    """A server that takes the call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        settings.EMAIL_TIMEOUT = 60
        yield silent


@pytest.mark.django_db(transaction=True)
def test_a_server_that_says_nothing_holds_up_nobody(
    queue: Queue, black_hole: socket.socket
) -> None:
    begun = time.monotonic()
    row = queue()
    assert time.monotonic() - begun < 30
    black_hole.accept()[0].close()
    mail._background.wait()
    row.refresh_from_db()
    assert row.status == STATUS.queued


@pytest.mark.django_db(transaction=True)
def test_a_mail_goes_out_by_itself_after_the_commit(queue: Queue, server: MailServer) -> None:
    with server:
        with transaction.atomic():
            queue()
            time.sleep(0.1)
            assert server.taken == []
        mail._background.wait()
    assert len(server.taken) == 1


# The sweep ----------------------------------------------------------------------------------------


def test_the_sweep_sends_what_is_due_and_says_so_in_a_line(
    queue: Queue, server: MailServer
) -> None:
    queue()
    with server:
        line = sweep_outbox()
    assert line == (
        "outbox: 1 sent, 0 to be tried again, 0 refused for good; 0 old mails forgotten"
    )


def test_the_sweep_says_that_the_server_cannot_be_reached(queue: Queue, server: MailServer) -> None:
    queue()
    assert "the mail server cannot be reached" in sweep_outbox()


def test_the_outbox_forgets_addresses_after_a_month(queue: Queue) -> None:
    old, young = queue(), queue()
    Email.objects.filter(pk=old.pk).update(created=timezone.now() - timedelta(days=31))
    assert mail.forget() == 1
    assert list(Email.objects.all()) == [young]


# Addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.org", "ada@example.org"),
        (" ada@example.org ", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_two_spellings_of_one_mailbox_are_equal(one: str, other: str) -> None:
    assert mail.address_key(one) == mail.address_key(other)


def test_a_tag_makes_another_mailbox() -> None:
    assert mail.address_key("ada+news@example.org") != mail.address_key("ada@example.org")

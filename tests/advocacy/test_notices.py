"""Telling those who signed how it ends."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from post_office.models import PRIORITY, STATUS, Email
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from wagtail.models import ModelLogEntry

from advocacy import notices
from advocacy.models import Notice, NoticeMail, NoticeStatus, Petition, Signature
from advocacy.notices import NoticeRefusedError
from cms.core import mail
from tests.factories.advocacy import NoticeFactory, PetitionFactory, SignatureFactory
from tests.factories.people import UserFactory
from tests.mailserver import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition() -> Petition:
    """Three who want to be told, and some who do not or do not count."""
    petition = PetitionFactory.create()
    SignatureFactory.create_batch(3, petition=petition, confirmed=True, wants_outcome=True)
    SignatureFactory.create(petition=petition, confirmed=True)
    SignatureFactory.create(petition=petition, wants_outcome=True)
    SignatureFactory.create(confirmed=True, wants_outcome=True)
    return petition


@pytest.fixture
def notice(petition: Petition) -> Notice:
    return NoticeFactory.create(petition=petition)


def begin(notice: Notice, expected: int = 3) -> None:
    notices.begin(notice=notice, expected=expected, by=UserFactory())


def wanted(petition: Petition) -> set[str]:
    return set(
        petition.signatures.confirmed().filter(wants_outcome=True).values_list("email", flat=True)
    )


def addresses() -> list[str]:
    return sorted(address for row in Email.objects.all() for address in row.to)


def test_everybody_who_asked_and_counts_gets_one_mail(
    petition: Petition,
    notice: Notice,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        begin(notice)
    notice.refresh_from_db()
    assert (notice.status, notice.written, notice.receivers) == ("sent", 3, 3)
    assert addresses() == sorted(wanted(petition))
    row = Email.objects.all()[0]
    assert "The money is there for ten years." in row.message
    assert "/my-signatures/" in row.message
    assert row.priority == PRIORITY.low, "a confirmation that somebody waits for goes first"
    [entry] = ModelLogEntry.objects.filter(action="advocacy.notice.send")
    assert entry.data["count"] == 3
    assert entry.message == "“The Senate voted” sent to 3 signers"


def test_a_notice_is_sent_once(petition: Petition, notice: Notice) -> None:
    begin(notice)
    with pytest.raises(NoticeRefusedError, match="Each is sent once"):
        begin(notice)
    notices.send(notice.pk)
    assert notices.send(notice.pk) == notices.take_up() == 0
    assert Email.objects.count() == 3


def test_a_number_that_has_changed_since_it_was_shown_sends_nothing(notice: Notice) -> None:
    with pytest.raises(NoticeRefusedError, match="to 3 people now, not to 2"):
        begin(notice, 2)
    notice.refresh_from_db()
    assert notice.status == NoticeStatus.DRAFT


def test_a_job_that_is_killed_is_finished_by_the_sweep_and_nobody_is_written_to_twice(
    petition: Petition, notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "BATCH", 2)
    begin(notice)
    queue, calls = mail.queue, []

    def dies(**kwargs: object) -> Email:
        calls.append(kwargs)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return queue(**kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(mail, "queue", dies)
        notices.send(notice.pk)
    notice.refresh_from_db()
    assert (notice.status, notice.written, notice.percent) == ("sending", 2, 66)
    assert Email.objects.count() == NoticeMail.objects.count() == 2
    assert notices.take_up() == 1
    notice.refresh_from_db()
    assert notice.status == NoticeStatus.SENT
    assert addresses() == sorted(wanted(petition))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_write_to_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "BATCH", 3)
    petition = PetitionFactory.create()
    SignatureFactory.create_batch(20, petition=petition, confirmed=True, wants_outcome=True)
    notice = NoticeFactory.create(petition=petition, status="sending", receivers=20)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        notices.send(notice.pk)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    notice.refresh_from_db()
    assert (notice.status, notice.written) == ("sent", 20)
    assert addresses() == sorted(wanted(petition))
    assert connection.vendor == "postgresql"


def test_an_address_that_cannot_be_written_to_stops_nobody_else(
    petition: Petition, notice: Notice
) -> None:
    first = Signature.objects.wanting_the_outcome().filter(petition=petition).first()
    assert first
    Signature.objects.filter(pk=first.pk).update(email="not an address")
    begin(notice)
    notices.send(notice.pk)
    notice.refresh_from_db()
    assert Email.objects.count() == 2
    assert notices.report(notice).failed == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_and_what_was_refused_is_reported_and_kept(settings: Settings) -> None:
    petition = PetitionFactory.create()
    SignatureFactory.create_batch(2, petition=petition, confirmed=True, wants_outcome=True)
    notice = NoticeFactory.create(petition=petition, status="sending", receivers=2)
    notices.send(notice.pk)
    mail._background.wait()
    Email.objects.update(status=STATUS.queued, scheduled_time=None)
    notice.refresh_from_db()
    assert notices.report(notice) == notices.Report(waiting=2, sent=0, failed=0)
    assert notices.settle() == 0
    one, two = Email.objects.order_by("pk")
    Email.objects.filter(pk=one.pk).update(status=STATUS.sent)
    Email.objects.filter(pk=two.pk).update(status=STATUS.failed)
    assert notices.settle() == 1
    Email.objects.all().delete()
    notice.refresh_from_db()
    assert notices.report(notice) == notices.Report(waiting=0, sent=1, failed=1)
    assert not NoticeMail.objects.exists(), "who was written to is forgotten"


@pytest.mark.django_db(transaction=True)
def test_the_mail_on_the_wire_ends_the_notices_with_one_click(settings: Settings) -> None:
    petition = PetitionFactory.create()
    signature = SignatureFactory.create(petition=petition, confirmed=True, wants_outcome=True)
    other = SignatureFactory.create(
        email=signature.email.upper(), confirmed=True, wants_outcome=True
    )
    notice = NoticeFactory.create(petition=petition, status="sending", receivers=1)
    with MailServer() as server:
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        }
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        notices.send(notice.pk)
        mail._background.wait()
        mail.deliver()
        [message] = server.taken
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https?://[^/]+(/.+)>", "".join(message["List-Unsubscribe"].split()))
    assert found
    # A mail program has no cookie and no token.
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(found[1]).status_code == 200
    signature.refresh_from_db()
    assert signature.wants_outcome, "looking ends nothing"
    assert strict.post(found[1], {"erase": "x"}).status_code == 403
    answer = strict.post(found[1], {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    for row in (signature, other):
        row.refresh_from_db()
        assert not row.wants_outcome
    assert notices.report(notice).sent == 1


def test_a_broken_link_that_ends_notices_says_so(client: Client) -> None:
    for token in ("x", "a:b:c", "%00"):
        assert client.get(f"/petitions/notices/stop/{token}/").status_code == 404
        one_click = {"List-Unsubscribe": "One-Click"}
        assert client.post(f"/petitions/notices/stop/{token}/", one_click).status_code == 404


# In the admin -------------------------------------------------------------------------------------


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners", username="theo"))
    return client


def test_a_campaigner_writes_tests_and_confirms_a_notice(
    campaigner: Client,
    petition: Petition,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    new = reverse("advocacy_new_notice", args=[petition.pk])
    assert campaigner.get(new).status_code == 200
    typed = {"subject": "It\r\nended", "text": "{% now 'Y' %}\x00"}
    assert campaigner.post(new, typed).status_code == 200, "a null character is refused"
    answer = campaigner.post(new, {"subject": "It\u202e ended", "text": "{{ name }} <b>all</b>"})
    address = answer.headers["Location"]
    html = campaigner.get(address).content.decode()
    assert "{{ name }} &lt;b&gt;all&lt;/b&gt;" in html, "what is typed is text, not a template"
    assert "Send it to 3 signers" in html
    campaigner.post(address, {"test": "1"})
    [test] = Email.objects.all()
    assert (test.to, test.subject) == (["theo@newsroom.example"], "Test: It ended")
    with django_capture_on_commit_callbacks(execute=True):
        campaigner.post(address, {"receivers": "3"})
    assert Email.objects.count() == 4
    html = campaigner.get(address).content.decode()
    assert "3 of 3 written into the outbox" in html
    assert "Send it to" not in html
    edit = reverse("advocacy_edit_notice", args=[petition.pk, Notice.objects.get().pk])
    assert campaigner.get(edit).headers["Location"] == address


@pytest.mark.parametrize("receivers", ["", "x", "-1", "9" * 30, "٣", "2"])
def test_a_wrong_number_sends_nothing(campaigner: Client, notice: Notice, receivers: str) -> None:
    address = reverse("advocacy_notice", args=[notice.petition_id, notice.pk])
    assert campaigner.post(address, {"receivers": receivers}).status_code == 302
    notice.refresh_from_db()
    assert notice.status == NoticeStatus.DRAFT


def test_a_notice_of_another_petition_is_not_found(campaigner: Client, notice: Notice) -> None:
    other = PetitionFactory.create()
    for name in ("advocacy_notice", "advocacy_edit_notice"):
        assert campaigner.get(reverse(name, args=[other.pk, notice.pk])).status_code == 404
        assert campaigner.get(reverse(name, args=[2**70, notice.pk])).status_code == 404


def test_signing_asks_for_it_only_when_ticked(client: Client) -> None:
    petition = PetitionFactory.create()
    html = client.get(petition.get_absolute_url()).content.decode()
    box = re.search(r'<input[^>]*name="outcome"[^>]*>', html)
    assert box
    assert "checked" not in box[0]
    typed = {"name": "Ada", "email": "ada@example.org", "country": "US", "postal_code": "53703"}
    client.post(petition.get_absolute_url(), typed)
    assert not Signature.objects.get().wants_outcome
    client.post(petition.get_absolute_url(), {**typed, "outcome": "on"})
    assert Signature.objects.get().wants_outcome


def test_the_page_that_ends_notices_is_valid(
    client: Client, html_valid: Callable[[bytes], None]
) -> None:
    signature = SignatureFactory.create(confirmed=True, wants_outcome=True)
    address = notices._stop_address(signature.reference)
    path = "/" + address.split("/", 3)[3]
    html_valid(client.get(path).content)
    html_valid(client.post(path).content)
    signature.refresh_from_db()
    assert not signature.wants_outcome

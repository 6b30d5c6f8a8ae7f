"""Taking over subscribers from files, and giving them away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from post_office.models import Email
from wagtail import hooks
from wagtail.models import ModelLogEntry, Site

from cms.newsletter import importing, subscriptions, suppressions
from cms.newsletter.importing import ImportRefusedError
from cms.newsletter.models import Frequency, Subscriber, SubscriberStatus
from cms.newsletter.topics import HOOK, Topic
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import UserFactory, campaigner

pytestmark = pytest.mark.django_db
HEAD = "email,consented_at,consent,source"
ADA = "ada@example.org,2026-03-31,Yes to news,the fair"


@pytest.fixture(autouse=True)
def _topics() -> Iterator[None]:
    def offer() -> list[Topic]:
        return [Topic("w", "Rivers")]

    with hooks.register_temporarily(HOOK, offer):
        yield


def take(content: str | bytes) -> importing.Report:
    raw = content if isinstance(content, bytes) else content.encode()
    return importing.import_csv(
        content=raw, by=UserFactory(), site=Site.objects.get(is_default_site=True)
    )


def test_a_line_with_its_consent_makes_a_subscriber_and_no_mail() -> None:
    report = take(f"{HEAD},frequency,topics\n{ADA},daily,rivers\n")
    assert str(report) == "1 created, 0 known before, 0 never written to, 0 refused"
    ada = Subscriber.objects.confirmed().get()
    assert (ada.frequency, ada.topics) == (Frequency.DAILY, ["w"])
    assert (ada.consent_text, ada.consent_source) == ("Yes to news", "the fair")
    assert ada.confirmed_at is not None
    assert ada.confirmed_at.date().isoformat() == "2026-03-31"
    assert not Email.objects.exists()
    assert ModelLogEntry.objects.get(action="newsletter.subscribers.import").data["created"] == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada@example.org,,Yes,fair", "No record of consent"),
        ("ada@example.org,2026-03-31,,fair", "No record of consent"),
        ("ada@example.org,2026-03-31,Yes, ", "No record of consent"),
        ("ada@example.org,yesterday,Yes,fair", "must look like"),
        ("ada@example.org,2026-13-41,Yes,fair", "must look like"),
        ("ada@example.org,2999-01-01,Yes,fair", "lies in the future"),
        ("ada@example.org,0001-01-01T00:00,Yes,fair", "before there was e-mail"),
        # No database can keep it in UTC.
        ("ada@example.org,0001-01-01T00:00:00+14:00,Yes,fair", "before there was e-mail"),
        ("ada,2026-03-31,Yes,fair", "No e-mail address"),
        ('"""a b""@example.org",2026-03-31,Yes,fair', "No e-mail address"),
        ("ada@example.org,2026-03-31,Yes", "It has 3 cells"),
        ("ada@example.org,2026-03-31,Yes,fair,more", "It has 5 cells"),
        (f"ada@example.org,2026-03-31,{'y' * 20_000},fair", "far too long"),
        (f"ada@example.org,2026-03-31,{'y' * 200_000},fair", "cannot be read"),
    ],
)
def test_a_line_that_cannot_be_taken_is_refused_with_the_reason_and_stops_no_other(
    line: str, why: str
) -> None:
    report = take(f"{HEAD}\n{line}\nben@example.org,2026-03-31,Yes,fair\n")
    assert Subscriber.objects.filter(email="ben@example.org").exists()
    assert report.refused == 1
    [(number, told)] = report.reasons
    assert number >= 2
    assert why in told


def test_an_import_brings_nobody_back() -> None:
    gone = SubscriberFactory.create(status=SubscriberStatus.UNSUBSCRIBED)
    never = SubscriberFactory.create(confirmed=True)
    subscriptions.end(subscriber=never, never=True)
    subscriptions.erase(email=never.email)
    report = take(
        f"{HEAD}\n{gone.email.upper()},2026-03-31,Yes,fair\n{never.email},2026-03-31,Yes,fair\n"
        f"{ADA}\n{ADA}\n"
    )
    assert (report.created, report.known, report.suppressed) == (1, 2, 1)
    gone.refresh_from_db()
    assert gone.status == SubscriberStatus.UNSUBSCRIBED
    assert not Subscriber.objects.filter(email=never.email).exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Missing: email"),
        (b"email,name\nada@example.org,Ada\n", "Without the record of consent"),
        (b"PK\x03\x04\x00\x00", "no CSV file"),
        (b"\xff\xfee\x00m\x00", "UTF-8"),
        (f"{HEAD},email\n".encode(), "same name"),
        (b"e" * 20_000, "far too long"),
        (b"a" * (importing.LARGEST + 1), "more than 10 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, why: str) -> None:
    with pytest.raises(ImportRefusedError, match=why):
        take(content)
    assert not ModelLogEntry.objects.filter(action="newsletter.subscribers.import").exists()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_from_any_spreadsheet_are_read(delimiter: str) -> None:
    text = f"\ufeff{HEAD}\r\n{ADA}\r\n".replace(",", delimiter)
    assert take(text).created == 1


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.text(max_size=200))
def test_no_text_breaks_an_import(text: str) -> None:
    for content in (text, f"{HEAD}\n{text}", f"{HEAD}\n{ADA}{text},{text}"):
        try:
            take(content.encode("utf-8", "replace"))
        except ImportRefusedError:
            continue


# In the admin -------------------------------------------------------------------------------------


def test_a_campaigner_imports_and_reads_what_became_of_each_line(client: Client) -> None:
    client.force_login(campaigner())
    url = reverse("newsletter_import")
    assert client.get(url).status_code == 200
    file = SimpleUploadedFile("list.csv", f"{HEAD}\n{ADA}\nnobody\n".encode())
    html = client.post(url, {"file": file}).content.decode()
    assert "Line 3: It has 1 cells" in html
    assert Subscriber.objects.count() == 1
    empty = client.post(url, {}).content.decode()
    assert "Choose a file." in empty


def test_an_export_takes_a_button_is_written_down_and_holds_no_formula(client: Client) -> None:
    client.force_login(campaigner())
    SubscriberFactory.create(confirmed=True, email="=cmd@example.org", topics=["w"])
    url = reverse("newsletter_subscriber_modeladmin_index")
    assert client.get(f"{url}?export=csv").status_code == 302
    answer = client.post(f"{url}?export=csv")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    head, row = list(csv.reader(io.StringIO(body)))
    line = dict(zip(head, row, strict=True))
    assert line["email"] == "'=cmd@example.org"
    assert line["topics"] == "Rivers"
    assert {*importing.NEEDED} <= set(head)
    assert "no-store" in answer["Cache-Control"]
    assert ModelLogEntry.objects.get(action="newsletter.subscribers.export").data == {"count": 1}


def test_what_was_exported_can_be_imported_elsewhere(client: Client) -> None:
    client.force_login(campaigner())
    SubscriberFactory.create(
        confirmed=True, email="ada@example.org", topics=["w"], consent_source="the fair"
    )
    before = Subscriber.objects.values("email", "frequency", "topics", "consent_source").get()
    # Who never confirmed, who has ended it and whom no mail reaches is nobody to write to there.
    fair = {"consent_source": "the fair"}
    SubscriberFactory.create(**fair)
    SubscriberFactory.create(status=SubscriberStatus.UNSUBSCRIBED, **fair)
    SubscriberFactory.create(confirmed=True, refused_at=timezone.now(), **fair)
    url = reverse("newsletter_subscriber_modeladmin_index")
    body = b"".join(client.post(f"{url}?export=csv").streaming_content)  # type: ignore[attr-defined]
    Subscriber.objects.all().delete()
    report = take(body)
    assert (report.created, report.refused) == (1, 3)
    told = " ".join(why for _, why in report.reasons)
    assert "“pending”" in told
    assert "“unsubscribed”" in told
    assert "mail did not arrive" in told
    assert (
        Subscriber.objects.values("email", "frequency", "topics", "consent_source").get() == before
    )


def test_the_list_says_whose_mail_does_not_arrive(client: Client) -> None:
    client.force_login(campaigner())
    SubscriberFactory.create(confirmed=True)
    url = reverse("newsletter_subscriber_modeladmin_index")
    assert "mail does not arrive" not in client.get(url).content.decode()
    SubscriberFactory.create(confirmed=True, refused_at=timezone.now())
    for order in ("", "?o=2"):
        assert client.get(url + order).content.decode().count("mail does not arrive") == 1


def test_the_right_to_see_is_not_the_right_to_take_away(client: Client) -> None:
    viewer = UserFactory()
    viewer.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_subscriber"])
    )
    client.force_login(viewer)
    url = reverse("newsletter_subscriber_modeladmin_index")
    assert client.get(url).status_code == 200
    assert "Download CSV" not in client.get(url).content.decode()
    assert client.post(f"{url}?export=csv").status_code in {302, 403}
    assert not ModelLogEntry.objects.filter(action="newsletter.subscribers.export").exists()


# From a terminal ----------------------------------------------------------------------------------


def test_complaints_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = SubscriberFactory.create(confirmed=True)
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{reader.email}\nnobody\n\nx@example.org\n"))
    call_command("suppress_addresses", stdout=said)
    assert "2 addresses are never written to again; 1 lines were no address." in said.getvalue()
    assert not Subscriber.objects.confirmed().exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{reader.email}\n"))
    call_command("suppress_addresses", "--lift", stdout=said)
    assert not suppressions.is_suppressed(reader.email)

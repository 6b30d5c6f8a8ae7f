"""Wrong contacts: reported by readers, decided by campaigners."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from advocacy import reports
from advocacy.models import (
    Channel,
    ChannelReport,
    Problem,
    Reason,
    ReportStatus,
    Representative,
    SecondLook,
)
from advocacy.views.reports import A_NETWORK
from tests.advocacy.test_letter_writing import HOSTILE
from tests.factories.advocacy import ChannelFactory, LetterFactory, RepresentativeFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def senator() -> Representative:
    made: Representative = RepresentativeFactory.create(slug="tammy-baldwin", last_name="Baldwin")
    return made


@pytest.fixture
def phone(senator: Representative) -> Channel:
    made: Channel = ChannelFactory.create(representative=senator, value="202-224-5653")
    return made


def address(senator: Representative) -> str:
    return reverse("advocacy:report", args=[senator.slug])


def send(
    client: Client, senator: Representative, channel: str, network: str = "192.0.2.1", **data: str
) -> int:
    """Send the form from a network; the status of the answer."""
    typed = {"channel": channel, "problem": Problem.DEAD, "remark": "", "website": "", **data}
    return client.post(address(senator), typed, REMOTE_ADDR=network).status_code


# Reporting ----------------------------------------------------------------------------------------


def test_a_report_keeps_what_was_wrong_and_not_who_said_so(
    client: Client, senator: Representative, phone: Channel
) -> None:
    answer = client.post(
        address(senator),
        {"channel": phone.pk, "problem": "dead", "remark": "It rings and rings."},
        REMOTE_ADDR="192.0.2.77",
    )
    assert answer.headers["Location"] == reverse("advocacy:reported", args=[senator.slug])
    row = ChannelReport.objects.get()
    assert (row.kind, row.value, row.problem) == ("phone", "202-224-5653", "dead")
    assert (row.remarks, row.times, row.status) == ("It rings and rings.", 1, ReportStatus.OPEN)
    assert "192.0.2" not in str(vars(row))
    assert not row.decided_by


def test_the_same_once_more_is_counted_on_one_row(
    client: Client, senator: Representative, phone: Channel
) -> None:
    for number, remark in enumerate(["Busy.", "Busy.", "A fax answers.", ""]):
        send(client, senator, str(phone.pk), f"192.0.2.{number}", remark=remark)
    row = ChannelReport.objects.get()
    assert (row.times, row.remarks) == (4, "Busy.\n\nA fax answers.")
    send(client, senator, str(phone.pk), "192.0.2.99", problem=Problem.STRANGER)
    assert ChannelReport.objects.count() == 2


def test_remarks_of_a_flood_end_somewhere(senator: Representative, phone: Channel) -> None:
    for number in range(12):
        reports.report(
            representative=senator, channel=phone, problem="dead", remark=f"{number} " * 200
        )
    assert len(ChannelReport.objects.get().remarks) <= reports.REMARKS_LIMIT


def test_one_network_counts_once_a_day_for_a_channel_and_is_answered_alike(
    client: Client, senator: Representative, phone: Channel
) -> None:
    answers = {send(client, senator, str(phone.pk), "2001:db8:1:2::1") for _ in range(3)}
    answers.add(send(client, senator, str(phone.pk), "2001:db8:1:2:ffff::9"))
    assert answers == {302}
    assert ChannelReport.objects.get().times == 1
    send(client, senator, str(phone.pk), "2001:db8:1:3::1")
    assert ChannelReport.objects.get().times == 2


def test_one_network_reports_a_few_things_an_hour(client: Client) -> None:
    people = RepresentativeFactory.create_batch(int(A_NETWORK.split("/")[0]) + 3)
    assert {send(client, person, "whole") for person in people} == {302}
    assert ChannelReport.objects.count() == int(A_NETWORK.split("/")[0])


def test_a_cache_that_is_down_stops_no_report(
    client: Client, senator: Representative, phone: Channel, settings: Settings
) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": "tests.core.test_limits.ClosedPort"},
    }
    assert send(client, senator, str(phone.pk)) == 302
    assert ChannelReport.objects.get().times == 1


def test_a_machine_is_thanked_and_not_heard(
    client: Client, senator: Representative, phone: Channel
) -> None:
    assert send(client, senator, str(phone.pk), website="https://buy.example") == 302
    assert not ChannelReport.objects.exists()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", ["channel", "problem", "remark"])
def test_hostile_text_breaks_nothing(
    client: Client, senator: Representative, phone: Channel, field: str, text: str
) -> None:
    assert send(client, senator, **{"channel": str(phone.pk), field: text}) in {200, 302}
    for row in ChannelReport.objects.all():
        assert field == "remark"
        assert not set(row.remarks) & set("\x00\x07\x1b\u202e\u2066\r")


def test_only_what_readers_see_on_this_page_can_be_reported(
    client: Client, senator: Representative
) -> None:
    hidden = ChannelFactory.create(representative=senator, unchecked=True)
    foreign = ChannelFactory.create()
    for channel in (hidden, foreign):
        assert send(client, senator, str(channel.pk)) == 200
    assert not ChannelReport.objects.exists()
    drafted = RepresentativeFactory.create(live=False)
    assert client.get(address(drafted)).status_code == 404


def test_the_page_is_private_and_needs_its_token(
    client: Client, senator: Representative, phone: Channel
) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(senator), {"channel": phone.pk}).status_code == 403
    for at in (address(senator), reverse("advocacy:reported", args=[senator.slug])):
        answer = client.get(at)
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_pages_are_valid_html(
    client: Client,
    senator: Representative,
    phone: Channel,
    html_valid: Callable[[str | bytes], None],
) -> None:
    html_valid(client.get(f"{address(senator)}?channel={phone.pk}").content)
    html_valid(client.post(address(senator), {"remark": "x" * 501}).content)
    html_valid(client.get(reverse("advocacy:reported", args=[senator.slug])).content)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sixteen_reports_at_once_leave_one_row_that_counts_them_all() -> None:
    senator = RepresentativeFactory.create()
    phone = ChannelFactory.create(representative=senator)

    def report(number: int) -> None:
        try:
            reports.report(
                representative=senator, channel=phone, problem="dead", remark=f"No. {number}."
            )
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(report, range(16)))
    row = ChannelReport.objects.get()
    assert row.times == 16
    assert len(row.remarks.split("\n\n")) == 16


# A second look ------------------------------------------------------------------------------------


def test_what_two_report_has_everything_looked_at_that_names_them(
    senator: Representative, phone: Channel
) -> None:
    letter = LetterFactory.create(targets=[senator])
    reports.report(representative=senator, channel=phone, problem="dead")
    assert not SecondLook.objects.exists()
    reports.report(representative=senator, channel=phone, problem="dead")
    look = SecondLook.objects.get()
    assert (look.place, look.entry, look.reason) == (letter, senator, Reason.CHANNEL_REPORTED)
    assert "202-224-5653" in look.detail


def test_what_is_accepted_has_everything_looked_at_and_what_is_dismissed_has_not(
    senator: Representative, phone: Channel
) -> None:
    LetterFactory.create(targets=[senator])
    user = UserFactory.create()
    first = reports.report(representative=senator, channel=phone, problem="dead")
    second = reports.report(representative=senator, channel=None, problem="other")
    assert reports.decide(report=first, accept=False, user=user)
    assert not SecondLook.objects.exists()
    assert reports.decide(report=second, accept=True, user=user)
    assert SecondLook.objects.get().reason == Reason.CHANNEL_REPORTED
    assert [entry.action for entry in ModelLogEntry.objects.filter(user=user).order_by("pk")] == [
        "advocacy.report.dismiss",
        "advocacy.report.accept",
    ]


def test_a_report_is_decided_once_and_the_same_may_be_reported_anew(
    senator: Representative, phone: Channel
) -> None:
    user = UserFactory.create()
    row = reports.report(representative=senator, channel=phone, problem="dead")
    assert reports.decide(report=row, accept=False, user=user)
    assert not reports.decide(report=row, accept=True, user=user)
    row.refresh_from_db()
    assert (row.status, row.decided_by) == (ReportStatus.DISMISSED, user)
    again = reports.report(representative=senator, channel=phone, problem="dead")
    assert again != row
    assert again.times == 1


# In the admin -------------------------------------------------------------------------------------


@pytest.fixture
def campaigner(client: Client) -> Client:
    client.force_login(UserFactory(role="Campaigners"))
    return client


def decide(client: Client, row: ChannelReport, decision: str) -> str:
    url = reverse("advocacy_decide_report", args=[row.pk])
    answer = client.post(url, {"decision": decision}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_campaigner_reads_and_accepts_and_is_led_to_the_entry(
    campaigner: Client, senator: Representative, phone: Channel
) -> None:
    row = reports.report(
        representative=senator, channel=phone, problem="dead", remark="<b>It rings.</b>"
    )
    listed = campaigner.get(reverse("advocacy_channelreport_modeladmin_index")).content.decode()
    assert "202-224-5653" in listed
    shown = campaigner.get(
        reverse("advocacy_channelreport_modeladmin_inspect", args=[row.pk])
    ).content.decode()
    assert "&lt;b&gt;It rings.&lt;/b&gt;" in shown
    assert "It is right: dismiss" in shown
    html = decide(campaigner, row, "accept")
    assert "Accepted: Phone, 202-224-5653" in html
    assert 'name="last_name"' in html


def test_who_comes_second_is_told(
    campaigner: Client, senator: Representative, phone: Channel
) -> None:
    row = reports.report(representative=senator, channel=phone, problem="dead")
    assert "The report was dismissed." in decide(campaigner, row, "dismiss")
    assert "Somebody was quicker: Dismissed." in decide(campaigner, row, "accept")
    shown = campaigner.get(
        reverse("advocacy_channelreport_modeladmin_inspect", args=[row.pk])
    ).content.decode()
    assert 'value="accept"' not in shown

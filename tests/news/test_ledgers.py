"""The log of draft runs in the admin: read, filtered, inspected and exported, never changed."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.core.models import User
from news.models import DraftRun
from tests.factories.news import article
from tests.factories.people import UserFactory, editor
from tests.news.desk import asker_of

pytestmark = pytest.mark.django_db

INDEX = "news_draftrun_modeladmin_index"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://x.example")']


@pytest.fixture
def reader(client: Client) -> User:
    user = editor()
    client.force_login(user)
    return user


def make(**fields: Any) -> DraftRun:
    return DraftRun.objects.create(
        **{
            "section": "opinion",
            "status": DraftRun.Status.READY,
            "page_title": "=Lead pipes",
            "model": "stand-in",
            "requested_by": editor(),
            "cost": Decimal("0.001234"),
            **fields,
        }
    )


def listed(client: Client, **asked: Any) -> str:
    response = client.get(reverse(INDEX), asked)
    assert response.status_code == 200
    return response.content.decode()


def exported(client: Client, **asked: Any) -> list[dict[str, str]]:
    response = client.get(reverse(INDEX), {"export": "csv", **asked})
    assert response.status_code == 200
    assert 'filename="draft-runs.csv"' in response.headers["Content-Disposition"]
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content, newline="")))


def workbook(client: Client, **asked: Any) -> list[list[Any]]:
    response = client.get(reverse(INDEX), {"export": "xlsx", **asked})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    for row in sheet.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# Reading ------------------------------------------------------------------------------------------


def test_editors_find_the_log_of_draft_runs_in_the_menu(client: Client, reader: User) -> None:
    run = make()
    assert reverse(INDEX) in client.get(reverse("wagtailadmin_home")).content.decode()
    text = listed(client)
    assert "Lead pipes" in text
    assert asker_of(run).public_name in text
    assert "Add draft run" not in text
    assert "/delete/" not in text
    assert "/edit/" not in text.split("<main", 1)[1]


def test_a_row_leads_to_its_run_and_says_how_it_ended(client: Client, reader: User) -> None:
    run = make(page_title="Pipes", status=DraftRun.Status.FAILED, failure_message="Too <long>.")
    text = listed(client)
    inspect = reverse("news_draftrun_modeladmin_inspect", args=[run.pk])
    assert text.count(f'href="{inspect}"') == 1
    assert "Failed" in text
    assert "Too &lt;long&gt;." in text


def test_a_run_tells_what_happened_first_and_leaves_out_what_it_has_not(
    client: Client, reader: User
) -> None:
    page = article(title="Pipes")
    run = make(page=page, page_title="Pipes", input_tokens=3198, findings=[{"message": "We cut."}])
    url = reverse("news_draftrun_modeladmin_inspect", args=[run.pk])
    text = client.get(url).content.decode().split("<main", 1)[1]
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in text
    assert "3,198" in text
    assert re.search(r"<dt>Model</dt>\s*<dd>stand-in</dd>", text)
    assert "<li>We cut.</li>" in text
    assert "failure" not in text.lower()
    assert text.index("Findings") < text.index("Key")


def test_a_run_whose_article_is_gone_is_told_by_its_title(client: Client, reader: User) -> None:
    run = make(page_title="Pipes <b>")
    url = reverse("news_draftrun_modeladmin_inspect", args=[run.pk])
    assert "Pipes &lt;b&gt;" in client.get(url).content.decode()


@pytest.mark.parametrize("role", ["Moderators", "Campaigners"])
def test_others_do_not_see_the_log_of_draft_runs(client: Client, role: str) -> None:
    make()
    client.force_login(UserFactory(role=role))
    assert reverse(INDEX) not in client.get(reverse("wagtailadmin_home")).content.decode()
    response = client.get(reverse(INDEX), follow=True)
    assert "Lead pipes" not in response.content.decode()


def test_one_run_is_inspected_in_full_but_for_what_was_sent(client: Client, reader: User) -> None:
    run = make(
        status=DraftRun.Status.FAILED,
        failure_message="It <b>failed</b>.",
        failure_reason="refused",
        prompt_hash="abc123",
        request={"system": "a secret prompt"},
        findings=[{"message": "<script>alert(1)</script>"}],
    )
    url = reverse("news_draftrun_modeladmin_inspect", args=[run.pk])
    text = client.get(url).content.decode()
    assert "It &lt;b&gt;failed&lt;/b&gt;." in text
    assert "abc123" in text
    assert str(run.key) in text
    assert "a secret prompt" not in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status__exact": "failed"}, "B"),
        ({"section__exact": "to_do"}, "B"),
        ({"model": "other"}, "B"),
        ({"q": "Beta"}, "B"),
        ({"q": "too long"}, "B"),
        ({"q": "nothing of the kind"}, ""),
        ({"status__exact": "ready", "section__exact": "to_do"}, ""),
        ({}, "AB"),
    ],
)
def test_runs_are_filtered_and_searched(
    client: Client, reader: User, asked: dict[str, str], found: str
) -> None:
    make(page_title="Title Alpha")
    make(
        page_title="Title Beta",
        section="to_do",
        status=DraftRun.Status.FAILED,
        model="other",
        failure_message="The answer was too long.",
    )
    text = listed(client, **asked)
    assert {name for name in "AB" if f"Title {'Alpha' if name == 'A' else 'Beta'}" in text} == set(
        found
    )


def test_runs_are_filtered_by_who_asked_and_when(client: Client, reader: User) -> None:
    first, second = make(page_title="Title Alpha"), make(page_title="Title Beta")
    DraftRun.objects.filter(pk=second.pk).update(requested_at=timezone.now() - timedelta(days=60))
    text = listed(client, requested_by__id__exact=first.requested_by_id)
    assert "Title Alpha" in text
    assert "Title Beta" not in text
    since = (timezone.localtime() - timedelta(days=7)).isoformat()
    text = listed(client, requested_at__gte=since)
    assert "Title Alpha" in text
    assert "Title Beta" not in text


@pytest.mark.parametrize(
    "asked",
    [
        {"o": "999.-4.x"},
        {"p": "99999"},
        {"p": "-1"},
        {"q": "'\"%_\\ OR 1=1 --"},
        {"q": "\x00"},
        {"q": "x" * 10_000},
        {"status__exact": "\x00"},
        {"requested_by__id__exact": "x"},
        {"requested_at__gte": "never"},
        {"nosuchfield": "1"},
        {"export": "exe"},
    ],
)
def test_whatever_is_asked_is_answered(client: Client, reader: User, asked: dict[str, str]) -> None:
    make()
    response = client.get(reverse(INDEX), asked, follow=True)
    assert response.status_code == 200


@pytest.mark.parametrize("lookup", ["requested_by__password__startswith", "site__hostname"])
def test_the_list_answers_no_questions_about_other_things(
    client: Client, reader: User, lookup: str
) -> None:
    make()
    for export in ({}, {"export": "csv"}):
        response = client.get(reverse(INDEX), {lookup: "m", **export}, follow=True)
        assert response.redirect_chain == [(reverse(INDEX), 302)]
        assert "cannot be filtered like that" in response.content.decode()


def test_the_list_takes_as_many_queries_with_many_runs_as_with_few(
    client: Client, reader: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            listed(client)
        return len(counted)

    make()
    queries()
    few = queries()
    for _ in range(12):
        make(requested_by=reader)
    assert queries() == few


# Export -------------------------------------------------------------------------------------------


def test_the_export_holds_the_record_of_each_run(client: Client, reader: User) -> None:
    run = make(input_tokens=1234, output_tokens=567, prompt_version="opinion.v1+rules.v1")
    (row,) = exported(client)
    assert row["Key"] == str(run.key)
    assert row["Page Title"] == "'=Lead pipes"
    assert (row["Input Tokens"], row["Output Tokens"]) == ("1234", "567")
    assert row["Cost"] == "0.001234"
    assert row["Prompt Version"] == "opinion.v1+rules.v1"
    assert (row["Attempts"], row["Latency Ms"], row["Usage Estimated"]) == ("1", "0", "False")
    assert row["Finished At"] == row["Failure Reason"] == ""
    head, cells = workbook(client)
    told = dict(zip(head, cells, strict=True))
    assert told["Key"] == str(run.key)
    assert (told["Input Tokens"], float(told["Cost"])) == (1234, 0.001234)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("field", ["page_title", "model", "failure_reason"])
def test_no_cell_is_a_formula(client: Client, reader: User, field: str, formula: str) -> None:
    make(**{"page_title": "A", field: formula[:40]})
    for cell in exported(client)[0].values():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell
    for value in workbook(client)[1]:
        assert not str(value).startswith(("=", "+", "-", "@")), value


def test_an_account_whose_name_is_a_formula_is_none(client: Client, reader: User) -> None:
    make(requested_by=UserFactory(username="@SUM(A1)"))
    assert exported(client)[0]["Requested By"] == "'@SUM(A1)"
    assert "'@SUM(A1)" in workbook(client)[1]


def test_control_characters_do_not_break_the_export(client: Client, reader: User) -> None:
    make(page_title="Bell\x07, tab\x0b and escape\x1b", requested_by=None)
    assert exported(client)
    assert "Bell, tab and escape" in workbook(client)[1]


def test_an_export_is_filtered_like_the_list(client: Client, reader: User) -> None:
    make(page_title="Title Alpha")
    make(page_title="Title Beta", section="to_do")
    (row,) = exported(client, section__exact="to_do")
    assert row["Page Title"] == "Title Beta"


def test_only_readers_of_the_log_export_it(client: Client) -> None:
    make()
    client.force_login(UserFactory(role="Campaigners"))
    response = client.get(reverse(INDEX), {"export": "csv"})
    assert response.status_code == 302

"""The site's history: logins beside all else, filtered, taken away, and shown to whom it concerns."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from cms.core import site_history
from cms.core.accounts import audit
from tests.core.accounts.people import give_password, person
from tests.factories.news import CategoryFactory, article
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db
HISTORY = reverse("wagtailadmin_reports:site_history")


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator, in a site where something happened."""
    someone = editor()
    article(title='=HYPERLINK("https://evil.example")', save_as=someone)
    log(CategoryFactory(name="@SUM(A1)"), "wagtail.edit", user=someone)
    user = person(username="ferris")
    give_password(Client(), user, "wrong", headers={"User-Agent": "curl/8"})
    give_password(Client(), user)
    client.force_login(UserFactory(is_superuser=True, username="boss"))
    return client


def taken(client: Client, kind: str, **asked: str) -> bytes:
    answer: Any = client.get(HISTORY, {"export": kind, **asked})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_one_list_tells_of_logins_and_of_content(admin: Client) -> None:
    page = admin.get(HISTORY).content.decode()
    assert "Logged in from 127.0.0.0/24 (password)" in page
    assert "A login was refused, from 127.0.0.0/24" in page
    assert "HYPERLINK" in page
    assert "127.0.0.1" not in page


def test_it_can_be_narrowed_to_one_kind_one_name_one_person(admin: Client) -> None:
    lines = taken(admin, "jsonl", action=audit.LOGIN_REFUSED).splitlines()
    assert [json.loads(line)["action"] for line in lines] == [audit.LOGIN_REFUSED]
    assert taken(admin, "jsonl", label="ferris").count(b"\n") == 2
    refused = admin.get(HISTORY, {"label": "\x00", "timestamp_after": "never"})
    assert refused.status_code == 200


def test_a_line_for_each_entry_says_who_did_what_when(admin: Client) -> None:
    lines = [json.loads(line) for line in taken(admin, "jsonl").splitlines()]
    entry = next(line for line in lines if line["action"] == audit.LOGIN)
    assert set(entry) == {"at", "user", "action", "what", "type", "id", "name"}
    assert entry["what"] == "Logged in from 127.0.0.0/24 (password)"
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), reverse=True)


def test_no_spreadsheet_takes_an_entry_for_a_formula(admin: Client) -> None:
    rows = list(csv.reader(io.StringIO(taken(admin, "csv").decode())))
    sheet = load_workbook(io.BytesIO(taken(admin, "xlsx"))).active
    assert sheet is not None
    for table in (rows, [[cell.value for cell in row] for row in sheet.iter_rows()]):
        cells = [cell for row in table for cell in row if isinstance(cell, str)]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_who_took_it_away_is_written_down(admin: Client) -> None:
    taken(admin, "csv")
    entry = ModelLogEntry.objects.get(action=audit.EXPORT)
    assert (entry.user.username, entry.data["format"]) == ("boss", "csv")


def test_an_export_is_read_in_batches(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory()
    for _ in range(10):
        log(user, "wagtail.edit")
    numbers = []
    for batch in (5, 100):
        monkeypatch.setattr(site_history, "BATCH", batch)
        with CaptureQueriesContext(connection) as queries:
            assert taken(admin, "jsonl").count(b"\n") >= 14
        numbers.append(len(queries))
    assert numbers[0] > numbers[1]
    assert numbers[1] < 40


def test_logins_are_told_to_administrators_only(admin: Client) -> None:
    other = Client()
    other.force_login(editor())
    page = other.get(HISTORY).content.decode()
    assert "HYPERLINK" in page
    assert "Logged in from" not in page
    assert b"core.login" not in taken(other, "jsonl")


def test_what_was_named_by_nobody_is_listed_without_a_link(admin: Client) -> None:
    give_password(Client(), "hunter2", "wrong")
    page = admin.get(HISTORY, {"action": audit.LOGIN_REFUSED}).content.decode()
    assert audit.NOBODY in page
    assert "hunter2" not in page

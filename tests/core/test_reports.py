"""Wagtail's lists that are taken away as files for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Workflow

from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://evil.test")'
LISTS = {
    "/admin/reports/aging-pages/",
    "/admin/reports/locked/",
    "/admin/reports/site-history/",
    "/admin/reports/workflow/",
    "/admin/reports/workflow_tasks/",
    "/admin/redirects/",
}


def test_no_list_has_a_formula_in_its_cells_or_is_kept(client: Client) -> None:
    boss = UserFactory(is_superuser=True)
    client.force_login(boss)
    page = article(title=FORMULA, live=True, save_as=boss)
    Workflow.objects.get(name="Moderators approval").start(page, boss)
    Page.objects.filter(pk=page.pk).update(locked=True, locked_by=boss, locked_at=timezone.now())
    Redirect.objects.create(old_path="/old", redirect_link=FORMULA)
    found = {}
    for address in sorted(LISTS):
        for route in (address, f"{address}results/"):
            answer = client.get(route, {"export": "csv"})
            text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
            cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
            assert "HYPERLINK" in text, route
            found[route] = [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
            assert "no-store" in client.get(route).headers["Cache-Control"]
    assert found == {route: [] for route in found}

"""The log of draft runs in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from news.models import DraftRun
from tests.factories.people import UserFactory, editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> DraftRun:
    """A run that has ended."""
    return DraftRun.objects.create(
        section="opinion",
        status=DraftRun.Status.READY,
        page_title="=Lead pipes",
        model="stand-in",
        requested_by=editor(),
    )


def test_editors_find_the_log_of_draft_runs_in_the_menu(client: Client, run: DraftRun) -> None:
    client.force_login(editor())
    log = reverse("news_draftrun_modeladmin_index")
    assert log in client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Lead pipes" in client.get(log).content.decode()
    inspect = reverse("news_draftrun_modeladmin_inspect", args=[run.pk])
    assert client.get(inspect).status_code == 200


def test_moderators_do_not_see_the_log_of_draft_runs(client: Client, run: DraftRun) -> None:
    client.force_login(UserFactory(role="Moderators"))
    response = client.get(reverse("news_draftrun_modeladmin_index"), follow=True)
    assert "Lead pipes" not in response.content.decode()


def test_the_export_of_draft_runs_holds_no_formula(client: Client, run: DraftRun) -> None:
    client.force_login(editor())
    response = client.get(reverse("news_draftrun_modeladmin_index"), {"export": "csv"})
    exported = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert str(run.key) in exported
    assert "'=Lead pipes" in exported

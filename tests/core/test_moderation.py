"""The admin's home where many pages wait in a workflow."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Workflow, WorkflowTask

from cms.core import moderation
from cms.core.models import User
from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> User:
    user = UserFactory.create(is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


def test_more_than_a_panel_holds_are_a_link_to_their_list(
    client: Client, chief: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "MOST", 2)
    workflow = Workflow.objects.create(name="By two people")
    task = GroupApprovalTask.objects.create(name="Look at it")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    for number in range(3):
        page = article(title=f"Waiting {number}")
        page.save_revision()
        workflow.start(page, chief)
        shown = html.unescape(client.get(reverse("wagtailadmin_home")).content.decode())
        assert ("More than 2 pages wait for you." in shown) is (number == 2)
        assert ('id="awaiting-review-section"' in shown) is (number < 2)
    waiting = f"{reverse('wagtailadmin_reports:workflow')}?reviewable=true"
    assert f'href="{waiting}"' in shown
    listed = client.get(waiting).content.decode()
    assert all(f"Waiting {number}" in listed for number in range(3))

"""What stands in the admin's menu for each role."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from wagtail.admin.menu import Menu, SubmenuMenuItem, admin_menu

from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
CONTENT = ["Petitions", "Letters", "Representatives"]
ALL = [
    "Petitions",
    "Deliveries",
    "Letters",
    "Representatives",
    "Signatures",
    "Signers to show",
    "Invalidated",
    "Reported contacts",
]


def in_order(menu: Menu, request: HttpRequest) -> list[str]:
    """The labels as the menu shows them."""
    shown = menu.menu_items_for_request(request)
    return [item.label for item in sorted(shown, key=lambda item: item.order)]


@pytest.mark.parametrize(
    ("role", "expected"),
    [("Campaigners", ALL), ("Editors", CONTENT), ("Reviewers", CONTENT), ("Moderators", None)],
)
def test_all_of_advocacy_stands_under_one_item(
    rf: RequestFactory, role: str, expected: list[str] | None
) -> None:
    request = rf.get("/admin/")
    request.user = UserFactory(role=role)
    items = admin_menu.menu_items_for_request(request)
    groups = {
        item.label: in_order(item.menu, request)
        for item in items
        if isinstance(item, SubmenuMenuItem)
    }
    assert groups.get("Advocacy") == expected
    assert not {item.label for item in items} & set(ALL)

"""Rows for the table of ``test_roles``: who sends issues, and who takes over subscribers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from tests.news.newsletters.test_issues import issue_of

XHR = {"X-Requested-With": "XMLHttpRequest"}


def _act(what: str) -> Callable[[Any], Any]:
    def press(world: Any) -> Any:
        url = reverse("news_issue_act", args=[issue_of().pk])
        return world.client.post(url, {"do": what}, headers=XHR)

    return press


NEWSLETTER: list[tuple[str, str, Callable[[Any], Any], dict[str, int]]] = [
    *(
        ("news_issue_act", what, _act(what), {"administrator": 302, "Editors": 302})
        for what in ("test", "send", "schedule", "unschedule")
    ),
    ("news_issue_act", "nothing", _act(""), {}),
    (
        "newsletter_import",
        "",
        lambda world: world.client.get(reverse("newsletter_import"), headers=XHR),
        {"administrator": 200, "Campaigners": 200},
    ),
]

"""Who may start an article: rows of the table in ``test_roles``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from tests.factories.news import StoryFactory

XHR = {"X-Requested-With": "XMLHttpRequest"}
ADDED_BY = ("administrator", "Editors")


def _page(world: Any) -> Any:
    return world.client.get(reverse("news_start_article"), headers=XHR)


def _made(world: Any) -> Any:
    typed = {
        "step": "create",
        "title": "A title",
        "address": "https://gazette.example/new",
        "source": world.own.source_id,
    }
    return world.client.post(reverse("news_start_article"), typed, headers=XHR)


def _from_story(world: Any) -> Any:
    url = reverse("news_start_from_story", args=[StoryFactory().pk])
    return world.client.get(url, headers=XHR)


STARTING: list[tuple[str, str, Callable[[Any], Any], dict[str, int]]] = [
    ("news_start_article", "read", _page, dict.fromkeys(ADDED_BY, 200)),
    ("news_start_article", "create", _made, dict.fromkeys(ADDED_BY, 302)),
    ("news_start_from_story", "", _from_story, dict.fromkeys(ADDED_BY, 200)),
]

"""Rows for the table of ``test_roles``: who may merge, rename and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from taggit.models import Tag

from news.merging import work
from news.merging.kinds import Kind
from news.models import Merge
from tests.factories.news import CategoryFactory, SourceFactory
from tests.factories.people import editor

XHR = {"X-Requested-With": "XMLHttpRequest"}
LOOK = {"administrator": 200, "Editors": 200}
DO = {"administrator": 302, "Editors": 302}


def _two(kind: str) -> tuple[Any, Any]:
    if kind == "tag":
        number = Tag.objects.count()
        old, into = (Tag.objects.create(name=f"pipe {number} {n}") for n in "ab")
        return old, into
    factory: Any = {"source": SourceFactory, "category": CategoryFactory}[kind]
    return factory(), factory()


def _preview(world: Any, kind: str) -> Any:
    old, into = _two(kind)
    url = f"{reverse('news_merge', args=[kind])}?thing={old.pk}&into={into.pk}"
    return world.client.get(url, headers=XHR)


def _confirm(world: Any, kind: str) -> Any:
    old, into = _two(kind)
    data = {"thing": old.pk, "into": into.pk}
    return world.client.post(reverse("news_merge", args=[kind]), data, headers=XHR)


def _rename(world: Any) -> Any:
    url = reverse("news_rename_tag", args=[_two("tag")[0].pk])
    return world.client.post(url, {"name": "renamed"}, headers=XHR)


def _undo(world: Any) -> Any:
    old, into = _two("source")
    done: Merge = work.start(kind=Kind("source"), old_id=old.pk, into_id=into.pk, by=editor())
    return world.client.post(reverse("news_undo_merge", args=[done.pk]), headers=XHR)


def _look(name: str) -> Callable[[Any], Any]:
    return lambda world: world.client.get(reverse(name), headers=XHR)


MERGING: list[tuple[str, str, Callable[[Any], Any], dict[str, int]]] = [
    ("news_tags", "", _look("news_tags"), LOOK),
    ("news_merges", "", _look("news_merges"), LOOK),
    ("news_rename_tag", "", _rename, DO),
    *(
        ("news_merge", f"{kind}, {how}", lambda w, ask=ask, kind=kind: ask(w, kind), expected)
        for kind in ("tag", "source", "category")
        for how, ask, expected in (("preview", _preview, LOOK), ("confirm", _confirm, DO))
    ),
    ("news_undo_merge", "", _undo, DO),
]

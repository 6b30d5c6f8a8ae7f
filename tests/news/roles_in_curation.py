"""Rows for the table of ``test_roles``: who sees and who curates related links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from news.models import RelatedLink
from tests.factories.news import RelatedLinkFactory

XHR = {"X-Requested-With": "XMLHttpRequest"}
LOOK = dict.fromkeys(("administrator", "Editors", "Reviewers", "Moderators"), 200)
DO = {"administrator": 200, "Moderators": 200}
SAVE = {"administrator": 302, "Moderators": 302}


def _post(world: Any, name: str, *args: Any, **data: Any) -> Any:
    return world.client.post(reverse(name, args=args), data, headers=XHR)


def _suggested(world: Any) -> RelatedLink:
    made: RelatedLink = RelatedLinkFactory(article=world.other, status="suggested")
    return made


CURATING: list[tuple[str, str, Callable[[Any], Any], dict[str, int]]] = [
    *(
        (
            "news_related",
            how,
            lambda w, asked=asked: w.client.get(
                reverse("news_related"),
                {"article": w.other.pk} if asked else {},
                headers=XHR,
            ),
            LOOK,
        )
        for how, asked in (("all", False), ("one", True))
    ),
    *(
        (
            "news_related_act",
            verb,
            lambda w, verb=verb: _post(
                w, "news_related_act", do=f"{verb} {_suggested(w).pk}.suggested"
            ),
            DO,
        )
        for verb in ("approve", "reject", "put_back", "keep", "check", "remove")
    ),
    (
        "news_related_act",
        "undo",
        lambda w: _post(w, "news_related_act", do="undo"),
        DO,
    ),
    (
        "news_related_add",
        "",
        lambda w: _post(w, "news_related_add", w.other.pk, address="https://x.example/", title="X"),
        DO,
    ),
    (
        "news_related_suggest",
        "",
        lambda w: _post(w, "news_related_suggest", w.other.pk),
        DO,
    ),
    (
        "news_related_edit",
        "",
        lambda w: _post(w, "news_related_edit", _suggested(w).pk, title="Better"),
        SAVE,
    ),
]

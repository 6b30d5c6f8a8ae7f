"""Models whose rows stand on readers' pages: a page notes the rows it loads, a row touches its pages.

An app says in ``ready()`` which of its models are watched. What is written past Django's signals, by
``update()`` or in bulk, is touched by whoever writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import post_delete, post_init, post_save

from cms.core.page_cache import tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model

# Saving nothing but these changes nothing that readers see: a draft is saved so every few seconds.
UNSEEN = frozenset(
    {
        "latest_revision",
        "latest_revision_created_at",
        "draft_title",
        "has_unpublished_changes",
        "latest_source_key",
        "locked",
        "locked_at",
        "locked_by",
        "expired",
        "go_live_at",
        "expire_at",
        "imported",
        "last_login",
    }
)


def watch(
    model: type[Model],
    kind: str,
    *,
    lists: Iterable[str] = (),
    listed: Callable[[Any], bool] = lambda row: True,
    counted: bool = False,
) -> None:
    """Tag pages with the rows of a model that they load, and touch the tag when a row changes.

    Args:
        model: Exactly this one; a subclass is watched by itself.
        kind: What its tags begin with, as in ``page:12``.
        lists: Tags of pages that list such rows, and may show another choice of them now.
        listed: Whether a row may stand in a list, so that saving it matters there.
        counted: Whether it has a number that changes often, for which ``touch_count`` is there.
    """
    all_lists = tuple(lists)

    def loaded(instance: Model, **_: object) -> None:
        shown = tags.recording()
        if shown is not None and instance.pk is not None:
            shown.add(f"{kind}:{instance.pk}")
            if counted:
                shown.add(f"{tags.SOFT}{kind}:{instance.pk}")

    def saved(instance: Model, update_fields: Iterable[str] | None = None, **_: object) -> None:
        if update_fields is not None and UNSEEN.issuperset(update_fields):
            return
        tags.touch(f"{kind}:{instance.pk}", *(all_lists if listed(instance) else ()))

    def deleted(instance: Model, **_: object) -> None:
        tags.touch(f"{kind}:{instance.pk}", *all_lists)

    _connect(
        model,
        f"page cache: {kind}",
        (post_init, loaded),
        (post_save, saved),
        (post_delete, deleted),
    )


def touch_count(kind: str, pk: int) -> None:
    """Have pages that show the number of a row made anew, each at most once a second."""
    tags.touch(f"{tags.SOFT}{kind}:{pk}")


def watch_parts(model: type[Model], tags_of: Callable[[Any], Iterable[str]]) -> None:
    """Touch tags when a row changes that pages show as a part of something else."""

    def changed(instance: Model, update_fields: Iterable[str] | None = None, **_: object) -> None:
        if update_fields is None or not UNSEEN.issuperset(update_fields):
            tags.touch(*tags_of(instance))

    _connect(model, "page cache: parts", (post_save, changed), (post_delete, changed))


def _connect(model: type[Model], name: str, *receivers: tuple[Any, Any]) -> None:
    for signal, receiver in receivers:
        signal.connect(receiver, sender=model, weak=False, dispatch_uid=name)

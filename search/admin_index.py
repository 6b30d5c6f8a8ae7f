"""What the admin's search knows of a page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from modelsearch.backends import get_search_backends_with_name
from modelsearch.index import class_is_indexed
from modelsearch.tasks import insert_or_update_object_task

if TYPE_CHECKING:
    from wagtail.models import Page

logger = logging.getLogger(__name__)


def index_again(instance: Page, **_: Any) -> None:
    """Index a page that was published.

    Saving does so too, but before categories and tags, which are saved after the page itself.
    """
    insert_or_update_object_task.enqueue(
        instance._meta.app_label, instance._meta.model_name, str(instance.pk)
    )


def index_touched(model: Any, pks: list[Any], **_: Any) -> None:
    """Index at once what shows other tags, sources or categories now and was not saved for it."""
    if not class_is_indexed(model):
        return
    found = list(model.get_indexed_objects().filter(pk__in=pks))
    for name, backend in get_search_backends_with_name(with_auto_update=True):
        try:
            backend.add_bulk(model, found)
        except Exception:
            # As Wagtail does: each backend has errors of its own, and none may stop a merge.
            logger.exception("Not indexed again by %s: %s %s", name, model._meta.label, pks)

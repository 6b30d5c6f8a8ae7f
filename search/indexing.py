"""What the search backends know of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelsearch.tasks import insert_or_update_object_task

if TYPE_CHECKING:
    from wagtail.models import Page


def index_again(instance: Page, **_: Any) -> None:
    """Index a page that was published.

    Saving does so too, but before categories and tags, which are saved after the page itself.
    """
    insert_or_update_object_task.enqueue(
        instance._meta.app_label, instance._meta.model_name, str(instance.pk)
    )

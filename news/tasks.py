"""Work of the newsroom that is done after the answer."""

from __future__ import annotations

from django_tasks import task

from news import websub


@task()
def tell_of_changed_feeds() -> str:
    """Tell the hub of what changed; the report is the task's result."""
    return websub.tell_hub()

"""The job that polls what is due."""

from __future__ import annotations

from django_tasks import task

from news.feeds import polling


@task()
def poll_feeds() -> str:
    """Poll what is due, which is also what the sweep does; the report is the task's result."""
    return polling.poll_due()

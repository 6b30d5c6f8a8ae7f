"""The job that makes a draft."""

from __future__ import annotations

from django_tasks import task

from news.drafting import runs


@task()
def run_draft(run_id: int) -> None:
    """Do one draft run; safe to be called twice for the same one."""
    runs.execute(run_id)

"""The job that makes a draft."""

from __future__ import annotations

from django_tasks import TaskContext, task

from news.drafting import runs


@task(takes_context=True)
def run_draft(context: TaskContext, run_id: int) -> None:
    """Do one draft run; safe to be called twice for the same one."""
    if context.attempt > 1:
        # A job is done once more only where its worker is gone.
        runs.free(run_id)
    runs.execute(run_id)

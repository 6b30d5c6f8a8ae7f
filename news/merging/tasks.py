"""The jobs that merge, and that follow a new name."""

from __future__ import annotations

from django_tasks import task

from news.merging import names, work


@task()
def run_merge(merge_id: int) -> None:
    """Do one merge or undo one; safe to be called twice for the same one."""
    work.run(merge_id)


@task()
def tell_of_new_name(kind: str, number: int) -> None:
    """Have search find what shows a renamed thing under its new name."""
    names.tell_of_new_name(kind, number)

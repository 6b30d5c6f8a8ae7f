"""Work that is done after the answer."""

from __future__ import annotations

from django_tasks import task

from advocacy import notices


@task()
def send_notice(notice_id: int) -> int:
    """Write a notice to all who asked for it into the outbox; the result is how many mails."""
    return notices.send(notice_id)

"""Work that is done after the answer."""

from __future__ import annotations

from django_tasks import task

from cms.core import mail


@task()
def deliver_mail() -> str:
    """Send what is due in the outbox; the report is the task's result."""
    return str(mail.deliver())

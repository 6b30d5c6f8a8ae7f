"""Work that is done after the answer."""

from __future__ import annotations

from django_tasks import task

from cms.newsletter import mailings


@task()
def send_mailing(mailing_id: int) -> int:
    """Send a mailing for a while, then let other jobs have their turn; how many mails."""
    run = mailings.send(mailing_id, seconds=mailings.TURN)
    if not run.unreachable and mailings.is_due(mailing_id):
        mailings.enqueue(mailing_id)
    return run.sent

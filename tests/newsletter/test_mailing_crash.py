"""A sender is killed in the middle; another goes on. Real processes, a real mail server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.utils import timezone

from cms.newsletter import mailings
from cms.newsletter.models import Mailing, MailingRecipient
from tests.factories.newsletter import SubscriberFactory
from tests.factories.people import editor
from tests.mailserver import MailServer
from tests.news.newsletters.test_issues import issue_of, published

ROOT = Path(__file__).parents[2]
SUBSCRIBERS = 170
# In the middle of the second batch.
HOLD_AFTER = mailings.BATCH + 20


class HoldingServer(MailServer):
    """Takes so many mails, then says nothing more until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.holding = threading.Event()
        self.go_on = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        while len(self.taken) >= HOLD_AFTER and not self.go_on.is_set():
            self.holding.set()
            await asyncio.sleep(0.01)
        return answer


def database_url() -> str:
    """The address of the database of this test."""
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(found['NAME']).absolute()}"
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


@pytest.fixture
def sender(tmp_path: Path) -> Callable[[int, int], subprocess.Popen[bytes]]:
    """Start `manage.py send_issue` for an issue and a port."""

    def start(issue: int, port: int) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            # One key for all, as in production: a mail's identity is made of it.
            "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "LOG_LEVEL": "ERROR",
        }
        return subprocess.Popen(  # noqa: S603 - our own arguments
            [sys.executable, "manage.py", "send_issue", str(issue), "--skip-checks"],
            cwd=ROOT,
            env=environment,
        )

    return start


@pytest.mark.django_db(transaction=True)
def test_a_killed_sender_costs_nobody_their_mail_and_at_most_a_batch_comes_twice(
    sender: Callable[[int, int], subprocess.Popen[bytes]],
) -> None:
    readers = SubscriberFactory.create_batch(SUBSCRIBERS, confirmed=True)
    issue = issue_of(published("New"), created_by=editor())
    with HoldingServer() as server:
        killed = sender(issue.pk, server.port)
        assert server.holding.wait(120), "the first sender never came so far"
        killed.kill()
        assert killed.wait(60) < 0
        server.go_on.set()
        before = len(server.taken)
        assert mailings.BATCH < before < SUBSCRIBERS
        # What the killed one held waits for its lease, and it alone.
        others = [sender(issue.pk, server.port) for _ in range(2)]
        assert [other.wait(120) for other in others] == [0, 0]
        waiting = MailingRecipient.objects.filter(status="waiting")
        assert waiting.count() == mailings.BATCH
        waiting.update(due_at=timezone.now() - timedelta(seconds=1))
        assert sender(issue.pk, server.port).wait(120) == 0
    got = Counter(str(taken["To"]) for taken in server.taken)
    assert set(got) == {reader.email for reader in readers}
    assert max(got.values()) <= 2
    assert sum(number == 2 for number in got.values()) <= mailings.BATCH
    identities = Counter(str(taken["Message-ID"]) for taken in server.taken)
    assert len(identities) == SUBSCRIBERS, "one that came twice is shown once"
    assert Mailing.objects.get().finished_at is not None

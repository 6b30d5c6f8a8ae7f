"""A worker is killed in the middle of its work: real processes, killed by their id."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from post_office.models import STATUS, Email
from pytest_django import Settings

from cms.core import mail
from cms.llm.standin import StandIn
from news.drafting import runs
from news.models import ArticlePage, DraftedBlock, DraftRun
from tests.factories.news import article
from tests.faults.site import database_url, environment, manage, running, until
from tests.mailserver import MailServer
from tests.news.conftest import stand_in
from tests.news.desk import ask_for

__all__ = ["stand_in"]
pytestmark = pytest.mark.django_db(transaction=True)
MAILS = 6
HELD_AT = 3


@pytest.fixture(autouse=True)
def _jobs_wait(settings: Settings) -> None:
    """For a worker, as in production."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def worker(folder: Path, **settings: str) -> tuple[list[str], dict[str, str]]:
    """The command, and what it finds set."""
    command = manage(
        "db_worker", "--interval=0.05", "--no-startup-delay", "--verbosity=0", "--skip-checks"
    )
    return command, environment(folder, DATABASE_URL=database_url(), JOB_LEASE="1", **settings)


def status() -> str:
    """Of the only run; read anew each time."""
    connection.close()
    return DraftRun.objects.get().status


def test_a_draft_is_made_by_another_and_once(
    tmp_path: Path, stand_in: StandIn, settings: Settings
) -> None:
    page: ArticlePage = article()
    settings.OPENAI_MODEL = "slow"
    run = ask_for(page)
    told = {
        "OPENAI_BASE_URL": stand_in.base_url,
        "DRAFTING_DEADLINE": str(settings.DRAFTING_DEADLINE),
    }
    command, found = worker(tmp_path, **told)
    with running(*command, environment=found) as killed:
        until(lambda: stand_in.requests, what="the draft is begun")
        assert status() == DraftRun.Status.RUNNING
        killed.kill()
        killed.wait()
    # Nobody else touches it while the first could still be at work.
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"
    DraftRun.objects.update(model="stand-in")
    # Nothing else is told to anybody: no sweep runs, and the deadline is far away.
    with running(*command, environment=found):
        until(lambda: status() == DraftRun.Status.READY, what="the draft is made")
        until(lambda: DBTaskResult.objects.successful().exists(), what="the job is written down")
    run.refresh_from_db()
    assert run.attempts == 2
    blocks = [block["id"] for block in run.blocks]
    kept = list(DraftedBlock.objects.values_list("block_id", flat=True))
    assert blocks
    assert sorted(kept) == sorted(set(kept)), "each block was noted down once"
    assert set(map(str, kept)) >= set(blocks)
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"


class HoldingServer(MailServer):
    """Takes so many mails, then says nothing more until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.holding = threading.Event()
        self.go_on = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        while len(self.taken) >= HELD_AT and not self.go_on.is_set():
            self.holding.set()
            await asyncio.sleep(0.01)
        return answer


def test_mails_are_sent_by_another_and_one_at_most_comes_twice(tmp_path: Path) -> None:
    for number in range(MAILS):
        mail.queue(
            to=f"reader-{number}@example.org",
            subject="Confirm your signature",
            template="advocacy/mail/confirm",
            context={"url": "https://127.0.0.1/"},
        )
    with HoldingServer() as server:
        command, found = worker(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
        with running(*command, environment=found) as killed:
            assert server.holding.wait(120), "the first worker never came so far"
            killed.kill()
            killed.wait()
        server.go_on.set()
        assert Email.objects.filter(status=STATUS.sent).count() == HELD_AT - 1
        # Its claim runs out: told to the database, rather than waited for.
        claimed = Email.objects.filter(status=STATUS.queued, scheduled_time__gt=timezone.now())
        assert claimed.update(scheduled_time=timezone.now() - timedelta(seconds=1)) == 1
        # The job is done again, too: nobody but the worker looks, and no sweep runs.
        with running(*command, environment=found):
            until(
                lambda: Email.objects.filter(status=STATUS.sent).count() == MAILS,
                what="all mails are sent",
            )
    got = Counter(str(taken["To"]) for taken in server.taken)
    assert len(got) == MAILS
    assert sorted(got.values()) in ([1] * MAILS, [1] * (MAILS - 1) + [2])
    assert len({str(taken["Message-ID"]) for taken in server.taken}) == MAILS

"""Jobs of workers that are gone: done by another in time, and not more often than is of use."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult, get_date_max
from pytest_django import Settings
from wagtail import hooks

from cms.core import jobs, mail
from cms.core.tasks import deliver_mail
from cms.newsletter import mailings
from news.feeds import polling

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
PROMISED = timedelta(minutes=2)
# What a look, a query and a worker's start of a job may take on a busy machine.
ROOM = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _jobs_wait(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def job() -> DBTaskResult:
    """One that a worker has begun just now."""
    deliver_mail.enqueue()
    found: DBTaskResult = DBTaskResult.objects.get()
    found.claim("the first")
    return found


def silent_for(job: DBTaskResult, *, beyond: float) -> None:
    """The worker said nothing for this many seconds more than it may."""
    then = timezone.now() - jobs.lease() - timedelta(seconds=beyond)
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=then)


@pytest.mark.parametrize(
    "held",
    [jobs.lease, lambda: mail.CLAIM, lambda: mailings.CLAIM, lambda: polling.CLAIM],
    ids=["jobs", "mails", "batches", "feeds"],
)
def test_what_a_killed_worker_held_goes_on_within_two_minutes_whenever_it_was_killed(
    held: Callable[[], timedelta],
) -> None:
    # At worst it is renewed in the moment before, runs out just after a look, and another worker
    # has just found nothing to do.
    serving = (ROOT / "home/serving.py").read_text()
    [interval] = re.findall(r'"db_worker", "--interval=(\d+)"', serving)
    assert held() + jobs.pause() + timedelta(seconds=int(interval)) + ROOM <= PROMISED


def test_a_worker_may_miss_a_few_looks() -> None:
    assert jobs.lease() > 3 * jobs.pause()
    since, until = jobs.lately()
    assert until - since > 2 * jobs.pause()


def test_a_silent_worker_loses_its_job_to_another(job: DBTaskResult) -> None:
    silent_for(job, beyond=-5)
    assert jobs.take_up_lost() == 0
    silent_for(job, beyond=1)
    assert jobs.take_up_lost() == 1
    assert jobs.take_up_lost() == 0
    assert DBTaskResult.objects.ready().get() == job


def test_a_worker_that_says_so_keeps_it_however_long_it_takes(job: DBTaskResult) -> None:
    silent_for(job, beyond=3600)
    watch = jobs.Watch()
    with watch:
        task_started.send(sender=None, task_result=job.task_result)
        watch.look()
        assert jobs.take_up_lost() == 0
        task_finished.send(sender=None, task_result=job.task_result)
        # It ended in a way that nobody could write down, and is held no more.
        DBTaskResult.objects.update(run_after=timezone.now() - timedelta(seconds=1))
        watch.look()
    job.refresh_from_db()
    assert job.status == TaskResultStatus.READY
    assert job.run_after == get_date_max()


def test_a_job_that_ends_its_workers_is_given_up_with_the_reason(job: DBTaskResult) -> None:
    for number in range(jobs.ATTEMPTS_AT_MOST):
        silent_for(job, beyond=1)
        jobs.take_up_lost()
        job.refresh_from_db()
        if number < jobs.ATTEMPTS_AT_MOST - 1:
            job.claim(f"number {number}")
    assert job.status == TaskResultStatus.FAILED
    assert job.task_result.errors[0].exception_class is jobs.WorkerLostError
    assert "3 workers ended" in job.task_result.errors[0].traceback
    assert not DBTaskResult.objects.ready().exists()


def test_what_fails_at_a_look_does_not_end_the_looking(
    job: DBTaskResult, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> None:
        raise RuntimeError("the part with a fault")

    with hooks.register_temporarily("take_up", breaks):
        jobs.Watch().look()
    assert "the part with a fault" in caplog.text


def test_a_mail_whose_claim_ran_out_wakes_the_outbox(settings: Settings) -> None:
    row = mail.queue(
        to="reader@example.org",
        subject="Confirm your signature",
        template="advocacy/mail/confirm",
        context={"url": "https://127.0.0.1/"},
    )
    DBTaskResult.objects.all().delete()
    for ago, woken in ((-5, 0), (1, 1), (3600, 0)):
        type(row).objects.update(scheduled_time=timezone.now() - timedelta(seconds=ago))
        jobs.Watch().look()
        assert DBTaskResult.objects.count() == woken, ago
        DBTaskResult.objects.all().delete()

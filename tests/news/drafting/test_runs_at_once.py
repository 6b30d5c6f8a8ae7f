"""Draft runs where several people, workers and sweeps meet."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import Site

from cms.core.models import User
from cms.llm.standin import StandIn
from news.drafting import runs
from news.models import ArticlePage, DraftRun
from news.models.settings import NewsroomSettings
from tests.factories.news import article
from tests.factories.people import editor
from tests.news.desk import ask_for, asker_of

together = pytest.mark.django_db(transaction=True)


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)

    def do(number: int, one: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[number] = one()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def wait_for(status: str) -> DraftRun:
    for _ in range(1200):
        run = DraftRun.objects.filter(status=status).first()
        if run is not None:
            return run
        time.sleep(0.05)
    raise AssertionError(f"No run became {status}.")


# Several people -----------------------------------------------------------------------------------


@together
def test_a_running_draft_is_cancelled_at_once(stand_in: StandIn, settings: Settings) -> None:
    settings.OPENAI_MODEL = "slow"
    page, writer = article(), editor()

    def cancel() -> float:
        run = wait_for(DraftRun.Status.RUNNING)
        time.sleep(0.3)
        assert runs.cancel(run=run, cancelled_by=writer)
        return time.monotonic()

    def ask() -> tuple[DraftRun, float]:
        return ask_for(page, by=writer), time.monotonic()

    (run, ended), cancelled = at_once(ask, cancel)
    assert run.status == DraftRun.Status.CANCELLED
    assert run.failure_message == "Cancelled by the editor."
    assert ended - cancelled < 30, "the model would take an hour"
    assert (run.blocks, run.request) == ([], {})


@together
def test_the_cost_of_a_draft_cancelled_in_the_middle_is_counted(
    stand_in: StandIn, settings: Settings
) -> None:
    settings.OPENAI_MODEL = "drip"
    page, writer = article(), editor()

    def cancel() -> bool:
        run = wait_for(DraftRun.Status.RUNNING)
        while not stand_in.requests:
            time.sleep(0.02)
        time.sleep(0.4)
        return runs.cancel(run=run, cancelled_by=writer)

    run, cancelled = at_once(lambda: ask_for(page, by=writer), cancel)
    assert cancelled
    assert run.status == DraftRun.Status.CANCELLED
    assert run.input_tokens > 0
    assert run.cost > 0


@together
def test_two_at_once_cannot_both_take_the_last_of_the_budget(stand_in: StandIn) -> None:
    page = article()
    newsroom = NewsroomSettings.for_site(Site.objects.get(is_default_site=True))
    newsroom.input_price, newsroom.output_price = Decimal(100), Decimal(100)
    estimate = runs.prepare(page=page, section="opinion", newsroom=newsroom).estimate
    newsroom.monthly_budget = (estimate * Decimal("1.5")).quantize(Decimal("0.01"))
    newsroom.save()
    people = [editor() for _ in range(4)]

    def asking(user: User) -> Callable[[], DraftRun]:
        return lambda: ask_for(ArticlePage.objects.get(pk=page.pk), by=user)

    # What a run turned out to cost frees the rest of its estimate: nobody may finish meanwhile.
    stand_in.delay = 2
    results = at_once(*map(asking, people))
    refused = [result for result in results if isinstance(result, runs.DraftRefused)]
    assert len(refused) == 3, results
    assert all("are used" in str(refusal) for refusal in refused)
    assert DraftRun.objects.count() == 1


@together
def test_the_same_request_twice_at_once_is_one_run(stand_in: StandIn) -> None:
    page, writer, key = article(), editor(), uuid.uuid4()
    results = at_once(
        *[lambda: ask_for(ArticlePage.objects.get(pk=page.pk), by=writer, key=key)] * 3
    )
    run = DraftRun.objects.get()
    assert results == [run] * 3
    assert len(stand_in.requests) == 1


@together
def test_two_workers_with_one_run_do_it_once(stand_in: StandIn, settings: Settings) -> None:
    run = ask_for(article())
    DraftRun.objects.update(
        status=DraftRun.Status.QUEUED, request=_request_of(run), blocks=[], finished_at=None
    )
    at_once(*[lambda: runs.execute(run.pk)] * 3)
    assert len(stand_in.requests) == 2
    run.refresh_from_db()
    assert run.status == DraftRun.Status.READY


def _request_of(run: DraftRun) -> dict[str, Any]:
    newsroom = NewsroomSettings.for_site(run.site)
    page = ArticlePage.objects.get(pk=run.page_id)
    return runs.prepare(page=page, section=run.section, newsroom=newsroom).request


# Workers that are killed --------------------------------------------------------------------------


@pytest.fixture
def left(stand_in: StandIn, db: None, settings: Settings) -> DraftRun:
    """A run whose worker was killed while it waited for the model."""
    page = article()
    run = DraftRun(section="opinion", page=page, site=page.get_site(), requested_by=editor())
    run.request = _request_of(run)
    run.model, run.cost = "stand-in", Decimal("0.01")
    run.status = DraftRun.Status.RUNNING
    run.started_at = timezone.now() - timedelta(seconds=settings.DRAFTING_DEADLINE + 31)
    run.requested_at = run.queued_at = run.started_at - timedelta(seconds=1)
    run.save()
    return run


@pytest.fixture
def worker_is_away(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs are queued, and nobody does them: the ids that were."""
    jobs: list[int] = []
    monkeypatch.setattr(runs, "execute", jobs.append)
    return jobs


def test_what_a_killed_worker_left_is_done_by_another(left: DraftRun) -> None:
    assert runs.take_up_lost() == "drafts: 1 queued again, 0 given up"
    left.refresh_from_db()
    assert (left.status, left.attempts) == (DraftRun.Status.READY, 2)
    assert left.blocks
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"


def test_the_sweep_takes_it_up(left: DraftRun) -> None:
    call_command("sweep", verbosity=0)
    left.refresh_from_db()
    assert left.status == DraftRun.Status.READY


def test_the_second_killed_worker_ends_it(left: DraftRun, worker_is_away: list[int]) -> None:
    runs.take_up_lost()
    assert worker_is_away == [left.pk]
    DraftRun.objects.update(
        status=DraftRun.Status.RUNNING, started_at=timezone.now() - timedelta(hours=1)
    )
    assert runs.take_up_lost() == "drafts: 0 queued again, 1 given up"
    left.refresh_from_db()
    assert (left.status, left.failure_reason) == (DraftRun.Status.FAILED, "lost")
    assert "interrupted twice" in left.failure_message
    assert left.cost == Decimal("0.01"), "what it used is not known, so the estimate stands"
    assert left.request == {}


def test_a_run_that_still_has_time_is_left_alone(
    left: DraftRun, worker_is_away: list[int], settings: Settings
) -> None:
    DraftRun.objects.update(
        started_at=timezone.now() - timedelta(seconds=settings.DRAFTING_DEADLINE + 20)
    )
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"
    assert worker_is_away == []


def test_a_run_that_was_cancelled_is_not_taken_up(left: DraftRun) -> None:
    runs.cancel(run=left, cancelled_by=asker_of(left))
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"


def waiting(left: DraftRun, **ago: float) -> None:
    then = timezone.now() - timedelta(**ago)
    DraftRun.objects.filter(pk=left.pk).update(
        status=DraftRun.Status.QUEUED, started_at=None, queued_at=then, requested_at=then
    )


def test_a_forgotten_run_is_queued_again_and_that_is_no_attempt(left: DraftRun) -> None:
    waiting(left, seconds=91)
    assert runs.take_up_lost() == "drafts: 1 queued again, 0 given up"
    left.refresh_from_db()
    assert (left.status, left.attempts) == (DraftRun.Status.READY, 1)


def test_a_run_that_waits_its_turn_is_left_alone(left: DraftRun, worker_is_away: list[int]) -> None:
    waiting(left, seconds=60)
    assert runs.take_up_lost() == "drafts: 0 queued again, 0 given up"
    assert worker_is_away == []


def test_a_run_that_nobody_ever_takes_up_ends_with_a_hint(
    left: DraftRun, worker_is_away: list[int]
) -> None:
    waiting(left, minutes=16)
    assert runs.take_up_lost() == "drafts: 0 queued again, 1 given up"
    left.refresh_from_db()
    assert (left.status, left.failure_reason) == (DraftRun.Status.FAILED, "never_taken")
    assert "its worker may not be running" in left.failure_message
    assert left.cost == 0


@together
@pytest.mark.parametrize("status", [DraftRun.Status.RUNNING, DraftRun.Status.QUEUED])
def test_two_sweeps_at_once_queue_once(
    left: DraftRun, worker_is_away: list[int], status: str
) -> None:
    if status == DraftRun.Status.QUEUED:
        waiting(left, seconds=100)
    at_once(*[runs.take_up_lost] * 3)
    assert worker_is_away == [left.pk]


def test_a_run_whose_site_is_gone_still_ends(left: DraftRun) -> None:
    DraftRun.objects.update(site=None)
    runs.take_up_lost()
    left.refresh_from_db()
    assert left.status == DraftRun.Status.READY
    assert left.cost == Decimal("0.01")

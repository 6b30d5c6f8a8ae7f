"""A run is one run, however often it is asked for, and can be given up."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal
from typing import Any

import pytest

from cms.llm.standin import StandIn
from news.drafting import runs
from news.models import DraftedBlock, DraftRun
from tests.factories.news import article
from tests.factories.people import editor, reviewer
from tests.news.desk import ask_for, asker_of

pytestmark = pytest.mark.django_db


def test_the_same_key_twice_is_one_run(stand_in: StandIn) -> None:
    page, writer, key = article(), editor(), uuid.uuid4()
    first = ask_for(page, by=writer, key=key)
    assert ask_for(page, by=writer, key=key) == first
    assert DraftRun.objects.count() == 1
    assert len(stand_in.requests) == 1


def test_somebody_elses_key_is_not_theirs(stand_in: StandIn) -> None:
    page, key = article(), uuid.uuid4()
    first = ask_for(page, key=key)
    with pytest.raises(runs.DraftRefused, match="belongs to somebody else"):
        ask_for(page, key=key)
    assert DraftRun.objects.get() == first


def queued(**fields: Any) -> DraftRun:
    return DraftRun.objects.create(
        **{"section": "opinion", "requested_by": editor(), "cost": Decimal("0.01"), **fields}
    )


def test_a_queued_run_is_cancelled_and_never_done(stand_in: StandIn) -> None:
    run = queued(request={"system": "x"})
    assert runs.cancel(run=run, cancelled_by=asker_of(run))
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == DraftRun.Status.CANCELLED
    assert run.cost == 0
    assert run.request == {}
    assert not stand_in.requests


@pytest.mark.parametrize("status", ["ready", "failed", "cancelled"])
def test_what_has_ended_cannot_be_cancelled(status: str) -> None:
    run = queued(status=status)
    assert not runs.cancel(run=run, cancelled_by=asker_of(run))
    run.refresh_from_db()
    assert (run.status, run.cost) == (status, Decimal("0.01"))


def test_somebody_elses_run_cannot_be_cancelled() -> None:
    run = queued()
    assert not runs.cancel(run=run, cancelled_by=editor())
    run.refresh_from_db()
    assert run.status == DraftRun.Status.QUEUED


def test_a_reply_that_comes_after_the_cancelling_counts_its_cost_and_nothing_else(
    stand_in: StandIn,
) -> None:
    original = runs._still_wanted

    def cancelled_at_the_last_moment(run: DraftRun) -> bool:
        # The reply is read, the check before it said yes, and now the editor cancels.
        answer = original(run)
        runs.cancel(run=run, cancelled_by=asker_of(run))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_still_wanted", cancelled_at_the_last_moment)
        patch.setattr("cms.llm.deadline.POLL_SECONDS", 3600)
        run = ask_for(article())
    assert run.status == DraftRun.Status.CANCELLED
    assert run.blocks == []
    assert run.cost > 0
    assert run.output_tokens > 0
    assert not DraftedBlock.objects.exists()


def test_a_run_is_done_once(stand_in: StandIn) -> None:
    run = ask_for(article())
    runs.execute(run.pk)
    assert len(stand_in.requests) == 1
    again = DraftRun.objects.get()
    assert (again.blocks, again.finished_at) == (run.blocks, run.finished_at)


def test_a_reviewer_who_may_draft_too_may_draft(stand_in: StandIn) -> None:
    both = reviewer()
    both.groups.add(*editor().groups.all())
    assert ask_for(article(), by=both).status == DraftRun.Status.READY


def test_the_hash_of_the_prompt_is_that_of_the_text_that_was_sent(stand_in: StandIn) -> None:
    run = ask_for(article(), "to_do")
    sent = stand_in.requests[-1].body["messages"][0]["content"]
    assert run.prompt_hash == hashlib.sha256(sent.encode()).hexdigest()

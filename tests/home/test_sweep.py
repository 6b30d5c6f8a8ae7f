"""The sweep: every part is done, whatever happens to another."""

from __future__ import annotations

import datetime
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail import hooks

from news.models import ArticlePage
from tests.factories.news import article
from tests.factories.people import editor

ROOT = Path(__file__).parents[2]


def part(says: str) -> Callable[[], str]:
    """A part of the sweep that does nothing and says so."""

    def work() -> str:
        return says

    return work


def breaks() -> str:
    """A part of the sweep with a fault."""
    raise RuntimeError("the part with a fault")


def sweep(**options: int) -> str:
    said = io.StringIO()
    call_command("sweep", stdout=said, **options)
    return said.getvalue()


@pytest.mark.django_db
def test_the_sweep_does_all_periodic_work_and_reports_each_part() -> None:
    parts = {line.split(":")[0] for line in sweep().splitlines()}
    assert parts >= {"schedules", "outbox", "drafts"}


@pytest.mark.django_db
def test_a_part_that_fails_stops_no_other_and_is_told_at_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = io.StringIO()
    with (
        hooks.register_temporarily("sweep", breaks, order=-1),
        hooks.register_temporarily("sweep", part("birds: all fed")),
        pytest.raises(CommandError, match=r"^1 part\(s\) of the sweep failed; see above\.$"),
    ):
        call_command("sweep", stdout=said)
    assert "birds: all fed" in said.getvalue()
    assert "the part with a fault" in caplog.text


@pytest.mark.django_db
def test_a_quiet_sweep_says_nothing() -> None:
    assert sweep(verbosity=0) == ""


@pytest.mark.django_db
def test_sweeping_twice_changes_nothing_more() -> None:
    assert sweep() == sweep()


def test_no_time_between_two_sweeps_is_refused() -> None:
    with pytest.raises(CommandError, match="--every wants at least 1 second"):
        call_command("sweep", every=0)


def _an_hour_later(page: ArticlePage) -> None:
    """The scheduled hour has come; nobody waits for it."""
    revision = page.scheduled_revision
    revision.approved_go_live_at = timezone.now() - datetime.timedelta(seconds=1)
    revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
    revision.save()


@pytest.mark.django_db
def test_the_sweep_publishes_what_was_scheduled_and_ends_what_has_ended() -> None:
    staff = editor()
    due = article(save_as=staff)
    due.go_live_at = timezone.now() + datetime.timedelta(hours=1)
    due.save_revision(user=staff).publish(user=staff)
    over = article(save_as=staff, live=True)
    type(over).objects.filter(pk=over.pk).update(
        expire_at=timezone.now() - datetime.timedelta(seconds=1)
    )
    due.refresh_from_db()
    assert not due.live
    _an_hour_later(due)
    sweep()
    due.refresh_from_db()
    over.refresh_from_db()
    assert due.live
    assert not over.live


def test_a_sweep_that_stays_ends_when_it_is_told_to(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "LOG_LEVEL": "ERROR",
    }
    # Without tables every part fails, is told, and it goes on all the same.
    staying = subprocess.Popen(
        [sys.executable, "manage.py", "sweep", "--every=1", "--skip-checks"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert staying.stdout is not None
    rounds = (line for line in staying.stdout if "publish_scheduled failed" in line)
    assert next(rounds, "")
    assert next(rounds, ""), "it stayed for one round only"
    staying.send_signal(signal.SIGTERM)
    # It would not end with a pipe that nobody reads.
    staying.communicate(timeout=60)
    assert staying.returncode == 0

"""Jobs of workers that are gone: noticed within a minute or so, and done by another.

The queue leaves a job whose worker was killed running for ever. So a worker says again and again,
in the row of the job it does, until when it holds it. The field is ``run_after``, which the queue
reads of waiting jobs only. What was not renewed in time waits again.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult, get_date_max
from wagtail import hooks

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Self

logger = logging.getLogger(__name__)

# A job that ended its worker so often would end the next one too.
ATTEMPTS_AT_MOST = 3


class WorkerLostError(Exception):
    """The worker ended without a word while it did the job."""


def lease() -> timedelta:
    """How long a worker may be silent before its job is given to another."""
    return timedelta(seconds=settings.JOB_LEASE)


def pause() -> timedelta:
    """The time between two looks; some of them may fail before a lease runs out."""
    return lease() / 6


def lately() -> tuple[datetime, datetime]:
    """The time in which something may have run out that no look has seen yet."""
    now = timezone.now()
    return now - 3 * pause(), now


def take_up_lost() -> int:
    """Have jobs done again whose workers are gone; how many. Safe twice at once."""
    now = timezone.now()
    lost = (
        DBTaskResult.objects.running()
        .filter(started_at__lt=now - lease())
        .exclude(run_after__gt=now, run_after__lt=get_date_max())
    )
    again = 0
    for job in lost:
        mine = lost.filter(pk=job.pk, started_at=job.started_at)
        if len(job.worker_ids) < ATTEMPTS_AT_MOST:
            again += mine.update(status=TaskResultStatus.READY, run_after=get_date_max())
            logger.warning("Job %s was left by its worker, and waits for another", job.task_path)
            continue
        mine.update(
            status=TaskResultStatus.FAILED,
            finished_at=now,
            exception_class_path=f"{__name__}.{WorkerLostError.__qualname__}",
            traceback=f"{len(job.worker_ids)} workers ended while they did this job.",
        )
        logger.error("Job %s was left by one worker after the other, and ends", job.task_path)
    return again


class Watch:
    """What goes on beside the work of a worker: its job is held, and what others left is found.

    Functions registered for the hook ``take_up`` are called at each look. They queue what a lost
    worker held in rows of its own, and do not work themselves.
    """

    def __init__(self) -> None:
        self._held: str | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        task_started.connect(self._begun)
        task_finished.connect(self._ended)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        task_started.disconnect(self._begun)
        task_finished.disconnect(self._ended)
        self._over.set()
        self._thread.join(pause().total_seconds())

    def let_go(self) -> None:
        """Hold nothing any more: the work ended in a way that could not be written down."""
        self._held = None

    def _begun(self, task_result: Any, **_: Any) -> None:
        self._held = task_result.id

    def _ended(self, **_: Any) -> None:
        self._held = None

    def _run(self) -> None:
        try:
            while not self._over.wait(pause().total_seconds()):
                close_old_connections()
                self.look()
        finally:
            connections.close_all()

    def look(self) -> None:
        """Hold what is being done here, and take up what was left elsewhere."""
        try:
            if (held := self._held) is not None:
                running = DBTaskResult.objects.running().filter(pk=held)
                running.update(run_after=timezone.now() + lease())
            take_up_lost()
            for work in hooks.get_hooks("take_up"):
                work()
        except (OperationalError, InterfaceError) as error:
            logger.warning("Nothing could be taken up: %s", type(error).__name__)
        except Exception:
            # Whatever it is, the job here must be held on.
            logger.exception("What was left could not be taken up")

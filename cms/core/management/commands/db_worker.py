"""The worker, which outlives a restart of its database."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django_tasks_db.management.commands.db_worker import Command as WorkerCommand

from cms.core import jobs

logger = logging.getLogger(__name__)

# Seconds until the database is asked again.
PAUSE = 1.0


class Command(WorkerCommand):
    """Does jobs until it is told to stop; without a database it waits for one.

    A job that was under way then is done again, as is one whose worker was killed; see
    cms.core.jobs.
    """

    def handle(self, **options: Any) -> None:
        """Work; the database may come and go."""
        with jobs.Watch() as watch:
            while True:
                try:
                    super().handle(**options)
                except (OperationalError, InterfaceError) as error:
                    if options["batch"]:
                        raise
                    logger.warning("The database is away: %s", type(error).__name__)
                else:
                    return
                watch.let_go()
                connections.close_all()
                time.sleep(PAUSE)

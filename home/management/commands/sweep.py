"""All periodic work: safe to run at any time, and twice at once."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from wagtail import hooks

from cms.core.models import SweepPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.management.base import CommandParser

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Runs every function registered for the hook ``sweep``, and what Wagtail wants done."""

    help = "Do all periodic work once, or again and again with --every."

    def add_arguments(self, parser: CommandParser) -> None:
        """How often."""
        parser.add_argument(
            "--every",
            type=int,
            metavar="SECONDS",
            help="Stay, and sweep again after this many seconds.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep once, or until the process is ended."""
        every = options["every"]
        if every is not None and every < 1:
            raise CommandError("--every wants at least 1 second.")
        quiet = options["verbosity"] == 0
        self.told_to_end = threading.Event()
        if every:
            # The first process of a container is ended by no signal that it does not listen to. What
            # has begun is finished: a mail that went out is then also noted.
            signal.signal(signal.SIGTERM, lambda *_: self.told_to_end.set())
        failed = self.sweep(quiet=quiet)
        if every:
            self.stay(every, quiet=quiet)
        elif failed:
            raise CommandError(f"{failed} part(s) of the sweep failed; see above.")

    def stay(self, every: int, *, quiet: bool) -> None:
        """Sweep again and again until SIGTERM comes."""
        while not self.told_to_end.wait(every):
            # One that broke, as when the database is restarted, would be of no use for ever.
            close_old_connections()
            self.sweep(quiet=quiet)

    def sweep(self, *, quiet: bool) -> int:
        """Do each part; one that fails is reported and stops no other. Says how many failed."""
        failed = 0
        for work in (publish_scheduled, *hooks.get_hooks("sweep")):
            if self.told_to_end.is_set():
                break
            try:
                report = work()
            except Exception:
                # Whatever broke one part, the others are still to be done.
                failed += 1
                logger.exception("%s.%s failed", work.__module__, work.__name__)
                note(work, "failed_at")
            else:
                note(work, "succeeded_at")
                if not quiet:
                    self.stdout.write(report)
        return failed


def note(work: Callable[[], str], what: str) -> None:
    """Remember when a part did its work, or failed. That the database is away stops nothing."""
    try:
        SweepPart.objects.update_or_create(
            name=f"{work.__module__}.{work.__name__}", defaults={what: timezone.now()}
        )
    except DatabaseError:
        logger.exception("What the sweep did could not be noted")


def publish_scheduled() -> str:
    """What was scheduled to go live or to end by now."""
    call_command("publish_scheduled")
    return "schedules: published and expired what was due"

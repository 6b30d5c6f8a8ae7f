"""A production server on this checkout."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.core import processes
from home import serving

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Collects static files, migrates, and serves until it is told to stop."""

    help = "Serve this checkout with production settings on PORT (8000 unless set)."
    # The settings that count are those of the processes that are started.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, with how many processes."""
        parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1: a proxy is in front.")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start the parts, wait."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "TASKS": os.environ.get("TASKS", "database"),
            "PYTHONUNBUFFERED": "1",
        }
        port = int(options["port"])
        if not processes.is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another with --port.")
        # Figures of processes that are long gone.
        shutil.rmtree(settings.DATA_DIR / "metrics", ignore_errors=True)
        group = processes.Group()
        try:
            group.run("migrate", "--verbosity", "0", environment=environment)
            if not group.asked_to_end:
                group.run("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
            if not group.asked_to_end:
                serving.start(
                    group,
                    host=options["host"],
                    port=port,
                    workers=options["workers"],
                    environment=environment,
                )
            if group.asked_to_end:
                return
            self.stdout.write(f"Serving on http://{options['host']}:{port}/")
            self.stdout.flush()
            status = group.wait()
        except serving.DidNotStart as error:
            raise CommandError(str(error)) from error
        finally:
            group.end()
        if status:
            sys.exit(status)

"""The demo newsroom on this machine: SQLite, no key, no other server."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms.core import processes
from home import serving

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

LOGINS = ("admin", "editor", "reviewer", "moderator", "campaigner")


class Command(BaseCommand):
    """Migrates, loads the demo newsroom, and serves it until it is told to stop."""

    help = "Run the demo newsroom on PORT (8000 unless set)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start the parts, wait."""
        port = int(options["port"])
        if not processes.is_free(port):
            raise CommandError(f"Port {port} is taken. Choose another: PORT=8080 make demo")
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        address = f"http://localhost:{port}"
        environment = self._environment(address)
        group = processes.Group()
        try:
            if self._needs_stand_in():
                self._start_stand_in(group, environment)
            group.run("migrate", "--verbosity", "0", environment=environment)
            if not group.asked_to_end:
                group.run("load_demo", environment={**environment, "DEMO_PASSWORD": password})
            if not group.asked_to_end:
                serving.start(
                    group, host="127.0.0.1", port=port, workers=2, environment=environment
                )
            if group.asked_to_end:
                return
            self._announce(address, password)
            status = group.wait()
        except serving.DidNotStart as error:
            raise CommandError(str(error)) from error
        finally:
            group.end()
        if status:
            sys.exit(status)

    def _environment(self, address: str) -> dict[str, str]:
        """One set of settings for all parts, whatever this process was started with."""
        key = Path(settings.DATA_DIR) / "demo-secret-key"
        if not key.exists():
            key.write_text(secrets.token_urlsafe(50))
            key.chmod(0o600)
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "DEBUG": "0",
            "SECRET_KEY": os.environ.get("SECRET_KEY") or key.read_text(),
            "SITE_URL": os.environ.get("SITE_URL") or address,
            "TASKS": "database",
            # The demo's links lead to hosts that do not exist, and a demo asks nobody for anything.
            "CHECK_LINKS": os.environ.get("CHECK_LINKS", "0"),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "PYTHONUNBUFFERED": "1",
        }

    def _needs_stand_in(self) -> bool:
        return not settings.OPENAI_API_KEY and not settings.OPENAI_BASE_URL

    def _start_stand_in(self, group: processes.Group, environment: dict[str, str]) -> None:
        port = processes.free_port()
        process = group.start(
            "stand-in",
            [sys.executable, "-m", "cms.llm.standin", "--port", str(port), "--delay", "2"],
            environment=environment,
            quiet=True,
        )
        if not group.answers(port, process=process) and not group.asked_to_end:
            raise CommandError("The stand-in for the language model did not start; see above.")
        environment["OPENAI_BASE_URL"] = f"http://127.0.0.1:{port}/v1"
        environment["OPENAI_MODEL"] = "stand-in"

    def _announce(self, address: str, password: str) -> None:
        lines = [
            "",
            f"Dovetail is ready at {address}/",
            f"The newsroom works at {address}/admin/",
            "",
            *(f"  {login:<11} password: {password}" for login in LOGINS),
            "",
            "Mails are printed here. Ctrl-C stops everything; `make demo` brings it back.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

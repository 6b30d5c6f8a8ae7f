"""A site to measure: made-up articles, served as in production, in a folder that is thrown away."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cms.core import processes
from home import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
# These say where something of a real site is, or what it is like.
NOT_OURS = (
    "CACHE_URL",
    "EMAIL_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "SEARCH_URL",
    "SENTRY_DSN",
    "TRUSTED_PROXIES",
)


class Interrupted(Exception):
    """A signal asked for an end."""


@dataclass(frozen=True)
class Site:
    """The site while it is there. Everything it starts belongs to one group and ends with it."""

    group: processes.Group
    folder: Path
    port: int
    environment: dict[str, str]

    def manage(self, *arguments: str) -> None:
        """Run ``manage.py`` to its end. SystemExit where it fails."""
        self.group.run(*arguments, environment=self.environment)
        self.go_on()

    def go_on(self) -> None:
        """Raise Interrupted if a signal has come."""
        if self.group.asked_to_end:
            raise Interrupted

    def ask(self, module: str, *arguments: str, patience: float) -> Any:
        """Run a module of this folder to its end: what the last line that it wrote holds, as JSON.

        RuntimeError with what it said where it fails, or takes more seconds than that.
        """
        name = module.rpartition(".")[2]
        command = [sys.executable, "-m", module, *arguments]
        line = self.run(name, command, environment=self.environment, patience=patience)
        if not line:
            raise RuntimeError(f"{name} failed: it said nothing")
        return json.loads(line)

    def run(
        self, name: str, command: list[str], *, environment: Mapping[str, str], patience: float
    ) -> str:
        """Run a program to its end: the last line that it wrote, blank where it wrote none.

        RuntimeError with what it said where it fails, or takes more seconds than that.
        """
        written = self.folder / f"{name}.out"
        with written.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - the commands are our own
                command,
                env=dict(environment),
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + patience
        try:
            while process.poll() is None:
                self.go_on()
                if time.monotonic() > until:
                    raise RuntimeError(f"no answer in {patience:g} s")
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        lines = written.read_text(encoding="utf-8").strip().splitlines()
        if process.returncode:
            raise RuntimeError(f"{name} failed: {lines[-1] if lines else 'it said nothing'}")
        return lines[-1] if lines else ""

    def serve(self, *, workers: int) -> subprocess.Popen[bytes]:
        """Start the web server, without worker and sweep. DidNotStart where it does not answer."""
        command = serving.web_server(
            host="127.0.0.1",
            port=self.port,
            workers=workers,
            application="benchmarks.measuring.wsgi:application",
        )
        process = self.group.start("web", command, environment=self.environment)
        if not self.group.answers(self.port, process=process):
            self.go_on()
            raise serving.DidNotStart("The web server did not start; see above.")
        return process


def say(line: str) -> None:
    """Tell who waits what is going on."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def carried_out(
    measure: Callable[[], dict[str, Any]],
    *,
    table: Callable[[dict[str, Any]], str],
    failed: Callable[[dict[str, Any]], bool],
) -> int:
    """Measure, and write a table, and the last line as JSON. The exit status of the script."""
    try:
        result = measure()
    except Interrupted:
        say("Interrupted; everything that was started has ended.")
        return 130
    except (RuntimeError, serving.DidNotStart) as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{table(result)}\n{json.dumps(result)}\n")
    return 1 if failed(result) else 0


@contextmanager
def opened(*, database: str, folder: str) -> Iterator[Site]:
    """Open a site on a free port; on leaving, end its processes.

    Its files are deleted unless a folder is named, and its articles unless a database is.
    """
    with ExitStack() as stack:
        if not folder:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dovetail-bench-"))
        data = Path(folder).resolve()
        os.chdir(ROOT)
        port = processes.free_port()
        environment = {key: value for key, value in os.environ.items() if key not in NOT_OURS}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.measuring.settings",
            "DATA_DIR": str(data),
            "DATABASE_URL": database or f"sqlite:///{data}/db.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "DEFAULT_FROM_EMAIL": "newsroom@load.example",
            "SECURE_SSL_REDIRECT": "0",
            # The editor that is measured logs in without one.
            "REQUIRE_MFA": "0",
            "TASKS": "database",
            "EMAIL_URL": "memorymail://",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }
        site = Site(processes.Group(), data, port, environment)
        try:
            yield site
        finally:
            site.group.end()

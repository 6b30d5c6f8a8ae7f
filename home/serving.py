"""The processes that serve a site: web, worker, sweep."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cms.core import processes

if TYPE_CHECKING:
    from collections.abc import Mapping

# Both say nothing but what goes into the log.
WORKER = ("db_worker", "--interval=1", "--verbosity=0")
SWEEP = ("sweep", "--every=60", "--verbosity=0")
# Seconds that a web process gets to finish its answers. Less than processes.GRACE, which is for all.
LAST_ANSWERS = 8
# Seconds that a new process gets to load the site before the one that it replaces is ended. Nothing
# asks whether it is ready, and on a busy machine that takes it nine.
LOADED_AFTER = 15


class DidNotStart(Exception):
    """A process ended, or answered nobody, before it was of use."""


def start(
    group: processes.Group, *, host: str, port: int, workers: int, environment: Mapping[str, str]
) -> None:
    """Start worker, sweep and web server, and wait until the last answers. Raises DidNotStart."""
    group.manage("worker", *WORKER, environment=environment)
    group.manage("sweep", *SWEEP, environment=environment)
    web = group.start(
        "web", web_server(host=host, port=port, workers=workers), environment=environment
    )
    if not group.answers(port, process=web) and not group.asked_to_end:
        raise DidNotStart("The web server did not start; see above.")


def web_server(
    *,
    host: str,
    port: int,
    workers: int,
    application: str = "cms.wsgi:application",
    loaded_after: int = LOADED_AFTER,
) -> list[str]:
    """The command that serves a WSGI application with that many processes."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        "--blocking-threads=2",
        # What proxies speak to us, and no more; no header of ours is longer.
        "--http=1",
        "--http1-buffer-size=65536",
        "--no-access-log",
        # A process that broke is replaced, and one that is told to end gets this long for what it
        # has begun to answer.
        "--respawn-failed-workers",
        f"--respawn-interval={loaded_after}",
        f"--workers-kill-timeout={LAST_ANSWERS}",
        "--log-level=warning",
        application,
    ]

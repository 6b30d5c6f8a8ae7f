"""Send an issue of the newsletter: PostgreSQL, workers as in production, a real mail server.

It starts a PostgreSQL of its own unless --database names one (which must be empty), a mail server
that keeps who got what, and so many workers (`manage.py db_worker`). Subscribers are written by SQL,
an issue is composed from articles, and it is begun as an editor does. Measured is the time from there
to the last mail, the list of receivers included.

With --kill, one worker is killed with SIGKILL in the middle. What it held waits for its lease to run
out, so that part is not in the rate; the outcome is: each subscriber exactly once, or twice for at most
one batch, never none. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring.mailbox import Mailbox
from benchmarks.measuring.postgresql import free_port, throwaway

ROOT = Path(__file__).resolve().parents[1]
WANTED = {"mails_per_second": 200.0}
# Seconds without any new mail after which it is given up.
PATIENCE = 150
TOPICS = 8


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--subscribers", type=int, default=20_000, help="how many; 20000")
    parser.add_argument("--workers", type=int, default=2, help="processes that send; 2")
    parser.add_argument("--articles", type=int, default=10, help="in the issue; 10")
    parser.add_argument("--kill", action="store_true", help="kill a worker in the middle")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL to use instead")
    return parser.parse_args(given)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def set_environment(stack: ExitStack, options: argparse.Namespace) -> int:
    """Settings as in production; the port of the mail server."""
    mail_port = free_port()
    os.environ.update(
        DATABASE_URL=options.database or stack.enter_context(throwaway()),
        DJANGO_SETTINGS_MODULE="cms.settings.production",
        DATA_DIR=stack.enter_context(tempfile.TemporaryDirectory(prefix="dovetail-data-")),
        SECRET_KEY="only-for-measuring-" + "0123456789abcdef" * 3,
        ALLOWED_HOSTS="127.0.0.1",
        SITE_URL="http://127.0.0.1:8000",
        DEFAULT_FROM_EMAIL="newsroom@example.org",
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        TASKS="database",
        LOG_LEVEL="ERROR",
        PYTHONUNBUFFERED="1",
    )
    return mail_port


def start_worker(stack: ExitStack) -> subprocess.Popen[bytes]:
    """One more `db_worker`, ended with the stack."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--interval", "0.2", "--verbosity", "0"],
        cwd=ROOT,
    )
    stack.callback(worker.wait)
    stack.callback(worker.kill)
    return worker


def send(options: argparse.Namespace, stack: ExitStack, mailbox: Mailbox) -> dict[str, Any]:
    """Begin the issue, and watch the mails come."""
    from benchmarks.measuring import issue as prepared  # noqa: PLC0415 - needs the settings

    stack.callback(prepared.disconnect)
    size = prepared.prepare(
        subscribers=options.subscribers, articles=options.articles, topics=TOPICS
    )
    workers = [start_worker(stack) for _ in range(options.workers)]
    say(f"{options.subscribers} subscribers; a mail of {size // 1024} kB; starting the workers.")
    prepared.wait_for_workers(options.workers)
    begun = time.monotonic()
    prepared.begin()
    listing = time.monotonic() - begun
    last, told, killed_at = begun, 0, 0
    # Not until so many mails have come: of a killed worker's, some come twice.
    while (number := mailbox.number) < options.subscribers or not prepared.is_through():
        now = time.monotonic()
        if number > told:
            last, told = now, number
        if options.kill and not killed_at and number >= options.subscribers // 3:
            workers[0].kill()
            killed_at = number
            say(f"A worker was killed after {number} mails.")
        if now - last > PATIENCE:
            break
        if killed_at and now - last > 2:
            # As the sweep does every minute; the job of the killed worker never ends.
            prepared.take_up()
        time.sleep(0.05)
    seconds = mailbox.last - begun
    say(f"{mailbox.number} mails came in {seconds:.1f} s")
    return {
        "subscribers": options.subscribers,
        "workers": options.workers,
        "mail_kb": round(size / 1024, 1),
        "mails": mailbox.number,
        "seconds": round(seconds, 1),
        "seconds_to_begin": round(listing, 2),
        "mails_per_second": round(mailbox.number / seconds, 1),
        "killed_after": killed_at,
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        **prepared.outcome(mailbox.counts()),
    }


def wrong(figures: dict[str, Any], *, killed: bool) -> list[str]:
    """What was lost or sent twice."""
    checks = {
        f"{figures['none']} subscribers got no mail": figures["none"],
        f"{figures['strangers']} mails went to nobody who subscribed": figures["strangers"],
        f"{figures['twice']} got it twice": figures["twice"] > (figures["batch"] if killed else 0),
        f"{figures['more']} got it more than twice": figures["more"],
    }
    return [what for what, found in checks.items() if found]


def main(given: Sequence[str] | None = None) -> int:
    """Measure; 1 where a mail was lost, or too many came twice."""
    options = arguments(given)
    with ExitStack() as stack:
        mail_port = set_environment(stack, options)
        import django  # noqa: PLC0415 - it reads what was set just now

        django.setup()
        mailbox = stack.enter_context(Mailbox(mail_port))
        figures = send(options, stack, mailbox)
    problems = wrong(figures, killed=options.kill)
    for problem in problems:
        say(f"Wrong: {problem}")
    reached = {
        "mails_per_second": options.kill
        or figures["mails_per_second"] >= WANTED["mails_per_second"]
    }
    say(json.dumps({**figures, "wanted": WANTED, "reached": reached, "wrong": problems}))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

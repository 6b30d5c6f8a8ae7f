"""Keep a site busy for a quarter of an hour, and see that it neither errs, nor grows, nor lags.

It starts PostgreSQL, web processes, worker and sweep as in production, and a mail server; measures
how many pages a second the readers get at most; and lets them read articles, lists and searches at
70 % of that. Meanwhile articles are published, suggested links approved and rejected, and petitions
signed and confirmed by mail; each change is looked for on its page until it is read there. The last
line is JSON. An error makes it fail; a figure does not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import memory
from benchmarks.measuring.mailbox import Mailbox
from benchmarks.measuring.postgresql import free_port, throwaway
from benchmarks.measuring.signer import Signer

ROOT = Path(__file__).resolve().parents[1]
SHARE = 0.7
CAPACITY_SECONDS = 10
# Of the whole time; what processes gain in it is not held against them.
WARMING = 0.3
# At the beginning after that, and at the end: medians of so much of the time are compared.
WINDOW = 0.15
# Seconds that a confirmation's mail may take.
PATIENCE = 60


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=15.0, help="how long; 15")
    parser.add_argument("--articles", type=int, default=300, help="how many; 300")
    parser.add_argument("--processes", type=int, default=2, help="web processes; 2")
    parser.add_argument("--readers", type=int, default=16, help="connections at once; 16")
    parser.add_argument(
        "--every", type=float, default=2.0, help="seconds between two changes of a kind; 2"
    )
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL to use instead")
    options = parser.parse_args(given)
    if options.minutes <= 0 or options.articles < 20 or min(options.processes, options.readers) < 1:
        parser.error("minutes are more than 0, articles at least 20, processes and readers 1")
    return options


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass
class Log:
    """What the threads saw."""

    over: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)
    # Seconds until each change was read, by kind.
    ages: dict[str, list[float]] = field(default_factory=dict)
    signed: int = 0

    def keep_doing(self, every: float, do: Callable[[int], None]) -> threading.Thread:
        """Do something again and again until it is over; what it raises is an error."""

        def work() -> None:
            number = 0
            while not self.over.is_set():
                number += 1
                begun = time.monotonic()
                try:
                    do(number)
                except Exception as error:  # noqa: BLE001 - each is counted, and the first are shown
                    self.errors.append(f"{type(error).__name__}: {error}")
                self.over.wait(max(0.0, every - (time.monotonic() - begun)))
            from django.db import connection  # noqa: PLC0415 - Django is set up by now

            connection.close()

        thread = threading.Thread(target=work)
        thread.start()
        return thread


def set_environment(stack: ExitStack, options: argparse.Namespace, port: int) -> tuple[int, str]:
    """Settings as in production; the port of the mail server, and a folder."""
    mail_port = free_port()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dovetail-soak-"))
    os.environ.update(
        DATABASE_URL=options.database or stack.enter_context(throwaway()),
        DJANGO_SETTINGS_MODULE="cms.settings.production",
        DATA_DIR=folder,
        SECRET_KEY="only-for-measuring-" + "0123456789abcdef" * 3,
        ALLOWED_HOSTS="127.0.0.1",
        SITE_URL=f"http://127.0.0.1:{port}",
        DEFAULT_FROM_EMAIL="newsroom@example.org",
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        TRUSTED_PROXIES="127.0.0.1",
        TASKS="database",
        PROOF_OF_WORK="2000",
        LOG_LEVEL="ERROR",
        PYTHONUNBUFFERED="1",
    )
    for name in ("CACHE_URL", "SEARCH_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "SENTRY_DSN"):
        os.environ.pop(name, None)
    return mail_port, folder


def pages(articles: int) -> list[tuple[str, float]]:
    """What is read, and how often: seven of ten an article, two a list, one a search."""
    from home import load  # noqa: PLC0415 - Django is set up by now

    read = range(1, min(articles, 100) + 1)
    lists = ["/", "/news/", *(f"/categories/{load.MARK}-{n}/" for n in range(1, 4))]
    words = load.Writer(20).words[500:530]
    return [
        *((f"/news/{load.slug(n)}/", 70 / len(read)) for n in read),
        *((address, 20 / len(lists)) for address in lists),
        *((f"/search/?q={word}", 10 / len(words)) for word in words),
    ]


def crowd(port: int, addresses: Path, *, readers: int, seconds: float, rate: float) -> Any:
    """The readers, in a process of their own. RuntimeError where it fails."""
    ended = subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "benchmarks.measuring.crowd", str(port), str(addresses)),
            *(f"--readers={readers}", f"--seconds={seconds}", f"--rate={rate}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 120,
    )
    if ended.returncode:
        raise RuntimeError(f"the readers failed: {ended.stderr.strip().splitlines()[-1:]}")
    return json.loads(ended.stdout.strip().splitlines()[-1])


def warm(port: int, addresses: Sequence[str]) -> None:
    """Ask for each page, so that pictures in all sizes are made, and once more, so it is kept."""
    from benchmarks.measuring import newsroom  # noqa: PLC0415 - needs the settings

    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for address in [*addresses, *addresses]:
        connection.request("GET", address, headers=newsroom.AS_READERS)
        connection.getresponse().read()
    connection.close()


def publishing(log: Log, port: int) -> Callable[[int], None]:
    """Change an article, and look at its page."""
    from benchmarks.measuring import newsroom  # noqa: PLC0415 - needs the settings

    def do(number: int) -> None:
        text = f"Corrected for the {number}th time"
        address = newsroom.publish(2, text)
        log.ages.setdefault("published", []).append(newsroom.seconds_until(port, address, text))

    return do


def moderating(log: Log, port: int) -> Callable[[int], None]:
    """Approve a suggestion, reject it again, and look at the article both times."""
    from benchmarks.measuring import newsroom  # noqa: PLC0415 - needs the settings

    by = newsroom.moderator()

    def do(number: int) -> None:
        text = f"What the neighbours say, part {number}"
        link = newsroom.suggest(text)
        for approve in (True, False):
            address = newsroom.decide(link, approve=approve, by=by)
            age = newsroom.seconds_until(port, address, text, shown=approve)
            log.ages.setdefault("moderated", []).append(age)
        link.delete()

    return do


def signing(log: Log, port: int, mailbox: Mailbox) -> Callable[[int], None]:
    """Sign, wait for the mail, confirm."""
    from home import load  # noqa: PLC0415 - Django is set up by now

    def do(number: int) -> None:
        signer = Signer(number, f"/petitions/{load.MARK}/")
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            signer.open(connection)
            signer.sign(connection)
            signer.confirm(connection, link_for(signer.email, mailbox))
        finally:
            connection.close()
        log.signed += 1

    return do


def link_for(email: str, mailbox: Mailbox) -> str:
    """The link in the mail to somebody, once it comes. TimeoutError where it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        text = "\n".join(mailbox.texts().get(email, []))
        if found := re.search(r"https?://\S+/confirm/\S+", text):
            return found[0]
        time.sleep(0.1)
    raise TimeoutError(f"no mail came to {email}")


def sample(log: Log, web: int, worker: int) -> list[dict[str, float]]:
    """Megabytes, second by second, until it is over."""
    samples = []
    while not log.over.wait(1):
        served, worked = memory.megabytes(web), memory.megabytes(worker)
        if served and worked:
            samples.append(
                {
                    "largest": max(served.values()),
                    "web": sum(served.values()),
                    "worker": sum(worked.values()),
                }
            )
    return samples


def growth(samples: Sequence[dict[str, float]], name: str) -> float | None:
    """Percent that were gained from the end of the warm-up to the end; None without samples."""
    window = max(1, int(len(samples) * WINDOW))
    begin = int(len(samples) * WARMING)
    if len(samples) < begin + 2 * window or not samples:
        return None
    before = median(each[name] for each in samples[begin : begin + window])
    after = median(each[name] for each in samples[-window:])
    return round(100 * (after - before) / before, 2)


def run(options: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    """Start everything, and watch; the stack ends everything."""
    port = free_port()
    mail_port, folder = set_environment(stack, options, port)
    import django  # noqa: PLC0415 - it reads what was set just now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    from cms.core import processes  # noqa: PLC0415 - as above
    from home import serving  # noqa: PLC0415 - as above

    os.chdir(ROOT)
    stack.callback(connection.close)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("generate_load", articles=options.articles, verbosity=0)
    mailbox = stack.enter_context(Mailbox(mail_port))
    group = processes.Group()
    stack.callback(group.end)
    # The group would wait for what is under way, which is a quarter of an hour.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    manage = [sys.executable, "manage.py"]
    worker = group.start("worker", [*manage, *serving.WORKER], environment=os.environ)
    group.manage("sweep", *serving.SWEEP, environment=os.environ)
    web = group.start(
        "web",
        serving.web_server(host="127.0.0.1", port=port, workers=options.processes),
        environment=os.environ,
    )
    if not group.answers(port, process=web):
        raise serving.DidNotStart("The web server did not start; see above.")
    addresses = Path(folder) / "addresses.json"
    addresses.write_text(json.dumps(pages(options.articles)), encoding="utf-8")
    log = Log()
    workings = (
        publishing(log, port),
        moderating(log, port),
        signing(log, port, mailbox),
    )
    say("How much it can do…")
    warm(port, [address for address, _ in pages(options.articles)])
    most = crowd(port, addresses, readers=options.readers, seconds=CAPACITY_SECONDS, rate=0)
    rate = SHARE * most["rate"]
    say(f"{most['rate']:.0f} pages a second; {rate:.0f} for {options.minutes:g} minutes…")
    samples: list[dict[str, float]] = []
    watcher = threading.Thread(target=lambda: samples.extend(sample(log, web.pid, worker.pid)))
    watcher.start()
    threads = [watcher, *(log.keep_doing(options.every, do) for do in workings)]
    try:
        seen = crowd(
            *(port, addresses),
            readers=options.readers,
            seconds=60 * options.minutes,
            rate=rate,
        )
    finally:
        log.over.set()
        for thread in threads:
            thread.join()
    return summary(options, most, seen, samples, log)


def summary(
    options: argparse.Namespace,
    most: dict[str, Any],
    seen: dict[str, Any],
    samples: Sequence[dict[str, float]],
    log: Log,
) -> dict[str, Any]:
    """All of it, in the shape of the last line."""
    gained = [growth(samples, name) for name in ("web", "worker")]
    ages = [age for kind in log.ages.values() for age in kind]
    failures = {
        what: most["failures"].get(what, 0) + seen["failures"].get(what, 0)
        for what in {*most["failures"], *seen["failures"]}
    }
    return {
        "benchmark": "soak",
        "minutes": options.minutes,
        "articles": options.articles,
        "capacity_per_second": round(most["rate"], 1),
        "rate_per_second": round(seen["rate"], 1),
        "requests": seen["requests"],
        "p50_ms": seen["p50"],
        "p95_ms": seen["p95"],
        "slowest_ms": seen["slowest"],
        "published": len(log.ages.get("published", [])),
        "moderated": len(log.ages.get("moderated", [])),
        "signed": log.signed,
        "errors": sum(failures.values()) + len(log.errors),
        "failures": failures,
        "first_errors": log.errors[:5],
        "oldest_s": round(max(ages), 3) if ages else None,
        "web_mb": round(max(each["largest"] for each in samples), 1) if samples else None,
        "worker_mb": round(max(each["worker"] for each in samples), 1) if samples else None,
        "web_growth_percent": gained[0],
        "worker_growth_percent": gained[1],
        "growth_percent": max((each for each in gained if each is not None), default=None),
        "load_of_the_machine": round(os.getloadavg()[0], 1),
    }


def wrong(figures: dict[str, Any]) -> list[str]:
    """What must not happen at all."""
    checks = {
        f"{figures['errors']} errors: {figures['failures'] or figures['first_errors']}": (
            figures["errors"]
        ),
        "nothing was published": not figures["published"],
        "nothing was moderated": not figures["moderated"],
        "nothing was signed": not figures["signed"],
    }
    return [what for what, found in checks.items() if found]


def main(given: Sequence[str] | None = None) -> int:
    """Measure; 1 where anything failed."""
    options = arguments(given)
    with ExitStack() as stack:
        figures = run(options, stack)
    problems = wrong(figures)
    for problem in problems:
        say(f"Wrong: {problem}")
    sys.stdout.write(f"{json.dumps({**figures, 'wrong': problems})}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

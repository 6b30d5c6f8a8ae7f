"""Sign and confirm over HTTP, with everything real: web processes, worker, PostgreSQL, a mail server.

It starts the site as production does (`home/serving.py`), with a PostgreSQL of its own unless
--database names one (which must be empty), and a mail server that keeps what it gets. A petition is
filled with signatures by SQL. Then each signer opens the form and works out its proof; all of them
send it, as many at once as --clients says; and each follows the link in the mail and presses the
button. Measured is the sending, from the request to the answer, while the worker sends the mails.
At the end it counts that nothing was lost, and nothing counted twice. The last line is JSON.

What a proof of work costs the server does not depend on how hard the work is, so --work is small:
all the signers' browsers are on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import processor
from benchmarks.measuring.mailbox import Mailbox
from benchmarks.measuring.postgresql import free_port, throwaway
from benchmarks.measuring.signer import Signer

Job = Callable[[HTTPConnection], None]
WANTED = {"signings_per_second": 150.0, "p95_ms": 300.0, "queries_of_the_page": 8}
REPLAYS = 100
# Seconds that the last mail may come after the last signature.
PATIENCE = 120


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--signers", type=int, default=3000, help="how many sign; 3000")
    parser.add_argument("--clients", type=int, default=16, help="connections at once; 16")
    parser.add_argument("--processes", type=int, default=2, help="web processes; 2")
    parser.add_argument(
        "--signatures",
        type=int,
        default=1_000_000,
        help="that the petition has before; 1000000",
    )
    parser.add_argument("--work", type=int, default=2000, help="steps of a proof at most; 2000")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL to use instead")
    return parser.parse_args(given)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Round:
    """Jobs that were done, so many at once."""

    def __init__(self, jobs: Sequence[Job], *, port: int, clients: int) -> None:
        self.times: list[float] = []
        self.failures: list[str] = []
        self._waiting = list(reversed(jobs))
        self._port = port
        threads = [threading.Thread(target=self._work) for _ in range(clients)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds = time.perf_counter() - begun

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return round(len(self.times) / self.seconds, 1)

    def percentile(self, percent: int) -> float:
        """The milliseconds that so many percent of the jobs do not exceed; 0 without any."""
        place = -(-len(self.times) * percent // 100) - 1
        return round(sorted(self.times)[place] * 1000, 1) if self.times else 0.0

    def _work(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        while True:
            try:
                job = self._waiting.pop()
            except IndexError:
                break
            begun = time.perf_counter()
            try:
                job(connection)
            except Exception as error:  # noqa: BLE001 - each is counted, and the first are shown
                self.failures.append(f"{type(error).__name__}: {error}")
                connection.close()
            self.times.append(time.perf_counter() - begun)
        connection.close()


def processor_seconds() -> float:
    """What web, worker and sweep have used: all that this process started, without itself."""
    return (processor.seconds(os.getpid()) or 0.0) - time.process_time()


def links_in(mailbox: Mailbox) -> dict[str, list[str]]:
    """The links of all mails, by recipient."""
    return {
        recipient: re.findall(r"https?://\S+/confirm/\S+", "\n".join(texts))
        for recipient, texts in mailbox.texts().items()
    }


def wait_for_mails(mailbox: Mailbox, number: int) -> float:
    """Seconds until so many have come, or until patience ends."""
    begun = time.monotonic()
    while mailbox.number < number and time.monotonic() - begun < PATIENCE:
        time.sleep(0.1)
    return time.monotonic() - begun


def measure(
    options: argparse.Namespace, *, path: str, port: int, mailbox: Mailbox
) -> dict[str, Any]:
    """Sign, confirm, confirm again."""

    def together(jobs: Sequence[Job]) -> Round:
        return Round(jobs, port=port, clients=options.clients)

    signers = [Signer(number, path) for number in range(options.signers)]
    opening = together([signer.open for signer in signers])
    say(f"{len(signers)} opened the form and worked out the proof in {opening.seconds:.1f} s")
    before = processor_seconds()
    signing = together([signer.sign for signer in signers])
    spent = processor_seconds() - before
    say(f"{len(signers)} signed in {signing.seconds:.1f} s")
    late = wait_for_mails(mailbox, len(signers))
    say(f"{mailbox.number} mails came, the last {late:.1f} s after the last signature")
    links = {who: found[0] for who, found in links_in(mailbox).items() if found}
    answering = [signer for signer in signers if signer.email in links]
    confirming = together(
        [partial(signer.confirm, link=links[signer.email]) for signer in answering]
    )
    again = together(
        [partial(signer.replay, link=links[signer.email]) for signer in answering[:REPLAYS]]
    )
    say(f"{len(answering)} confirmed in {confirming.seconds:.1f} s, {REPLAYS} of them once more")
    failures = [*opening.failures, *signing.failures, *confirming.failures, *again.failures]
    return {
        "signers": len(signers),
        "signings_per_second": signing.rate,
        "p50_ms": signing.percentile(50),
        "p95_ms": signing.percentile(95),
        "processor_ms_per_signing": round(spent / len(signers) * 1000, 2),
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "forms_per_second": opening.rate,
        "confirmations_per_second": confirming.rate,
        "mails": mailbox.number,
        "mails_twice": sum(len(texts) > 1 for texts in mailbox.texts().values()),
        "last_mail_after_seconds": round(late, 1),
        "failures": len(failures),
        "first_failures": failures[:3],
    }


def wrong(figures: dict[str, Any], signatures: int) -> list[str]:
    """What was lost or counted twice."""
    signers = figures["signers"]
    checks = {
        f"{figures['failures']} requests failed: {figures['first_failures']}": figures["failures"],
        "signatures were lost": figures["rows"] != signers,
        "mails were lost": figures["mails"] < signers,
        "mails came twice": figures["mails_twice"],
        "confirmations were lost": figures["confirmed"] != signers,
        "the petition counted wrong": figures["on_the_petition"] != signatures + signers,
        "the petition's page counts signatures": figures["page_counts_signatures"],
    }
    return [what for what, found in checks.items() if found]


def set_environment(stack: ExitStack, options: argparse.Namespace, port: int) -> int:
    """Settings as in production; the port of the mail server."""
    mail_port = free_port()
    os.environ.update(
        DATABASE_URL=options.database or stack.enter_context(throwaway()),
        DJANGO_SETTINGS_MODULE="cms.settings.production",
        DATA_DIR=stack.enter_context(tempfile.TemporaryDirectory(prefix="dovetail-data-")),
        SECRET_KEY="only-for-measuring-" + "0123456789abcdef" * 3,
        ALLOWED_HOSTS="127.0.0.1",
        SITE_URL=f"http://127.0.0.1:{port}",
        DEFAULT_FROM_EMAIL="newsroom@example.org",
        EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        TRUSTED_PROXIES="127.0.0.1",
        TASKS="database",
        PROOF_OF_WORK=str(options.work),
        LOG_LEVEL="ERROR",
        PYTHONUNBUFFERED="1",
    )
    return mail_port


def run(options: argparse.Namespace, stack: ExitStack) -> dict[str, Any]:
    """Start everything and measure; the stack ends everything."""
    port = free_port()
    mail_port = set_environment(stack, options, port)
    import django  # noqa: PLC0415 - it reads what was set just now

    django.setup()
    from benchmarks.measuring import petition  # noqa: PLC0415 - needs the settings
    from cms.core import processes  # noqa: PLC0415 - as above
    from home import serving  # noqa: PLC0415 - as above

    stack.callback(petition.disconnect)
    petition.prepare(options.signatures)
    say(f"The petition has {options.signatures} signatures. Starting the site.")
    mailbox = stack.enter_context(Mailbox(mail_port))
    group = processes.Group()
    stack.callback(group.end)
    serving.start(
        group, host="127.0.0.1", port=port, workers=options.processes, environment=os.environ
    )
    queries, counts = petition.queries_of_the_page()
    figures = measure(options, path=petition.PATH, port=port, mailbox=mailbox)
    made, checked = petition.microseconds_of_a_proof()
    return {
        **figures,
        **petition.outcome(),
        "signatures_before": options.signatures,
        "processes": options.processes,
        "clients": options.clients,
        "queries_of_the_page": queries,
        "page_counts_signatures": counts,
        "proof_steps_at_most": options.work,
        "challenge_us": round(made),
        "proof_us": round(checked),
    }


def main(given: Sequence[str] | None = None) -> int:
    """Measure; 1 where something was lost or counted twice."""
    options = arguments(given)
    with ExitStack() as stack:
        figures = run(options, stack)
    problems = wrong(figures, options.signatures)
    for problem in problems:
        say(f"Wrong: {problem}")
    reached = {
        "signings_per_second": figures["signings_per_second"] >= WANTED["signings_per_second"],
        "p95_ms": figures["p95_ms"] <= WANTED["p95_ms"],
        "queries_of_the_page": figures["queries_of_the_page"] <= WANTED["queries_of_the_page"],
    }
    say(json.dumps({**figures, "wanted": WANTED, "reached": reached, "wrong": problems}))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

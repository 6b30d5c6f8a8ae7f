"""Sign and confirm over HTTP, with everything real: web processes, worker, PostgreSQL, a mail server.

It starts the site as production does (`home/serving.py`), with a PostgreSQL of its own unless
--database names one (which must be empty), and a mail server that keeps what it gets. A petition is
filled with signatures by SQL. Then each signer opens the form and works out its proof; all of them
send it, at once as far as --clients goes; and each follows the link in the mail and presses the
button. What is measured is the sending: from the request to the answer. At the end it counts that
nothing was lost and nothing counted twice. The last line is JSON.

The server's part of a proof of work costs the same however hard the work is, so --work is small: the
signers' browsers are all on this machine.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[1]
# A script of its own, run from anywhere.
sys.path.insert(0, str(ROOT))

from benchmarks._mailbox import Mailbox
from benchmarks._postgresql import free_port, throwaway

SLUG = "measured"
LEAST_RATE = 150
MOST_P95 = 0.3
MOST_QUERIES = 8
REPLAYS = 100
# Seconds that the last mail may come after the last signature.
PATIENCE = 120

FILL = """
INSERT INTO advocacy_signature (petition_id, reference, name, email, email_key, postal_code, country,
  comment, wants_newsletter, display, status, created_at, confirmed_at, mails_sent)
SELECT %s, gen_random_uuid(), 'Ada ' || n, 'old-' || n || '@example.org', 'old-' || n || '@example.org',
  '53703', 'US', '', false, CASE WHEN n %% 1000 = 0 THEN 'shown' ELSE 'private' END, 'confirmed',
  now() - n * interval '1 second', now() - n * interval '1 second', 0
FROM generate_series(1, %s) AS n
"""


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--signers", type=int, default=3000, help="how many sign (3000)")
    parser.add_argument("--clients", type=int, default=16, help="how many at once (16)")
    parser.add_argument("--processes", type=int, default=2, help="web processes (2)")
    parser.add_argument(
        "--signatures", type=int, default=1_000_000, help="that the petition has before (1000000)"
    )
    parser.add_argument("--work", type=int, default=2000, help="steps of a proof at most (2000)")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL to use instead")
    return parser.parse_args(argv)


class Signer:
    """One browser: a connection, an address of its own, and what it has been given."""

    def __init__(self, number: int) -> None:
        self.email = f"signer-{number}@example.org"
        # As a proxy says it: each comes from a network of its own.
        self.address = f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
        self.form = ""
        self.token = ""
        self.cookie = ""

    def ask(
        self, connection: HTTPConnection, method: str, path: str, body: str = ""
    ) -> tuple[int, dict[str, str], str]:
        """One request, with the headers that a browser and a proxy send."""
        headers = {
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "https",
            "Cookie": self.cookie,
        }
        if body:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": "null",
                "Sec-Fetch-Site": "same-origin",
            }
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        self.token = token_in(text) or self.token
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return answer.status, dict(answer.headers), text

    def open(self, connection: HTTPConnection) -> None:
        """Open the petition, work out the proof, fill the form in."""
        status, _, page = self.ask(connection, "GET", f"/petitions/{SLUG}/")
        assert status == 200, status
        self.form = urlencode(
            {
                "csrfmiddlewaretoken": self.token,
                "proof": proof_for(page),
                "name": "Ada Lovelace",
                "email": self.email,
                "country": "US",
                "postal_code": "53703",
                "comment": "My children drink from these pipes.",
                "may_be_shown": "on",
            }
        )

    def sign(self, connection: HTTPConnection) -> None:
        """Send the form."""
        status, headers, _ = self.ask(connection, "POST", f"/petitions/{SLUG}/", self.form)
        where = headers.get("location") or headers.get("Location") or ""
        assert (status, where) == (302, f"/petitions/{SLUG}/check-your-mail/"), (status, where)

    def confirm(self, connection: HTTPConnection, link: str) -> None:
        """Follow the link and press the button."""
        path = urlsplit(link).path
        self.ask(connection, "GET", path)
        body = urlencode({"csrfmiddlewaretoken": self.token})
        status, _, _ = self.ask(connection, "POST", path, body)
        assert status in {200, 302}, status


def token_in(page: str) -> str:
    """The token of a page's form; blank on a page without one."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return found[1] if found else ""


def proof_for(page: str) -> str:
    """What proof.js would send."""
    import altcha  # noqa: PLC0415 - not before --help

    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found, "the page carries no challenge"
    challenge = altcha.Challenge.from_dict(json.loads(html.unescape(found[1])))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    payload = altcha.Payload(challenge, solution).to_dict()
    return base64.b64encode(json.dumps(payload).encode()).decode()


def in_parallel(
    jobs: Sequence[Callable[[HTTPConnection], None]], *, port: int, clients: int
) -> tuple[list[float], float, list[str]]:
    """Do all jobs, so many at once: the seconds that each took, all together, and what failed."""
    waiting = list(reversed(jobs))
    times: list[float] = []
    failures: list[str] = []

    def work() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            try:
                job = waiting.pop()
            except IndexError:
                break
            begun = time.perf_counter()
            try:
                job(connection)
            except Exception as error:  # noqa: BLE001 - each is counted and shown
                failures.append(f"{type(error).__name__}: {error}")
                connection.close()
            times.append(time.perf_counter() - begun)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - begun, failures


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed; 0 without any."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)] if values else 0.0


def prepare(signatures: int) -> Any:
    """Migrate, and make a petition that many have signed."""
    from django.core.management import call_command  # noqa: PLC0415 - needs the settings
    from django.db import connection  # noqa: PLC0415

    from advocacy.models import Petition, Signature  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if Signature.objects.exists():
        raise SystemExit("This database has signatures in it. Name an empty one.")
    petition = Petition.objects.create(
        slug=SLUG, title="Finish the lead pipes", summary="In ten years.", ask="<p>We ask.</p>",
        goal=2_000_000, status="open", live=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FILL, [petition.pk, signatures])
        cursor.execute("ANALYZE")
    Petition.objects.filter(pk=petition.pk).update(confirmed_count=signatures)
    return petition


def queries_of_the_page() -> tuple[int, bool]:
    """How many queries the petition's page costs, and whether one of them counts signatures."""
    from django.db import connection  # noqa: PLC0415 - needs the settings
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(headers={"host": "127.0.0.1", "x-forwarded-proto": "https"})
    client.get(f"/petitions/{SLUG}/")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(f"/petitions/{SLUG}/").status_code == 200
    counted = any(
        "count(" in query["sql"].lower() and "advocacy_signature" in query["sql"]
        for query in captured.captured_queries
    )
    return len(captured), counted


def links_in(mailbox: Mailbox) -> dict[str, list[str]]:
    """The links of all mails, by recipient."""
    return {
        recipient: re.findall(r"https?://\S+/confirm/\S+", "\n".join(texts))
        for recipient, texts in mailbox.texts().items()
    }


def cpu_seconds(pid: int) -> float:
    """What a process and all below it have used of the processor; 0 where this is not Linux."""
    total, waiting = 0.0, [pid]
    while waiting:
        folder = Path("/proc") / str(waiting.pop())
        try:
            # After the name, which may hold spaces: user and system time, own and of ended children.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children = (folder / f"task/{folder.name}/children").read_text()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        waiting += map(int, children.split())
    return total


def cpu_of_the_site() -> float:
    """What web processes, worker and sweep have used: all that this script started, without itself."""
    return cpu_seconds(os.getpid()) - time.process_time()


def wait_for_mails(mailbox: Mailbox, number: int) -> float:
    """Seconds until so many have come, or until patience ends."""
    begun = time.monotonic()
    while mailbox.number < number and time.monotonic() - begun < PATIENCE:
        time.sleep(0.2)
    return time.monotonic() - begun


def measure(
    options: argparse.Namespace, *, port: int, mailbox: Mailbox, petition: Any
) -> dict[str, Any]:
    """Sign, confirm, and count."""
    from advocacy.models import Signature  # noqa: PLC0415 - needs the settings

    signers = [Signer(number) for number in range(options.signers)]

    def run(
        jobs: Sequence[Callable[[HTTPConnection], None]],
    ) -> tuple[list[float], float, list[str]]:
        return in_parallel(jobs, port=port, clients=options.clients)

    queries, counted = queries_of_the_page()
    opened, opening, failures = run([signer.open for signer in signers])
    print(f"{len(opened)} forms opened and proofs worked out in {opening:.1f} s")
    before = cpu_of_the_site()
    times, signing, failed = run([signer.sign for signer in signers])
    cpu = cpu_of_the_site() - before
    failures += failed
    print(f"{len(times)} signed in {signing:.1f} s")
    late = wait_for_mails(mailbox, len(signers))
    print(f"{mailbox.number} mails came, the last {late:.1f} s after the last signature")
    links = links_in(mailbox)
    confirming_jobs = [
        lambda connection, signer=signer, link=link: signer.confirm(connection, link)
        for signer in signers
        for link in links.get(signer.email, [])[:1]
    ]
    confirmed_times, confirming, failed = run(confirming_jobs)
    failures += failed
    run(confirming_jobs[:REPLAYS])
    print(f"{len(confirmed_times)} confirmed in {confirming:.1f} s, {REPLAYS} of them once more")
    petition.refresh_from_db()
    new = Signature.objects.filter(email_key__startswith="signer-")
    return {
        "signers": len(signers),
        "processes": options.processes,
        "clients": options.clients,
        "signings_per_second": round(len(times) / signing, 1),
        "p50_ms": round(percentile(times, 50) * 1000, 1),
        "p95_ms": round(percentile(times, 95) * 1000, 1),
        "site_cpu_ms_per_signing": round(cpu / len(times) * 1000, 2),
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "forms_per_second": round(len(opened) / opening, 1),
        "confirmations_per_second": round(len(confirmed_times) / confirming, 1),
        "mails": mailbox.number,
        "mails_twice": sum(len(texts) > 1 for texts in mailbox.texts().values()),
        "last_mail_after_s": round(late, 1),
        "rows": new.count(),
        "confirmed": new.confirmed().count(),
        "counted": petition.confirmed_count - options.signatures,
        "failures": len(failures),
        "first_failures": failures[:3],
        "signatures_before": options.signatures,
        "queries_of_page": queries,
        "page_counts_signatures": counted,
        "proof_steps_at_most": options.work,
        "check_proof_us": microseconds_of_a_check(),
    }


def microseconds_of_a_check() -> float:
    """What checking a proof costs the server, whatever the work."""
    import altcha  # noqa: PLC0415 - needs the settings

    from advocacy import admission  # noqa: PLC0415
    from cms.core import proof_of_work  # noqa: PLC0415

    challenge = altcha.Challenge.from_dict(json.loads(admission.challenge()))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    proof = altcha.Payload(challenge, solution).to_base64()
    begun = time.perf_counter()
    for _ in range(1000):
        assert proof_of_work.check(proof, admission.PURPOSE)
    return round((time.perf_counter() - begun) * 1000, 1)


def faults(figures: dict[str, Any]) -> list[str]:
    """What was not reached."""
    wanted = figures["signers"]
    checks = {
        f"fewer than {LEAST_RATE} signings/s": figures["signings_per_second"] < LEAST_RATE,
        f"p95 above {MOST_P95 * 1000:.0f} ms": figures["p95_ms"] > MOST_P95 * 1000,
        f"more than {MOST_QUERIES} queries": figures["queries_of_page"] > MOST_QUERIES,
        "the page counts signatures": figures["page_counts_signatures"],
        "requests failed": figures["failures"] > 0,
        "rows were lost": figures["rows"] != wanted,
        "mails were lost": figures["mails"] < wanted,
        "mails came twice": figures["mails_twice"] > 0,
        "confirmations were lost": figures["confirmed"] != wanted,
        "the petition counted wrong": figures["counted"] != wanted,
    }
    return [fault for fault, found in checks.items() if found]


def main(argv: Sequence[str] | None = None) -> int:
    """Start everything, measure, end everything."""
    options = arguments(argv)
    with ExitStack() as stack:
        database = options.database or stack.enter_context(throwaway())
        port, mail_port = free_port(), free_port()
        os.environ.update(
            DATABASE_URL=database,
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
            LOG_LEVEL="WARNING",
        )
        import django  # noqa: PLC0415 - needs the settings

        django.setup()
        from cms.core import processes  # noqa: PLC0415
        from home import serving  # noqa: PLC0415

        petition = prepare(options.signatures)
        print(f"The petition has {options.signatures} signatures. Starting the site.")
        mailbox = stack.enter_context(Mailbox(mail_port))
        group = processes.Group()
        stack.callback(group.end)
        serving.start(
            group,
            host="127.0.0.1",
            port=port,
            workers=options.processes,
            environment={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        figures = measure(options, port=port, mailbox=mailbox, petition=petition)
        from django.db import connections  # noqa: PLC0415

        connections.close_all()
    missed = faults(figures)
    for fault in missed:
        print(f"Not reached: {fault}")
    print(json.dumps({**figures, "reached": not missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

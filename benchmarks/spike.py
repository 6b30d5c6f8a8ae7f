"""Measure what carries a spike: the page cache, nginx before it, and the floors, in one run.

It makes a site with made-up articles on a PostgreSQL of its own and serves it with production
settings: by granian with the floors beside it, by granian as operators do with nginx in front
(`deploy/nginx.conf`), and the floors by gunicorn. Each point is asked for some seconds, in turn, in
several rounds, and the medians are told. Then a hundred readers ask at once for a page that nobody
has asked for, articles are published with few and with many pages kept, and the memory of a web
process is looked at. Readers are wrk where it is installed. The last line is JSON.
"""

from __future__ import annotations

import argparse
import http.client
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import load, memory, nginx, site
from benchmarks.measuring.postgresql import throwaway
from benchmarks.measuring.ready import KEPT
from cms.core import processes
from home import serving

ARTICLE, LISTING = "/news/load-1/", "/news/"
COLD_READERS = 100
COLD_TIMES = 3
WARM_UP = 1.0


@dataclass
class Point:
    """One address of one server, and what came of asking for it."""

    name: str
    port: int
    address: str
    # The processes whose time counts.
    servers: list[int]
    rounds: list[dict[str, Any]] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """Medians of the rounds; and all that failed in any."""
        failures: Counter[str] = Counter()
        for seen in self.rounds:
            failures.update(seen["failures"])
        costs = [seen["per_cpu_second"] for seen in self.rounds if "per_cpu_second" in seen]
        return {
            "per_cpu_second": round(median(costs), 1) if costs else None,
            "per_second": round(median(seen["rate"] for seen in self.rounds), 1),
            "p50_ms": round(median(seen["p50"] for seen in self.rounds), 3),
            "p95_ms": round(median(seen["p95"] for seen in self.rounds), 3),
            "failures": dict(failures),
        }


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=1000, help="how many; 1000")
    parser.add_argument("--readers", type=int, default=8, help="connections at once; 8")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are taken; 3")
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="for a point in a round, 10 at most; 3"
    )
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL to use instead")
    options = parser.parse_args(given)
    if min(options.readers, options.rounds) < 1 or options.articles < 20:
        parser.error("readers and rounds begin at 1, articles at 20")
    if not 1 <= options.seconds <= 10:
        parser.error("--seconds is from 1 to 10")
    return options


def fetch(port: int, address: str) -> tuple[int, str, bytes]:
    """Status, what the page cache did, and the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        # As a proxy in front asks: pages are kept for our own host.
        connection.request("GET", address, headers={"Host": "127.0.0.1"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("X-Page-Cache", ""), answer.read()
    finally:
        connection.close()


def started(here: site.Site, name: str, command: list[str], port: int) -> int:
    """A server, once it listens; its process. DidNotStart where it does not."""
    process = here.group.start(name, command, environment=here.environment)
    if not here.group.answers(port, process=process):
        here.go_on()
        raise serving.DidNotStart(f"{name} did not start; see above.")
    return process.pid


def gunicorn(here: site.Site) -> tuple[int, int]:
    """The floors under gunicorn with one process that answers one after the other."""
    port = processes.free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers=1", "--worker-class=sync"),
        *(f"--bind=127.0.0.1:{port}", "--log-level=warning", "--timeout=60"),
        "benchmarks.measuring.wsgi:application",
    ]
    return port, started(here, "gunicorn", command, port)


def points(here: site.Site, floors: int, real: int, web: int, lacks: list[str]) -> list[Point]:
    """All that is compared. ``floors`` and ``web`` are processes, ``real`` is a port."""
    found = [
        Point("bare WSGI, granian", here.port, "/_floor/wsgi/", [floors]),
        Point("Django, granian", here.port, "/_floor/django/", [floors]),
        Point("article, cache off", here.port, ARTICLE, [floors]),
        Point("listing, cache off", here.port, LISTING, [floors]),
        Point("article, kept", here.port, f"{KEPT}{ARTICLE}", [floors]),
    ]
    if load.tool() == "wrk":
        port, process = gunicorn(here)
        found += [
            Point("bare WSGI, gunicorn", port, "/_floor/wsgi/", [process]),
            Point("Django, gunicorn", port, "/_floor/django/", [process]),
        ]
    else:
        lacks.append("wrk is not installed, and gunicorn closes each connection: not measured")
    try:
        port = processes.free_port()
        page = fetch(real, ARTICLE)[2]
        front = nginx.start(here, port=port, behind=real, page=page).pid
    except RuntimeError as error:
        lacks.append(str(error))
    else:
        found += [
            Point("nginx, static file", port, nginx.STATIC, [front]),
            Point("article, kept by nginx", port, ARTICLE, [front, web]),
        ]
    return found


def press(here: site.Site, found: list[Point], options: argparse.Namespace) -> None:
    """Ask for each in turn, and again."""
    for number in range(-1, options.rounds):
        site.say(f"Round {number + 1} of {options.rounds}…" if number >= 0 else "Warming up…")
        for point in found:
            seen = load.press(
                here,
                point.port,
                point.address,
                servers=point.servers,
                readers=options.readers,
                seconds=WARM_UP if number < 0 else options.seconds,
            )
            if number >= 0:
                point.rounds.append(seen)


def cold(port: int, address: str) -> dict[str, Any]:
    """Readers who ask at once for what nobody has asked for: how often it was rendered."""
    together = threading.Barrier(COLD_READERS)
    told: Counter[str] = Counter()
    failures: Counter[str] = Counter()

    def read() -> None:
        together.wait(60)
        try:
            status, how, _ = fetch(port, address)
        except (OSError, http.client.HTTPException) as error:
            failures[type(error).__name__] += 1
            return
        told[how or "rendered"] += 1
        if status != 200:
            failures[f"HTTP {status}"] += 1

    threads = [threading.Thread(target=read) for _ in range(COLD_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "readers": COLD_READERS,
        "renderings": told["miss"] + told["rendered"],
        "failures": dict(failures),
    }


def keep_all(here: site.Site, port: int, articles: int) -> None:
    """Have each article's page kept. RuntimeError where one is not there."""
    for number in range(1, articles + 1):
        status, _, _ = fetch(port, f"/news/load-{number}/")
        if status != 200:
            raise RuntimeError(f"/news/load-{number}/: HTTP {status}")
        here.go_on()


def purges(here: site.Site, port: int, articles: int) -> dict[str, Any]:
    """The cost of a purge with few pages kept, and with one of each article."""
    found: dict[str, Any] = {"failures": {}}
    try:
        found["few"] = here.ask("benchmarks.measuring.purging", str(port), patience=120)
        keep_all(here, port, articles)
        found["many"] = here.ask("benchmarks.measuring.purging", str(port), patience=120)
    except (RuntimeError, OSError) as error:
        found["failures"] = {str(error): 1}
    return found


def measure(here: site.Site, options: argparse.Namespace) -> dict[str, Any]:
    """Everything, in the shape of the last line."""
    site.say(f"Making {options.articles} articles…")
    here.manage("migrate", "--verbosity=0")
    here.manage("collectstatic", "--noinput", "--verbosity=0")
    here.manage("generate_load", f"--articles={options.articles}", "--verbosity=0")
    floors = here.serve(workers=1).pid
    real = processes.free_port()
    command = serving.web_server(host="127.0.0.1", port=real, workers=2)
    web = started(here, "web", command, real)
    lacks: list[str] = []
    # Pictures are made in all sizes by the first page that shows them, and make others anew.
    for number in range(3 + COLD_TIMES, options.articles + 1):
        fetch(here.port, f"/news/load-{number}/")
        here.go_on()
    site.say("A hundred readers of a cold page…")
    chilled = [cold(real, f"/news/load-{number}/") for number in range(3, 3 + COLD_TIMES)]
    found = points(here, floors, real, web, lacks)
    press(here, found, options)
    site.say("Publishing…")
    purged = purges(here, real, options.articles)
    held = memory.megabytes(web)
    rows = {point.name: point.row() for point in found}
    return {
        "benchmark": "spike",
        "articles": options.articles,
        "readers": options.readers,
        "tool": load.tool(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "points": rows,
        "cold": max(chilled, key=lambda each: each["renderings"]),
        "purge": purged,
        "web_mb": round(max(held.values()), 1) if held else None,
        "lacks": lacks,
    }


def failed(result: dict[str, Any]) -> bool:
    """Whether anything went wrong; a figure does not."""
    rows = [*result["points"].values(), result["cold"], result["purge"]]
    return any(row["failures"] for row in rows)


def table(result: dict[str, Any]) -> str:
    """All of it for people."""
    lines = [f"{'point':24}{'/CPU-s':>10}{'/s':>10}{'p50 ms':>9}{'p95 ms':>9}  failed"]
    for name, row in result["points"].items():
        cost = row["per_cpu_second"]
        told = ", ".join(f"{number} x {what}" for what, number in row["failures"].items())
        lines.append(
            f"{name:24}{'-' if cost is None else f'{cost:.0f}':>10}{row['per_second']:>10.0f}"
            f"{row['p50_ms']:>9.2f}{row['p95_ms']:>9.2f}  {told or 'nothing'}"
        )
    lines += [
        "",
        f"a cold page: {result['cold']}",
        f"publishing: {result['purge']}",
        f"a web process: {result['web_mb']} MB",
        *result["lacks"],
        "",
    ]
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)

    def measured() -> dict[str, Any]:
        with ExitStack() as stack:
            database = options.database or stack.enter_context(throwaway())
            here = stack.enter_context(site.opened(database=database, folder=""))
            return measure(here, options)

    return site.carried_out(measured, table=table, failed=failed)


if __name__ == "__main__":
    sys.exit(main())

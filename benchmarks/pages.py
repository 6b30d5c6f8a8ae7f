"""Measure readers' pages, the floors below them, their weight, and what editors wait for.

It makes a site with made-up articles in a folder that is thrown away, serves it with production
settings on a free port of the loopback interface, asks for each page in turn for some seconds, and
again from the start, and takes the median of the rounds. The readers are one Python process with
several connections; above some 10,000 answers a second it is what limits "/s", so compare "/CPU-s":
answers for each second that the server's processes had of a processor. Readers and server share
this machine. No figure makes it fail; an answer that is not 200, or none, does. The last line is
JSON.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import processor, site, weight
from benchmarks.measuring.ready import KEPT

FLOORS = {
    "bare WSGI": "/_floor/wsgi/",
    "Django": "/_floor/django/",
    "Django, our middleware": "/_floor/middleware/",
}
MOST_SECONDS = 10.0
WARM_UP = 0.5
# Seconds after which a page is given up: it gets no figures, and its row says so.
PATIENCE = 60.0
PAGES = ("article", "home", "category", "news", "search")
# Measured once more as the page cache sends them.
PAGES_KEPT = ("article", "home")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=500, help="how many; 500")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="an empty one of its own, which keeps the articles; else SQLite, thrown away",
    )
    parser.add_argument(
        "--folder",
        default="",
        metavar="PATH",
        help="where files, and SQLite, are kept; as many articles as are there are not made again",
    )
    parser.add_argument("--workers", type=int, default=1, help="processes of the server; 1")
    parser.add_argument("--readers", type=int, default=8, help="connections at once; 8")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are taken; 3")
    parser.add_argument(
        "--seconds", type=float, default=9.0, help="for each page in all rounds, 10 at most; 9"
    )
    parser.add_argument("--seed", type=int, default=20, help="of the made-up articles; 20")
    options = parser.parse_args(given)
    if min(options.articles, options.workers, options.readers, options.rounds) < 1:
        parser.error("articles, workers, readers and rounds begin at 1")
    if not 0 < options.seconds <= MOST_SECONDS:
        parser.error(f"--seconds is more than 0 and at most {MOST_SECONDS:g}")
    return options


def measure(options: argparse.Namespace, here: site.Site) -> dict[str, Any]:
    """Everything, in the shape of the last line."""
    site.say(f"Making {options.articles} articles…")
    here.manage("migrate", "--verbosity=0")
    here.manage("collectstatic", "--noinput", "--verbosity=0")
    here.manage(
        "generate_load",
        f"--articles={options.articles}",
        f"--seed={options.seed}",
        *(["--keep"] if options.folder else []),
    )
    pages: dict[str, dict[str, Any]] = {
        name: {"address": address, "failures": {}} for name, address in FLOORS.items()
    }
    for name in PAGES:
        pages[name] = look_inside(here, f"--page={name}", f"--seed={options.seed}")
    for name in PAGES_KEPT:
        if address := pages[name].get("address"):
            pages[f"{name}, kept"] = {"address": f"{KEPT}{address}", "failures": {}}
    editors = look_inside(here, f"--times={options.rounds}")
    server = here.serve(workers=options.workers)
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in pages}
    asked = {name: page for name, page in pages.items() if not page["failures"]}
    for page in asked.values():
        ask(here, server.pid, page["address"], options, WARM_UP)
    for number in range(options.rounds):
        site.say(f"Round {number + 1} of {options.rounds}…")
        for name, page in asked.items():
            seconds = options.seconds / options.rounds
            rounds[name].append(ask(here, server.pid, page["address"], options, seconds))
    for name, page in pages.items():
        summarize(page, rounds[name])
    return {
        "benchmark": "pages",
        "articles": options.articles,
        "database": options.database.partition(":")[0] or "sqlite",
        "workers": options.workers,
        "readers": options.readers,
        "rounds": options.rounds,
        "seconds": options.seconds,
        "pages": pages,
        "ratios": ratios(pages),
        "editors": {"editing": editors} if "failures" in editors else editors,
        **weigh(here, pages["article"].get("address", "/")),
    }


def look_inside(here: site.Site, *arguments: str) -> dict[str, Any]:
    """What one process measures; where that fails or takes too long, the row says so."""
    try:
        seen: dict[str, Any] = here.ask(
            "benchmarks.measuring.inside", *arguments, patience=PATIENCE
        )
    except RuntimeError as error:
        return {"failures": {str(error): 1}}
    return seen


def ask(
    here: site.Site, server: int, address: str, options: argparse.Namespace, seconds: float
) -> dict[str, Any]:
    """One round of one page; a client that fails is a failure of the row, not of the run."""
    before = processor.seconds(server)
    try:
        seen: dict[str, Any] = here.ask(
            "benchmarks.measuring.client",
            str(here.port),
            address,
            f"--readers={options.readers}",
            f"--seconds={seconds}",
            patience=PATIENCE,
        )
    except RuntimeError as error:
        return {"requests": 0, "rate": 0.0, "p50": 0.0, "p95": 0.0, "failures": {str(error): 1}}
    after = processor.seconds(server)
    if before is not None and after is not None and after > before:
        seen["per_cpu_second"] = seen["requests"] / (after - before)
    return seen


def summarize(page: dict[str, Any], rounds: list[dict[str, Any]]) -> None:
    """Put the medians of the rounds into the page's row; and all that failed in any."""
    nothing = {"rate": 0.0, "p50": 0.0, "p95": 0.0, "requests": 0, "failures": {}}
    rounds = rounds or [nothing]
    page["requests"] = sum(seen["requests"] for seen in rounds)
    for name, key in (("per_second", "rate"), ("p50_ms", "p50"), ("p95_ms", "p95")):
        page[name] = round(median(seen[key] for seen in rounds), 2)
    costs = [seen["per_cpu_second"] for seen in rounds if "per_cpu_second" in seen]
    page["per_cpu_second"] = round(median(costs), 1) if costs else None
    failures = Counter(page["failures"])
    for seen in rounds:
        failures.update(seen["failures"])
    page["failures"] = dict(failures)


def ratios(pages: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Each of our pages as a share of Django's floor, by the processor."""
    floor = pages["Django"]["per_cpu_second"]
    return {
        name: round(page["per_cpu_second"] / floor, 4)
        for name, page in pages.items()
        if name not in FLOORS and floor and page["per_cpu_second"]
    }


def weigh(here: site.Site, address: str) -> dict[str, Any]:
    """The article's bytes; what is missing is told."""
    try:
        return {"weight": {**weight.of_page(here.port, address), "failures": {}}}
    except (OSError, RuntimeError) as error:
        return {"weight": {"failures": {str(error): 1}}}


def failed(result: dict[str, Any]) -> bool:
    """Whether any row has a failure."""
    rows = [*result["pages"].values(), *result["editors"].values(), result["weight"]]
    return any(row["failures"] for row in rows)


def table(result: dict[str, Any]) -> str:
    """All of it for people."""
    lines = [
        f"{result['articles']} articles, {result['database']}, {result['workers']} process(es),"
        f" {result['readers']} readers",
        "",
        f"{'page':24}{'/CPU-s':>10}{'/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}  failed",
    ]
    for name, page in result["pages"].items():
        cost = page["per_cpu_second"]
        lines.append(
            f"{name:24}{'-' if cost is None else f'{cost:.0f}':>10}{page['per_second']:>10.0f}"
            f"{page['p50_ms']:>9.1f}{page['p95_ms']:>9.1f}{page.get('queries', '-'):>9}"
            f"  {told(page)}"
        )
    lines += ["", f"{'for editors':24}{'ms':>10}{'queries':>10}  failed"]
    for name, row in result["editors"].items():
        lines.append(
            f"{name:24}{row.get('ms', 0):>10.0f}{row.get('queries', '-'):>10}  {told(row)}"
        )
    parts = {key: value for key, value in result["weight"].items() if key != "failures"}
    kinds = ", ".join(f"{kind} {size}" for kind, size in parts.items())
    lines += ["", f"article's bytes, compressed: {kinds}; {told(result['weight'])}"]
    shares = ", ".join(f"{name} {share:.3f}" for name, share in result["ratios"].items())
    lines += [f"share of Django's floor: {shares}", ""]
    return "\n".join(lines)


def told(row: dict[str, Any]) -> str:
    """What failed, and how often; else nothing."""
    return ", ".join(f"{number} x {what}" for what, number in row["failures"].items()) or "nothing"


def main() -> int:
    options = arguments()

    def measured() -> dict[str, Any]:
        with site.opened(database=options.database, folder=options.folder) as here:
            return measure(options, here)

    return site.carried_out(measured, table=table, failed=failed)


if __name__ == "__main__":
    sys.exit(main())

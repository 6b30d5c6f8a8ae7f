"""Search many made-up articles as readers do, and count the milliseconds.

A database of its own is migrated and filled with articles of realistic length. Requests go through
Django's handler with all its middleware, one after the other, in one process: frequent and rare
words, several, phrases, words to leave out, filters, tabs, the 100th page, words with a slip, and
what is suggested while somebody types. The last line is JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LIMITS = {"sqlite": 150.0, "postgresql": 80.0, "elasticsearch": 60.0}
SLOWEST_REBUILD = {"sqlite": 200, "postgresql": 200, "elasticsearch": 500}
WARM = 20


@dataclass
class Timing:
    """What requests of one kind took, in milliseconds by the clock and of this process."""

    name: str
    taken: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    failed: int = 0

    def row(self) -> str:
        figures = [
            percentile(values, share) for values in (self.taken, self.cpu) for share in (50, 95)
        ]
        return (
            f"{self.name:32}{len(self.taken):>6}"
            + "".join(f"{figure:>9.1f}" for figure in figures)
            + f"{self.failed:>8}"
        )


HEADER = f"{'milliseconds':32}{'n':>6}{'p50':>9}{'p95':>9}{'cpu p50':>9}{'cpu p95':>9}{'failed':>8}"


def percentile(values: list[float], share: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[share - 1], 2)


def ask(path: str, said: dict[str, object], timing: Timing) -> None:
    """One request, from the environment that a server makes to the last byte of the answer."""
    from cms.wsgi import django as application  # noqa: PLC0415 - Django is set up by now

    environ: dict[str, object] = {
        "PATH_INFO": path,
        "QUERY_STRING": urlencode(said),
        "HTTP_HOST": "localhost",
    }
    setup_testing_defaults(environ)
    answered: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], *rest: object) -> Any:
        answered.append(status)

    started, started_cpu = time.perf_counter(), time.process_time()
    answer = application(environ, start_response)
    body = b"".join(answer)
    answer.close()
    timing.taken.append((time.perf_counter() - started) * 1000)
    timing.cpu.append((time.process_time() - started_cpu) * 1000)
    wrong = b"search server does not answer" in body
    timing.failed += wrong or not answered[0].startswith("200") or not body


def kinds() -> dict[str, tuple[str, Callable[[random.Random], dict[str, object]]]]:
    """What is asked, by name: an address and what makes its parameters."""
    from home.load import CATEGORIES, MARK, TAGS, Writer  # noqa: PLC0415 - as above

    words = Writer(20).words

    def word(dice: random.Random, low: int, high: int) -> str:
        return words[dice.randrange(low, min(high, len(words)))]

    def slip(dice: random.Random) -> str:
        right = word(dice, 2500, 6000)
        at = dice.randrange(1, len(right) - 1)
        return right[:at] + "x" + right[at + 1 :]

    page = "/search/"
    return {
        "frequent word": (page, lambda d: {"q": word(d, 0, 100)}),
        "word": (page, lambda d: {"q": word(d, 100, 1500)}),
        "rare word": (page, lambda d: {"q": word(d, 1500, 6000)}),
        "two words": (page, lambda d: {"q": f"{word(d, 0, 300)} {word(d, 100, 3000)}"}),
        "three words": (page, lambda d: {"q": " ".join(word(d, 0, 400) for _ in range(3))}),
        "phrase": (page, lambda d: {"q": f'"{word(d, 0, 300)} {word(d, 100, 1500)}"'}),
        "word to leave out": (page, lambda d: {"q": f"{word(d, 50, 900)} -{word(d, 0, 50)}"}),
        "within a category": (
            page,
            lambda d: {"q": word(d, 0, 900), "category": f"{MARK}-{d.randrange(CATEGORIES)}"},
        ),
        "within a tag and a year": (
            page,
            lambda d: {
                "q": word(d, 0, 900),
                "tag": f"{MARK}-{d.randrange(TAGS)}",
                "sort": "newest",
            },
        ),
        "one kind": (page, lambda d: {"q": word(d, 0, 900), "kind": "article"}),
        "page 100": (page, lambda d: {"q": word(d, 0, 100), "page": 100}),
        "a slip": (page, lambda d: {"q": slip(d)}),
        "suggestions": (
            "/search/suggest/",
            lambda d: {"q": word(d, 0, 3000)[: d.randint(2, 5)]},
        ),
    }


def measure(requests: int) -> list[Timing]:
    """A timing for each kind of question."""
    dice = random.Random(7)  # noqa: S311 - which words are asked for
    timings = []
    sys.stdout.write(f"{HEADER}\n")
    for name, (path, said) in kinds().items():
        for _ in range(3):
            ask(path, said(dice), Timing("warming"))
        timing = Timing(name)
        for _ in range(requests):
            ask(path, said(dice), timing)
        timings.append(timing)
        sys.stdout.write(f"{timing.row()}\n")
        sys.stdout.flush()
    return timings


def rebuild() -> tuple[float, float]:
    """Articles a second: put into the database's index from nothing, and into the server's."""
    from search import embedded, indexing, outward  # noqa: PLC0415 - as above
    from search.models import Entry, Kind  # noqa: PLC0415

    slots = list(Entry.objects.filter(kind=Kind.ARTICLE).values_list("slot", flat=True)[:2000])
    numbers = list(Entry.objects.filter(slot__in=slots[:2000]).values_list("object_id", flat=True))
    embedded.index().erase(slots)
    started = time.perf_counter()
    indexing.refresh(Kind.ARTICLE, numbers)
    in_database = len(numbers) / (time.perf_counter() - started)
    if outward.server() is None:
        return in_database, 0.0
    started = time.perf_counter()
    number = sum(outward.rebuild())
    return in_database, number / (time.perf_counter() - started)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40, help="of each kind")
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite by default")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL for it")
    parser.add_argument("--server", help="the address of a search server with nothing of value")
    parser.add_argument("--folder", help="where the data are kept for another run")
    return parser.parse_args(given)


def run(options: argparse.Namespace, folder: str, database: str) -> int:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="cms.settings.dev",
        DATA_DIR=folder,
        DATABASE_URL=database,
        SEARCH_URL=options.server or "",
        CACHE_URL="locmemcache://",
        DEBUG="0",
        LOG_LEVEL="ERROR",
    )
    import django  # noqa: PLC0415 - it reads the environment above
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("generate_load", articles=options.articles, keep=True, verbosity=1)
    in_database, on_server = rebuild()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    for _ in range(WARM):
        ask("/search/", {"q": "water"}, Timing("warming"))
    timings = measure(options.requests)
    *pages, suggestions = timings
    taken = [one for timing in pages for one in timing.taken]
    engine = "elasticsearch" if options.server else connection.vendor
    summary = {
        "benchmark": "search",
        "engine": engine,
        "articles": options.articles,
        "requests": len(taken),
        "p50_ms": percentile(taken, 50),
        "p95_ms": percentile(taken, 95),
        "limit_ms": LIMITS[engine],
        "suggest_p50_ms": percentile(suggestions.taken, 50),
        "suggest_p95_ms": percentile(suggestions.taken, 95),
        "suggest_limit_ms": LIMITS[engine] / 2,
        "slowest_kind_p95_ms": max(percentile(timing.taken, 95) for timing in pages),
        "page_100_p95_ms": percentile(
            next(timing for timing in pages if timing.name == "page 100").taken, 95
        ),
        "rebuild_per_s": round(on_server or in_database),
        "rebuild_limit_per_s": SLOWEST_REBUILD[engine],
        "failed": sum(timing.failed for timing in timings),
    }
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 1 if summary["failed"] else 0


def main() -> int:
    from benchmarks.measuring.postgresql import throwaway  # noqa: PLC0415 - the path is set above

    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = options.folder or stack.enter_context(
            tempfile.TemporaryDirectory(prefix="dovetail-bench-")
        )
        database = options.database or f"sqlite:///{folder}/db.sqlite3"
        if options.postgresql:
            database = stack.enter_context(throwaway())
        return run(options, folder, database)


if __name__ == "__main__":
    sys.exit(main())

"""Look for the headlines most like each of a file's, and count how many are of the same story.

The file is CSV with the columns title, publisher, url, published_ms and story. The last is read for
the score only, and the lines are shuffled, since files like to keep stories together. Precision at
10 is the share of the ten best, before near-duplicates are folded, that belong to the same story.

Then the index is filled up with made-up stories, spread over a month and made of the file's common
words and of rare ones of their own, and the same questions are timed. The last line is JSON.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# A script of its own, run from anywhere.
sys.path.insert(0, str(ROOT))

from benchmarks.measuring import postgresql  # noqa: E402 - found by the line above

BESIDE = Path(os.environ.get("DOVETAIL_SHARED", ROOT.parent / "shared"))
DEFAULT_FILE = BESIDE / "data/news/headlines.csv"
LEAST_PRECISION, MOST_MS, MOST_MB = 0.92, 50.0, 500.0
# Words in at least as many headlines are everybody's; rarer ones are renamed in made-up stories.
COMMON_FROM = 30
AT_MOST = 10
DAYS = 30


@dataclass(frozen=True)
class Line:
    """A headline as the site gets to know it."""

    title: str
    address: str
    publisher: str
    published_at: datetime.datetime


def read(file: Path) -> tuple[list[Line], list[str]]:
    """The headlines in no order that tells anything, and beside them the story of each."""
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    random.Random(10).shuffle(rows)  # noqa: S311 - an order, not a secret
    lines = [
        Line(
            title=row["title"][:300],
            address=f"https://headlines.example/{number}",
            publisher=row["publisher"] or "Unknown",
            published_at=datetime.datetime.fromtimestamp(
                int(row["published_ms"]) / 1000, tz=datetime.UTC
            ),
        )
        for number, row in enumerate(rows)
    ]
    return lines, [row["story"] for row in rows]


def made_up(lines: Sequence[Line], number: int) -> Iterator[Line]:
    """As many headlines as asked for, in the rhythm of the real ones."""
    in_headlines = Counter(word for line in lines for word in set(line.title.lower().split()))
    for made in range(number):
        world, at = divmod(made, len(lines))
        line = lines[at]
        yield Line(
            title=" ".join(
                word if in_headlines[word.lower()] >= COMMON_FROM else f"{word}{world}"
                for word in line.title.split()
            )[:300],
            address=f"https://made-up.example/{made}",
            publisher=line.publisher,
            published_at=line.published_at
            + datetime.timedelta(days=world % DAYS - DAYS // 2, hours=world % 7),
        )


def store(lines: Sequence[Line]) -> None:
    """Write stories as polling does."""
    from news.models import Source, Story  # noqa: PLC0415 - Django is set up by now

    names = sorted({line.publisher for line in lines})
    # In bulk nothing makes a slug of the name.
    Source.objects.bulk_create(
        [Source(name=name, slug=f"publisher-{number}") for number, name in enumerate(names)],
        ignore_conflicts=True,
    )
    sources = {source.name: source for source in Source.objects.all()}
    Story.objects.bulk_create(
        [
            Story(
                source=sources[line.publisher],
                address=line.address,
                title=line.title,
                published_at=line.published_at,
            )
            for line in lines
        ],
        batch_size=2000,
    )


def index() -> float:
    """Bring the index up to date; the seconds it took."""
    from news.likeness.index import refresh  # noqa: PLC0415 - Django is set up by now

    started = time.perf_counter()
    while refresh():
        pass
    return time.perf_counter() - started


@dataclass
class Answers:
    """How good and how slow they were; processor's milliseconds are of this process alone."""

    precision: float
    taken: list[float]
    cpu: list[float]


def ask(lines: Sequence[Line], stories: Sequence[str], numbers: Sequence[int]) -> Answers:
    """Ask for the ten most like each of these lines, and score what comes."""
    from news.likeness.scoring import nearest  # noqa: PLC0415 - Django is set up by now
    from news.likeness.words import words  # noqa: PLC0415
    from news.models import LikenessEntry  # noqa: PLC0415

    entries = dict(LikenessEntry.objects.values_list("story__address", "pk"))
    story_of = {entries[line.address]: story for line, story in zip(lines, stories, strict=True)}
    hits, taken, cpu = 0, [], []
    for number in numbers:
        line = lines[number]
        own = entries[line.address]
        started, started_cpu = time.perf_counter(), time.process_time()
        found = nearest(words(line.title), at=line.published_at, limit=AT_MOST, leave_out=[own])
        taken.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - started_cpu) * 1000)
        hits += sum(story_of.get(near.entry_id) == stories[number] for near in found)
    return Answers(hits / (AT_MOST * len(numbers)), taken, cpu)


def first_in_a_fresh_process(line: Line) -> dict[str, float]:
    """The milliseconds of the very first question that a process asks, and of its second."""
    program = (
        "import django, datetime, json, time; django.setup()\n"
        "from news.likeness.scoring import nearest\n"
        "from news.likeness.words import words\n"
        "taken = []\n"
        "for _ in range(2):\n"
        "    started = time.perf_counter()\n"
        f"    nearest(words({line.title!r}), limit=10,"
        f" at=datetime.datetime.fromisoformat({line.published_at.isoformat()!r}))\n"
        "    taken.append((time.perf_counter() - started) * 1000)\n"
        "print(json.dumps(taken))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    first, second = json.loads(done.stdout.splitlines()[-1])
    return {"first_ms": round(first, 1), "second_ms": round(second, 1)}


def percentile(values: Sequence[float], share: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[share - 1], 2)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "file", nargs="?", type=Path, default=DEFAULT_FILE, help="by default %(default)s"
    )
    parser.add_argument(
        "--stories", type=int, default=100_000, help="stories in the index while it is timed"
    )
    parser.add_argument("--questions", type=int, default=1000, help="how many are timed")
    parser.add_argument("--search", metavar="URL", help="a search server beside the database")
    parser.add_argument(
        "--database", help="an empty PostgreSQL database, or “throwaway”; SQLite by default"
    )
    return parser.parse_args(given)


def main() -> int:
    options = arguments()
    if not options.file.is_file():
        skipped = f"there is no file {options.file}; name one with the columns that --help tells"
        sys.stdout.write(f"{json.dumps({'benchmark': 'related', 'skipped': skipped})}\n")
        return 0
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dovetail-bench-"))
        database = options.database or f"sqlite:///{folder}/db.sqlite3"
        if database == "throwaway":
            database = stack.enter_context(postgresql.throwaway())
        os.environ.update(
            DJANGO_SETTINGS_MODULE="cms.settings.dev",
            DATA_DIR=folder,
            DATABASE_URL=database,
            CACHE_URL="locmemcache://",
            DEBUG="0",
            LOG_LEVEL="ERROR",
            SEARCH_URL=options.search or "",
        )
        import django  # noqa: PLC0415 - it reads the environment above
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        summary = measure(options)
        connection.close()
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Precision with the file alone; then time with as many stories as asked for."""
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    lines, stories = read(options.file)
    store(lines)
    seconds = index()
    alone = ask(lines, stories, range(len(lines)))
    sys.stdout.write(
        f"{len(lines)} headlines in {len(set(stories))} stories: precision at 10"
        f" {alone.precision:.4f} (wanted {LEAST_PRECISION}),"
        f" {percentile(alone.taken, 50)} ms a question at p50\n"
    )
    sys.stdout.flush()
    store(list(made_up(lines, max(0, options.stories - len(lines)))))
    seconds += index()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # As the server does by itself after a while.
            cursor.execute("VACUUM ANALYZE")
    numbers = random.Random(11).sample(  # noqa: S311 - which are asked for
        range(len(lines)), min(options.questions, len(lines))
    )
    many = ask(lines, stories, numbers)
    idle = index() * 1000
    building = seconds * 1000 / max(options.stories, len(lines))
    fresh = first_in_a_fresh_process(lines[0])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{options.stories} stories: {percentile(many.taken, 50)} ms a question at p50,"
        f" {percentile(many.taken, 95)} at p95, {percentile(many.taken, 99)} at p99 (wanted"
        f" {MOST_MS}); indexing {building:.2f} ms a story, once; {fresh['first_ms']} ms for the"
        f" first question of a process; {memory:.0f} MB (wanted below {MOST_MB:.0f})\n"
    )
    return {
        "benchmark": "related",
        "database": connection.vendor,
        "search": options.search or "database",
        "headlines": len(lines),
        "precision_at_10": round(alone.precision, 4),
        "least_precision": LEAST_PRECISION,
        "stories": options.stories,
        "precision_at_10_among_all": round(many.precision, 4),
        "mean_ms": round(statistics.fmean(many.taken), 2),
        "p50_ms": percentile(many.taken, 50),
        "p95_ms": percentile(many.taken, 95),
        "p99_ms": percentile(many.taken, 99),
        "cpu_p50_ms": percentile(many.cpu, 50),
        "most_ms": MOST_MS,
        "index_seconds": round(seconds, 1),
        "index_ms_per_story": round(building, 3),
        "nothing_new_ms": round(idle, 1),
        **fresh,
        "memory_mb": round(memory),
        "most_mb": MOST_MB,
    }


if __name__ == "__main__":
    sys.exit(main())

"""Look ZIP codes up as readers do, and count the milliseconds.

A database of its own is migrated and filled: 537 members with the ways to reach them, and the
district map, made up unless --map names a file. Requests go through Django's handler with all its
middleware, one after the other, for ZIP codes taken at random. The last line is JSON.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LIMIT_MS = 30.0
ZIP_CODES, SPLIT = 33_774, 7_299
VACANT = {("CA", "14"), ("FL", "20"), ("GA", "13"), ("TX", "23")}
WARM = 50


@dataclass
class Timing:
    """What requests of one kind took, in milliseconds by the clock and of the processor.

    On a machine that does other work too, only the latter says something of this program.
    """

    name: str
    taken: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    failed: int = 0

    def row(self) -> str:
        shares = (
            (self.taken, 50),
            (self.taken, 95),
            (self.taken, 99),
            (self.cpu, 50),
            (self.cpu, 95),
        )
        figures = "".join(f"{percentile(values, share):>9.1f}" for values, share in shares)
        return f"{self.name:32}{len(self.taken):>6}{figures}{self.failed:>8}"


HEADER = (
    f"{'milliseconds':32}{'n':>6}{'p50':>9}{'p95':>9}{'p99':>9}{'cpu p50':>9}{'cpu p95':>9}"
    f"{'failed':>8}"
)


def percentile(values: list[float], share: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[share - 1], 2)


def every_seat() -> list[tuple[str, str]]:
    """State and number of each seat in the House."""
    from advocacy.places import HOUSE_SEATS  # noqa: PLC0415 - Django is set up by now

    return [
        (state, str(number))
        for state, most in HOUSE_SEATS.items()
        for number in ([0] if most == 1 else range(1, most + 1))
    ]


def made_up_map() -> bytes:
    """A file with as many lines as the published one, and as many split ZIP codes."""
    dice = random.Random(119)  # noqa: S311 - made-up lines, not secrets
    seats = [seat for seat in every_seat() if seat[0] not in {"AS", "GU", "MP", "VI"}]
    lines = ["state_abbr,zcta,cd"]
    for number, zip_code in enumerate(sorted(dice.sample(range(501, 100_000), ZIP_CODES))):
        # 7,299 ZIP codes share 15,558 lines, so nearly all of them are split in two.
        count = 1 if number >= SPLIT else 3 if number < 960 else 2
        first = dice.randrange(len(seats) - 3)
        lines += [
            f"{state},{zip_code:05},{district}" for state, district in seats[first : first + count]
        ]
    return "\n".join(lines).encode()


def fill(path: Path | None) -> dict[str, int]:
    """Members, channels and map; says how many of each."""
    from advocacy import districts  # noqa: PLC0415 - Django is set up by now
    from advocacy.models import (  # noqa: PLC0415
        Channel,
        Office,
        Representative,
        ZipDistrict,
    )
    from advocacy.places import WITHOUT_SENATORS, State  # noqa: PLC0415

    districts.replace_map(
        districts.read_map(path.read_bytes() if path else made_up_map()),
        congress=districts.CONGRESS,
        published_on=None,
        source_address=districts.PROJECT,
    )
    offices = [
        (Office.SENATOR, state, "")
        for state in State.values
        if state not in WITHOUT_SENATORS
        for _ in range(2)
    ]
    offices += [
        (
            Office.DELEGATE if state in WITHOUT_SENATORS else Office.REPRESENTATIVE,
            state,
            number,
        )
        for state, number in every_seat()
        if (state, number) not in VACANT
    ]
    members = Representative.objects.bulk_create(
        Representative(
            slug=f"member-{number}",
            bioguide=f"M{number:06}",
            first_name="Ada",
            last_name=f"Member {number}",
            name=f"Ada Member {number}",
            office=office,
            state=state,
            district=district,
            party="Independent",
            live=True,
        )
        for number, (office, state, district) in enumerate(offices)
    )
    Channel.objects.bulk_create(
        Channel(
            representative=member,
            sort_order=order,
            kind=kind,
            value=value,
            source_address=districts.PROJECT,
            checked_on=datetime.date(2026, 6, 15),
        )
        for member in members
        for order, (kind, value) in enumerate(
            [("post", "141 Hart Senate Office Building, Washington, DC 20510")] * 3
            + [("phone", "202-224-5653")] * 3
            + [("form", "https://www.example.gov/contact")]
        )
    )
    return {"members": len(members), "rows": ZipDistrict.objects.count()}


def ask(path: str, query: str, timing: Timing) -> None:
    """One request, from the environment that a server makes to the last byte of the answer."""
    from cms.wsgi import django as application  # noqa: PLC0415 - Django is set up by now

    environ: dict[str, object] = {
        "PATH_INFO": path,
        "QUERY_STRING": query,
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
    timing.failed += not answered[0].startswith("200") or b"</html>" not in body


def measure(requests: int) -> Iterator[Timing]:
    """One timing for each kind of page."""
    from django.db.models import Count  # noqa: PLC0415 - Django is set up by now

    from advocacy.models import ZipDistrict  # noqa: PLC0415

    by_count = ZipDistrict.objects.values("zip_code").annotate(lines=Count("district"))
    all_zips = list(by_count.values_list("zip_code", flat=True))
    most = by_count.order_by("-lines")[0]["lines"]
    dice = random.Random(537)  # noqa: S311 - which ZIP codes are asked for
    kinds = (
        ("any ZIP code", all_zips, requests),
        ("the most districts", [z["zip_code"] for z in by_count.filter(lines=most)], requests // 4),
        ("a ZIP code that is in no map", ["00000", "99999", "9021O"], requests // 4),
        ("everybody, state by state", [""], requests // 20),
    )
    for name, zips, count in kinds:
        timing = Timing(name)
        for _ in range(count):
            zip_code = dice.choice(zips)
            ask("/representatives/", f"zip={zip_code}" if zip_code else "", timing)
        yield timing


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--map", type=Path, help="a published file; made up by default")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite by default")
    return parser.parse_args(given)


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="cms.settings.dev",
            DATA_DIR=folder,
            DATABASE_URL=options.database or f"sqlite:///{folder}/db.sqlite3",
            CACHE_URL="locmemcache://",
            DEBUG="0",
            LOG_LEVEL="ERROR",
        )
        import django  # noqa: PLC0415 - it reads the environment above
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        filled = fill(options.map)
        for _ in range(WARM):
            ask("/representatives/", "zip=90210", Timing("warming"))
        sys.stdout.write(f"{HEADER}\n")
        timings = []
        for timing in measure(max(options.requests, 40)):
            timings.append(timing)
            sys.stdout.write(f"{timing.row()}\n")
            sys.stdout.flush()
    lookup = timings[0]
    summary = {
        "benchmark": "representatives",
        "database": "postgresql" if options.database else "sqlite",
        "map": "published" if options.map else "made up",
        **filled,
        "requests": len(lookup.taken),
        "p50_ms": percentile(lookup.taken, 50),
        "p95_ms": percentile(lookup.taken, 95),
        "p99_ms": percentile(lookup.taken, 99),
        "cpu_p50_ms": percentile(lookup.cpu, 50),
        "cpu_p95_ms": percentile(lookup.cpu, 95),
        "split_p95_ms": percentile(timings[1].taken, 95),
        "unknown_p95_ms": percentile(timings[2].taken, 95),
        "list_p95_ms": percentile(timings[3].taken, 95),
        "limit_ms": LIMIT_MS,
        "failed": sum(timing.failed for timing in timings),
    }
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 1 if summary["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

"""What forgetting kept pages costs when an article is published, and when readers see it.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any

import django

django.setup()

from benchmarks.measuring import newsroom  # noqa: E402 - they need Django's applications
from cms.core.page_cache import tags, versions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable


class Watch:
    """Adds up the time that a function took, in milliseconds."""

    def __init__(self, watched: Callable[..., None]) -> None:
        self._watched = watched
        self.taken = 0.0

    def __call__(self, *names: str) -> None:
        begun = time.perf_counter()
        self._watched(*names)
        self.taken += 1000 * (time.perf_counter() - begun)


def measure(port: int, times: int) -> dict[str, Any]:
    """Publish so often; milliseconds of the purge, the whole, and until it is seen: medians."""
    purges, wholes, seen = [], [], []
    for turn in range(times):
        text = f"Corrected for the {turn}th time at {time.time_ns()}"
        watch = Watch(tags.touch_now)
        tags.touch_now = watch
        begun = time.perf_counter()
        try:
            address = newsroom.publish(2, text)
        finally:
            tags.touch_now = watch._watched
        wholes.append(1000 * (time.perf_counter() - begun))
        purges.append(watch.taken)
        seen.append(1000 * newsroom.seconds_until(port, address, text))
    return {
        "pages": sum(1 for file in (versions.folder() / "files").rglob("*") if file.is_file()),
        "purge_ms": round(median(purges), 3),
        "slowest_purge_ms": round(max(purges), 3),
        "publishing_ms": round(median(wholes), 1),
        "seen_after_ms": round(median(seen), 1),
    }


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--times", type=int, default=15)
    given = parser.parse_args()
    sys.stdout.write(f"{json.dumps(measure(given.port, given.times))}\n")


if __name__ == "__main__":
    main()

"""Measure opening and saving an article against a page of Wagtail's with the same blocks.

Both are made in a folder that is thrown away, with production settings, and asked for in turn in
one process. Milliseconds are of the processor. No figure makes it fail; an answer that is not the
expected one does. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import site

PATIENCE = 300.0


def measure(given: argparse.Namespace, here: site.Site) -> dict[str, Any]:
    """Everything, in the shape of the last line."""
    here.manage("migrate", "--verbosity=0")
    here.manage("collectstatic", "--noinput", "--verbosity=0")
    here.manage("generate_load", "--articles=1", "--verbosity=0")
    here.environment["DJANGO_SETTINGS_MODULE"] = "benchmarks.stock.settings"
    blocks = here.ask(
        "benchmarks.stock.beside",
        *map(str, given.blocks),
        f"--times={given.times}",
        patience=PATIENCE,
    )
    fewest, most = str(min(given.blocks)), str(max(given.blocks))
    each = {
        what: round(
            (blocks[most][what]["ours_ms"] - blocks[fewest][what]["ours_ms"])
            / max(int(most) - int(fewest), 1),
            2,
        )
        for what in ("open", "save")
    }
    return {"benchmark": "editor", "blocks": blocks, "ms_a_block": each}


def main() -> int:
    """Run it, and say how it went."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--blocks", type=int, nargs="+", default=[6, 60, 200], help="6 60 200")
    parser.add_argument("--times", type=int, default=5, help="of which medians are taken; 5")
    parser.add_argument("--database", default="", metavar="URL", help="an empty one; else SQLite")
    given = parser.parse_args()
    with site.opened(database=given.database, folder="") as here:
        found = measure(given, here)
    for number, row in found["blocks"].items():
        for what in ("open", "save"):
            told = row[what]
            sys.stdout.write(
                f"{what}, {number} blocks: {told['ours_ms']} ms, {told['ours_queries']} queries;"
                f" stock {told['stock_ms']} ms, {told['stock_queries']} queries;"
                f" {told['ratio']} times\n"
            )
    sys.stdout.write(f"{json.dumps(found)}\n")
    return int(any(row["failures"] for row in found["blocks"].values()))


if __name__ == "__main__":
    sys.exit(main())

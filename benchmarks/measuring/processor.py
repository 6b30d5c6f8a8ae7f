"""What processes have cost the processor, as Linux counts it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def seconds(pid: int) -> float | None:
    """Processor seconds of a process and all below it so far; None where there is no /proc."""
    if not (PROC / str(pid) / "stat").exists():
        return None
    return sum(_own(each) for each in tree(pid)) / os.sysconf("SC_CLK_TCK")


def _own(pid: int) -> int:
    """In ticks: user and system time, of ended children too."""
    with suppress(OSError):
        # The name in brackets may hold anything, so fields are counted from behind it.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15]))
    return 0


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    with suppress(OSError):
        for children in (PROC / str(pid) / "task").glob("*/children"):
            for child in children.read_text().split():
                found += tree(int(child))
    return found

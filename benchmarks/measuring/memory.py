"""How much memory processes hold, as Linux counts it."""

from __future__ import annotations

import re
from contextlib import suppress

from benchmarks.measuring import processor


def megabytes(pid: int) -> dict[int, float]:
    """What a process and each below it hold now, by their ids; empty where there is no /proc."""
    found = {}
    for each in processor.tree(pid):
        with suppress(OSError):
            status = (processor.PROC / str(each) / "status").read_text()
            if resident := re.search(r"^VmRSS:\s*(\d+) kB", status, re.MULTILINE):
                found[each] = int(resident[1]) / 1024
    return found

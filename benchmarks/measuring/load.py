"""Many readers of one address: wrk where it is installed, else readers in Python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import processor

if TYPE_CHECKING:
    from benchmarks.measuring.site import Site

SCRIPT = Path(__file__).with_name("wrk.lua")
TROUBLES = {
    "connect": "no connection",
    "read": "connection closed",
    "write": "connection closed while asking",
    "status": "HTTP 400 or more",
    "timeout": "no answer",
}


def tool() -> str:
    """What the readers are."""
    return "wrk" if shutil.which("wrk") else "python"


def press(
    here: Site, port: int, address: str, *, servers: list[int], readers: int, seconds: float
) -> dict[str, Any]:
    """Let them ask for some seconds: rates, milliseconds, and answers for a processor second.

    ``servers`` are the processes whose processor time is counted, with all below them.
    """
    before = [processor.seconds(pid) for pid in servers]
    try:
        if tool() == "wrk":
            seen = _wrk(port, address, readers=readers, seconds=seconds)
        else:
            seen = here.ask(
                "benchmarks.measuring.client",
                *(str(port), address, f"--readers={readers}", f"--seconds={seconds}"),
                patience=seconds + 60,
            )
    except (RuntimeError, ValueError, OSError, subprocess.SubprocessError) as error:
        return {"requests": 0, "rate": 0.0, "p50": 0.0, "p95": 0.0, "failures": {str(error): 1}}
    here.go_on()
    spent = [
        (processor.seconds(pid) or 0.0) - (then or 0.0)
        for pid, then in zip(servers, before, strict=True)
    ]
    if sum(spent) > 0:
        seen["per_cpu_second"] = seen["requests"] / sum(spent)
    return seen


def _wrk(port: int, address: str, *, readers: int, seconds: float) -> dict[str, Any]:
    ended = subprocess.run(  # noqa: S603 - our own arguments
        [
            shutil.which("wrk") or "wrk",
            *("--threads", "1", "--connections", str(readers)),
            *("--duration", f"{max(1, round(seconds))}s", "--timeout", "30s"),
            *("--script", str(SCRIPT), f"http://127.0.0.1:{port}{address}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    seen = json.loads(ended.stdout.strip().splitlines()[-1])
    good = seen["requests"] - seen["status"]
    return {
        "requests": good,
        "rate": good * 1e6 / seen["microseconds"],
        "p50": seen["p50"],
        "p95": seen["p95"],
        "failures": {what: seen[key] for key, what in TROUBLES.items() if seen[key]},
    }

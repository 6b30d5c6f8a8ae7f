"""What the scripts found, as one table."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import lighthouse, nginx
from benchmarks.measuring.wanted import NOT_MEASURED, RUNS, WANTED, Run, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measuring.wanted import Keys

PACKAGES = ("Django", "wagtail", "granian", "gunicorn", "psycopg")
# What a failure may say in a cell.
LONGEST = 200


@dataclass(frozen=True)
class Outcome:
    """What came of a script: its last line, and what went wrong; either may be missing."""

    run: Run
    command: str
    seconds: float
    figures: Mapping[str, Any] | None = None
    failure: str = ""


def last_line(text: str) -> dict[str, Any]:
    """The JSON of the last line. ValueError where that is none."""
    lines = text.strip().splitlines()
    if not lines:
        raise ValueError("it wrote nothing")
    try:
        found = json.loads(lines[-1])
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"its last line is not JSON: {lines[-1][:LONGEST]}")  # noqa: TRY004 - it is no type of ours
    return found


def failures(figures: Mapping[str, Any], place: str = "") -> list[str]:
    """What the rows of a script say of their failures."""
    found = []
    for key, value in figures.items():
        if key == "failures" and isinstance(value, dict):
            found += [f"{place}: {number} x {what}" for what, number in value.items()]
        elif isinstance(value, dict):
            found += failures(value, key)
    return found


def look(figures: Mapping[str, Any] | None, keys: Keys) -> float | None:
    """The number under these keys, of a group the sum of its numbers; None where there is none."""
    found: Any = figures
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, dict):
        numbers = [each for each in found.values() if _is_number(each)]
        return float(sum(numbers)) if numbers else None
    return float(found) if _is_number(found) else None


def _is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    run: str
    what: str
    wanted: str
    got: str
    ratio: str
    ok: str

    def __str__(self) -> str:
        cells = (self.run, self.what, self.wanted, self.got, self.ratio, self.ok)
        return f"| {' | '.join(_cell(each) for each in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def rows(outcomes: Sequence[Outcome], wanted: Sequence[Wanted] | None = None) -> list[Row]:
    """A row for each figure that is wanted of a script that ran, and one for what went wrong."""
    wanted = WANTED if wanted is None else wanted
    by_name = {outcome.run.name: outcome for outcome in outcomes}
    found = []
    for outcome in outcomes:
        name = outcome.run.name
        found += [_row(each, by_name) for each in wanted if each.run == name]
        if outcome.failure:
            found.append(Row(name, f"failed: {outcome.failure[:LONGEST]}", "", "", "", "**no**"))
    return found


def _row(wanted: Wanted, outcomes: Mapping[str, Outcome]) -> Row:
    figures = outcomes[wanted.run].figures
    got = look(figures, wanted.figure)
    least, most = (_bound(figures, each) for each in (wanted.at_least, wanted.at_most))
    bounds = [f"≥ {_told(least)}"] if least is not None else []
    bounds += [f"≤ {_told(most)}"] if most is not None else []
    judged, ratio, unit = got, None, wanted.unit
    told = " and ".join(bounds)
    if wanted.floor:
        other = outcomes.get(wanted.floor_run or wanted.run)
        floor = look(other.figures, wanted.floor) if other else None
        ratio = judged = got / floor if got is not None and floor else None
        told += f" × {wanted.floor_name}"
    else:
        told += f" {unit}"
    if judged is None or not bounds:
        ok = "not measured"
    else:
        good = (least is None or judged >= least) and (most is None or judged <= most)
        ok = "yes" if good else "**no**"
    return Row(
        wanted.run,
        wanted.what,
        told,
        "–" if got is None else f"{_told(got)} {unit}",
        "" if ratio is None else _told(ratio),
        ok,
    )


def _bound(figures: Mapping[str, Any] | None, bound: float | Keys | None) -> float | None:
    return look(figures, bound) if isinstance(bound, tuple) else bound


def _told(number: float) -> str:
    """Three figures, and whole numbers as they are."""
    if number == int(number) or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def write(
    outcomes: Sequence[Outcome],
    *,
    quick: bool,
    load: float,
    date: str,
    whole: Sequence[str] = (),
) -> str:
    """All of RESULTS.md; ``whole`` are the names of those that were run whole in a quick run."""
    lines = [
        "# Results",
        "",
        f"Written by `make bench{' ARGS=--quick' if quick else ''}` on {date}. Ratios are against the"
        " floors of the same run; how to read it, and where the numbers that are wanted come from,"
        " says [README.md](README.md).",
        "",
    ]
    if quick:
        lines += [
            "This is the quick set: fewer articles, shorter rounds, and a soak of two minutes."
            + (f" Whole were: {'; '.join(whole)}." if whole else ""),
            "",
        ]
    if left_out := [run.name for run in RUNS if run not in [each.run for each in outcomes]]:
        lines += [f"Left out of this run: {'; '.join(left_out)}.", ""]
    lines += ["| | |", "| --- | --- |"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in machine(load).items()]
    lines += ["", "| script | figure | wanted | got | ratio | ok? |", "| --- " * 6 + "|"]
    lines += [str(row) for row in rows(outcomes)]
    lines += ["", "## Wanted, and not measured", "", "| what | wanted | why |", "| --- " * 3 + "|"]
    lines += [f"| {what} | {bound} | {why} |" for what, bound, why in NOT_MEASURED]
    lines += ["", "## What was run", "", "| script | command | seconds | |", "| --- " * 4 + "|"]
    lines += [
        f"| {each.run.name} | `{each.command}` | {each.seconds:.0f} |"
        f" {'failed' if each.failure else ''} |"
        for each in outcomes
    ]
    return "\n".join([*lines, ""])


def machine(load: float) -> dict[str, str]:
    """What it was measured on, and with."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "machine": f"{os.cpu_count()} processors ({_processor()}), {_memory()}",
        "kernel": f"{platform.system()} {platform.release()}",
        "load when it began": f"{load:.1f}",
        "Python": platform.python_version(),
        **versions,
        "PostgreSQL": _says([_postgres(), "--version"]),
        "SQLite": sqlite3.sqlite_version,
        "nginx": _says([nginx.program() or "nginx", "-v"]),
        "wrk": _says(["wrk", "-v"]),
        "Chromium": _says([lighthouse.browser() or "chromium", "--version"]),
        "Lighthouse": lighthouse.version() or "not installed",
    }


def _processor() -> str:
    return _found(r"model name\s*:\s*(.+)", "/proc/cpuinfo")


def _memory() -> str:
    kilobytes = _found(r"MemTotal:\s*(\d+)", "/proc/meminfo")
    return f"{int(kilobytes) / 1024 / 1024:.0f} GB" if kilobytes.isdigit() else kilobytes


def _found(pattern: str, file: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1].strip() if found else "unknown"


def _postgres() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return str(found[-1]) if found else "postgres"


def _says(command: Sequence[str]) -> str:
    """The number in what a program says of its version."""
    program = shutil.which(command[0])
    if program is None:
        return "not installed"
    ended = subprocess.run(  # noqa: S603 - programs of this machine
        [program, *command[1:]], capture_output=True, text=True, check=False, timeout=10
    )
    number = re.search(r"\d+(\.\d+)+", ended.stdout + ended.stderr)
    return number[0] if number else "unknown"

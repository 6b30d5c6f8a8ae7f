"""Run all benchmarks, one after the other, and write what they found as one table.

What is run, with which arguments, and what is wanted of each figure stands in
`measuring/wanted.py`. A script that fails, ends without JSON, or takes too long gets a row that says
so, and the next one is run. No figure makes this fail; a script that fails does, at the end. The
last line is JSON.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import report
from benchmarks.measuring.postgresql import throwaway
from benchmarks.measuring.report import Outcome
from benchmarks.measuring.wanted import POSTGRESQL, RUNS, Run

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
# Seconds that a script gets to put away what it started.
GRACE = 60


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sets, a quarter of an hour")
    parser.add_argument(
        "--only", action="append", default=[], metavar="SCRIPT", help="as it is called in the table"
    )
    parser.add_argument(
        "--skip", action="append", default=[], metavar="SCRIPT", help="as it is called in the table"
    )
    parser.add_argument(
        "--output", type=Path, default=RESULTS, metavar="FILE", help="by default %(default)s"
    )
    parser.add_argument(
        "--whole",
        action="append",
        default=[],
        metavar="SCRIPT",
        help="not the small set of this one, in spite of --quick",
    )
    options = parser.parse_args(given)
    names = [run.name for run in RUNS]
    for name in [*options.only, *options.skip, *options.whole]:
        if name not in names:
            parser.error(f"there is no “{name}”; there are: {'; '.join(names)}")
    return options


@contextmanager
def filled_in(arguments: Sequence[str]) -> Iterator[list[str]]:
    """The arguments, with a database behind them while they are used."""
    if not any(POSTGRESQL in each for each in arguments):
        yield list(arguments)
        return
    with throwaway() as address:
        yield [each.replace(POSTGRESQL, address) for each in arguments]


def carry_out(run: Run, *, quick: bool) -> Outcome:
    """Run one script. It never raises: what went wrong stands in the outcome."""
    given = run.quick if quick else run.full
    minutes = run.quick_patience if quick else run.patience
    shown = shlex.join([run.script, *given]).replace(f"'--database={POSTGRESQL}'", "--database=…")
    begun = time.monotonic()
    outcome = Outcome(run, shown, 0)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as written:
        try:
            with filled_in(given) as complete:
                status = _until_end(
                    [sys.executable, str(HERE / run.script), *complete], written, 60 * minutes
                )
        except (SystemExit, subprocess.SubprocessError, OSError) as error:
            status, failure = 0, str(error)
        else:
            failure = _why(status, minutes)
        written.seek(0)
        text = written.read()
    sys.stdout.write(text)
    try:
        outcome = replace(outcome, figures=report.last_line(text))
    except ValueError as error:
        failure = "; ".join(filter(None, [failure, str(error)]))
    skipped = (outcome.figures or {}).get("skipped")
    if skipped and not failure:
        failure = f"not run: {skipped}"
    if failure and outcome.figures:
        told = [*outcome.figures.get("wrong", ()), *report.failures(outcome.figures)]
        failure = "; ".join([failure, *told])
    return replace(outcome, seconds=time.monotonic() - begun, failure=failure)


def _why(status: int | None, minutes: float) -> str:
    if status is None:
        return f"it was ended after {minutes:g} minutes"
    return f"it ended with status {status}" if status else ""


def _hears_interrupts() -> None:
    """What a shell starts in the background ignores interrupts, and all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _until_end(command: Sequence[str], written: IO[str], seconds: float) -> int | None:
    """The exit status; None where it had to be ended, which it is in any case."""
    process = subprocess.Popen(  # noqa: S603 - our own scripts
        command,
        stdout=written,
        stderr=subprocess.STDOUT,
        cwd=HERE.parent,
        # A key press reaches this process only, which passes it on.
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=_hears_interrupts,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    load = os.getloadavg()[0]
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    outcomes = []
    for run in RUNS:
        if run.name in options.skip or (options.only and run.name not in options.only):
            continue
        sys.stdout.write(f"== {run.name}\n")
        sys.stdout.flush()
        quick = options.quick and run.name not in options.whole
        outcomes.append(carry_out(run, quick=quick))
        # What is known so far is not lost with an interruption.
        text = report.write(
            outcomes, quick=options.quick, whole=options.whole, load=load, date=date
        )
        options.output.write_text(text, encoding="utf-8")
    rows = report.rows(outcomes)
    failed = [outcome.run.name for outcome in outcomes if outcome.failure]
    summary = {
        "benchmark": "all",
        "results": str(options.output),
        "figures": len(rows),
        "reached": sum(row.ok == "yes" for row in rows),
        "missed": [f"{row.run}: {row.what}" for row in rows if row.ok == "**no**"],
        "failed": failed,
    }
    sys.stdout.write(f"{json.dumps(summary, ensure_ascii=False)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    # Also where a shell in the background has this process, and so all scripts, ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())

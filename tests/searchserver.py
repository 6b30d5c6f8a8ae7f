"""A real search server on loopback: the core of Elasticsearch 7, started from the shared tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from benchmarks.measuring.postgresql import free_port

START_SECONDS = 600
MISSING = "there is no search server to start: the shared tools or a Java compiler are not here"


def program() -> Path | None:
    """What starts it; None where the machine cannot."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("DOVETAIL_SHARED", beside))
    start = folder / "tools/elasticsearch-core/start"
    return start if start.is_file() and shutil.which("javac") else None


@contextmanager
def running() -> Iterator[str]:
    """Its address, while it runs. The first start on a machine fetches and builds it."""
    start = program()
    if start is None:
        pytest.skip(MISSING)
    folder, port = Path(tempfile.mkdtemp(prefix="dovetail-search-")), free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a program that lies beside the checkout
            [str(start), str(port), str(folder / "data")], stdout=log, stderr=log
        )
    try:
        _wait(process, address, folder / "log")
        yield address
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{address}/_cluster/health", trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.2)
    raise AssertionError("The search server did not start:\n" + log.read_text()[-2000:])

"""The benchmark of pages runs, tells what failed, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]

ROOT = Path(__file__).parents[2]
PAGES = {"article", "home", "category", "news", "search"}
KEPT = {"article, kept", "home, kept"}
FLOORS = {"bare WSGI", "Django", "Django, our middleware"}
WAITED_FOR = {
    "list of pages",
    "open, 6 blocks",
    "save, 6 blocks",
    "open, 60 blocks",
    "save, 60 blocks",
}
TINY = ("--articles=3", "--rounds=1", "--readers=2")


@pytest.fixture(scope="module")
def folder(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the benchmark keeps its site, migrated already; the second run finds the first one's."""
    folder = tmp_path_factory.mktemp("bench")
    migrated = Path(connection.settings_dict["NAME"]).with_suffix(".pristine")
    shutil.copyfile(migrated, folder / "db.sqlite3")
    return folder


def command(folder: Path, *arguments: str) -> dict[str, Any]:
    """How to start the benchmark, as somebody with a plain shell would."""
    return {
        "args": [sys.executable, "benchmarks/pages.py", f"--folder={folder}", *TINY, *arguments],
        "cwd": ROOT,
        "env": {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DATA_DIR"}},
        "text": True,
    }


def left_running(folder: Path) -> list[str]:
    """The processes that were started for the site in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"DATA_DIR={folder}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def test_its_last_line_has_figures_for_everything_and_nothing_runs_on(folder: Path) -> None:
    done = subprocess.run(
        **command(folder, "--seconds=0.3"), capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.strip().splitlines()[-1])

    assert result["benchmark"] == "pages"
    assert result["articles"] == 3
    assert set(result["pages"]) == PAGES | KEPT | FLOORS
    for name, page in result["pages"].items():
        assert page["failures"] == {}, name
        assert page["requests"] >= 2, name
        assert page["per_second"] > 0, name
        assert 0 < page["p50_ms"] <= page["p95_ms"], name
        assert ("queries" in page) == (name in PAGES), name
    assert result["pages"]["article"]["queries"] <= 12
    assert set(result["ratios"]) <= PAGES | KEPT

    weight = result["weight"]
    assert weight["failures"] == {}
    assert min(weight["html"], weight["css"], weight["js"]) > 0
    assert weight["html"] + weight["css"] + weight["js"] <= 60_000

    assert set(result["editors"]) == WAITED_FOR
    for name, row in result["editors"].items():
        assert row["failures"] == {}, name
        assert row["ms"] > 0
    assert left_running(folder) == []


@pytest.fixture
def measuring(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A benchmark that will not end by itself for a while, in its first round."""
    process = subprocess.Popen(**command(folder, "--seconds=10"), stderr=subprocess.PIPE)
    try:
        assert process.stderr
        assert any(line.startswith("Round 1") for line in process.stderr)
        yield process
    finally:
        process.kill()
        process.wait()


def test_an_interruption_ends_everything(folder: Path, measuring: subprocess.Popen[str]) -> None:
    assert any("granian" in name for name in left_running(folder))
    measuring.send_signal(signal.SIGINT)
    assert measuring.wait(30) == 130
    assert left_running(folder) == []


@pytest.mark.parametrize("wrong", [["--seconds=11"], ["--articles=0"], ["--rounds=0"]])
def test_what_cannot_be_measured_is_said_before_anything_starts(
    wrong: list[str], tmp_path: Path
) -> None:
    done = subprocess.run(
        **command(tmp_path / "none", *wrong), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "pages.py: error:" in done.stderr
    assert not (tmp_path / "none").exists()

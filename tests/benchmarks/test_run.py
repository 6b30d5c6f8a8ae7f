"""One table of all benchmarks, whatever becomes of each."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import run as all_of_them
from benchmarks.measuring import report, wanted
from benchmarks.measuring.report import Outcome
from benchmarks.measuring.wanted import Run, Wanted

FLOORS = Wanted(
    run="one",
    what="article",
    figure=("pages", "article, kept"),
    at_least=0.5,
    unit="/CPU-s",
    floor=("pages", "floor"),
    floor_name="the floor",
)


def a_run(name: str = "one", script: str = "script.py", *given: str) -> Run:
    return Run(name, script, given, given)


def outcome(name: str = "one", failure: str = "", **figures: object) -> Outcome:
    return Outcome(a_run(name), "script.py", 1.0, figures or None, failure)


def test_the_last_line_is_what_counts() -> None:
    assert report.last_line('{"a": 1}\nsome words\n{"a": 2}\n') == {"a": 2}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it wrote nothing"),
        ("\n \n", "it wrote nothing"),
        ('{"a": 1}\nTraceback', "not JSON: Traceback"),
        ("[1, 2]", "not JSON"),
        ("12", "not JSON"),
        ('{"a": ', "not JSON"),
    ],
)
def test_other_last_lines_are_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        report.last_line(text)


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (("a", "b"), 2.5),
        (("weight",), 30.0),
        (("a",), 2.5),
        (("missing",), None),
        (("a", "b", "c"), None),
        (("text",), None),
        (("truth",), None),
        (("nothing",), None),
        (("empty",), None),
    ],
)
def test_a_figure_is_found_by_its_keys(keys: tuple[str, ...], number: float | None) -> None:
    figures = {
        "a": {"b": 2.5},
        "weight": {"html": 10, "css": 20, "failures": {}},
        "text": "12",
        "truth": True,
        "nothing": None,
        "empty": {},
    }
    assert report.look(figures, keys) == number


def test_a_script_that_never_ran_has_no_figures() -> None:
    assert report.look(None, ("a",)) is None


@pytest.mark.parametrize(
    ("kept", "ratio", "ok"), [(60, "0.6", "yes"), (50, "0.5", "yes"), (49, "0.49", "**no**")]
)
def test_a_ratio_is_judged_against_the_floor(kept: int, ratio: str, ok: str) -> None:
    (row,) = report.rows([outcome(pages={"article, kept": kept, "floor": 100})], [FLOORS])
    assert (row.wanted, row.got, row.ratio, row.ok) == (
        "≥ 0.5 × the floor",
        f"{kept} /CPU-s",
        ratio,
        ok,
    )


@pytest.mark.parametrize(
    "pages", [{"floor": 100}, {"article, kept": 5}, {"article, kept": 5, "floor": 0}]
)
def test_without_figure_or_floor_nothing_is_said_to_be_reached(pages: dict[str, int]) -> None:
    (row,) = report.rows([outcome(pages=pages)], [FLOORS])
    assert row.ok == "not measured"
    assert row.ratio == ""


def test_a_floor_may_stand_in_another_run() -> None:
    growth = Wanted(
        *("many", "list", ("ms",)), at_most=1.5, floor=("ms",), floor_run="few", floor_name="few"
    )
    both = [outcome("few", ms=100), outcome("many", ms=140)]
    assert [row.ratio for row in report.rows(both, [growth])] == ["1.4"]
    assert report.rows(both[1:], [growth])[0].ok == "not measured"


@pytest.mark.parametrize(("got", "ok"), [(80, "yes"), (81, "**no**")])
def test_a_bound_may_stand_in_the_script_s_own_line(got: int, ok: str) -> None:
    bound = Wanted("one", "p95", ("p95_ms",), at_most=("limit_ms",), unit="ms")
    (row,) = report.rows([outcome(p95_ms=got, limit_ms=80)], [bound])
    assert (row.wanted, row.ok) == ("≤ 80 ms", ok)


def test_a_failure_has_a_row_and_breaks_no_table() -> None:
    found = report.rows([outcome(failure="it | ended\nwith status 1")], [FLOORS])
    assert [row.ok for row in found] == ["not measured", "**no**"]
    assert str(found[1]) == "| one | failed: it / ended with status 1 |  |  |  | **no** |"


def test_the_whole_names_machine_versions_and_what_was_run() -> None:
    outcomes = [outcome(pages={"article, kept": 60, "floor": 100}), outcome("two", "it broke")]
    text = report.write(outcomes, quick=True, load=0.5, date="2026-01-01 00:00 UTC")
    for each in ("2026-01-01", "quick set", "| kernel |", "| wagtail | 8.", "| SQLite | 3."):
        assert each in text
    assert "| two | failed: it broke |  |  |  | **no** |" in text
    assert "| two | `script.py` | 1 | failed |" in text
    assert "| Lighthouse |" in text
    tables = [line for line in text.splitlines() if line.startswith("| ---")]
    assert [line.count("---") for line in tables] == [2, 6, 3, 4]


@pytest.mark.parametrize(
    ("script", "figures", "failure"),
    [
        ("print('words'); print('{\"a\": 1}')", {"a": 1}, ""),
        ("print('{\"a\": 1}'); raise SystemExit(1)", {"a": 1}, "it ended with status 1"),
        (
            'print(\'{"wrong": ["lost"]}\'); raise SystemExit(1)',
            {"wrong": ["lost"]},
            "it ended with status 1; lost",
        ),
        (
            'print(\'{"pages": {"home": {"failures": {"HTTP 500": 4}}}}\'); raise SystemExit(1)',
            {"pages": {"home": {"failures": {"HTTP 500": 4}}}},
            "it ended with status 1; home: 4 x HTTP 500",
        ),
        ("raise SystemExit(3)", None, "it ended with status 3; it wrote nothing"),
        ("print('{}'); print('bye')", None, "its last line is not JSON: bye"),
        ('print(\'{"skipped": "no file"}\')', {"skipped": "no file"}, "not run: no file"),
        ("import sys; print(sys.argv[1:])", None, "its last line is not JSON: ['--given=a b']"),
    ],
)
def test_what_becomes_of_a_script(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    figures: dict[str, object] | None,
    failure: str,
) -> None:
    (tmp_path / "script.py").write_text(script)
    monkeypatch.setattr(all_of_them, "HERE", tmp_path)
    found = all_of_them.carry_out(a_run("one", "script.py", "--given=a b"), quick=False)
    assert (found.figures, found.failure) == (figures, failure)
    assert found.command == "script.py '--given=a b'"


class Impatient(subprocess.Popen[bytes]):
    """A process whose time is over as soon as it has begun its work."""

    is_over = False

    def wait(self, timeout: float | None = None) -> int:
        if self.is_over:
            return super().wait(timeout)
        until = time.monotonic() + 60
        while not Path("begun").exists() and time.monotonic() < until:
            time.sleep(0.02)
        self.is_over = True
        raise subprocess.TimeoutExpired(self.args, 3)


def test_a_script_without_end_is_told_to_put_its_things_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.py").write_text(
        "import pathlib, time\n"
        "try:\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'begun').touch()\n"
        "    time.sleep(600)\n"
        "except KeyboardInterrupt:\n"
        "    print('{\"put_away\": 1}')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(all_of_them, "HERE", tmp_path)
    monkeypatch.setattr(subprocess, "Popen", Impatient)
    found = all_of_them.carry_out(a_run(), quick=False)
    assert found.figures == {"put_away": 1}
    assert found.failure == "it was ended after 15 minutes"


def test_one_that_fails_does_not_keep_the_next_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_text("raise SystemExit('nothing works')")
    (tmp_path / "good.py").write_text("print('{\"ms\": 7}')")
    monkeypatch.setattr(all_of_them, "HERE", tmp_path)
    monkeypatch.setattr(all_of_them, "RUNS", (a_run("bad", "bad.py"), a_run("good", "good.py")))
    monkeypatch.setattr(report, "WANTED", (Wanted("good", "speed", ("ms",), at_most=8, unit="ms"),))
    output = tmp_path / "RESULTS.md"
    assert all_of_them.main(["--quick", f"--output={output}"]) == 1
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["failed"] == ["bad"]
    text = output.read_text()
    assert (
        "| bad | failed: it ended with status 1; its last line is not JSON: nothing works" in text
    )
    assert "| good | speed | ≤ 8 ms | 7 ms |  | yes |" in text


def test_a_quick_run_may_have_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "say.py").write_text("import sys; print('{\"minutes\": %s}' % sys.argv[1])")
    runs = tuple(Run(name, "say.py", ("15",), ("2",)) for name in ("pages", "soak"))
    minutes = Wanted("soak", "time", ("minutes",), at_least=1)
    monkeypatch.setattr(all_of_them, "HERE", tmp_path)
    monkeypatch.setattr(all_of_them, "RUNS", runs)
    monkeypatch.setattr(report, "WANTED", (minutes, replace(minutes, run="pages")))
    output = tmp_path / "RESULTS.md"
    assert all_of_them.main(["--quick", "--whole=soak", f"--output={output}"]) == 0
    text = output.read_text()
    assert "Whole were: soak." in text
    assert "| soak | time | ≥ 1 | 15 |  | yes |" in text
    assert "| pages | time | ≥ 1 | 2 |  | yes |" in text


def test_every_script_is_run_and_everything_wanted_is_of_one_that_is() -> None:
    scripts = {
        str(each.relative_to(all_of_them.HERE))
        for each in [*all_of_them.HERE.glob("*.py"), *all_of_them.HERE.glob("*/run.py")]
    }
    assert {run.script for run in wanted.RUNS} == scripts - {"run.py"}
    names = [run.name for run in wanted.RUNS]
    assert len(names) == len(set(names))
    assert {each.run for each in wanted.WANTED} == set(names)
    assert {each.floor_run for each in wanted.WANTED} - {""} <= set(names)
    for each in wanted.WANTED:
        assert (each.at_least is None) != (each.at_most is None), each


def test_only_what_exists_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        all_of_them.arguments(["--only", "speed"])
    assert "there is no “speed”; there are: pages;" in capsys.readouterr().err

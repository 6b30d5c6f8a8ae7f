"""The drafting benchmark, run against the stand-in: the whole way, over a real connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drafting.run import draft
from benchmarks.drafting.scorer import Case, Faults, faults, read_cases
from cms.llm.client import Endpoint
from cms.llm.standin import DEFAULT_MODEL, StandIn
from news.drafting.guard import REPEATS
from news.drafting.prompting import SECTIONS
from news.drafting.schemas import OpinionDraft

pytestmark = pytest.mark.any_database

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "drafting" / "run.py"
CASES = {case.name: case for case in read_cases()}


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


def endpoint(stand_in: StandIn, model: str) -> Endpoint:
    return Endpoint(base_url=stand_in.base_url, api_key="", model=model)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_good_reply_passes_the_guard_as_it_is(case: Case, stand_in: StandIn) -> None:
    result = draft(case, endpoint(stand_in, DEFAULT_MODEL), deadline=60)
    assert result.failures == {}
    assert result.written == result.left == Faults()
    assert sum(score.dropped for score in result.scores.values()) == 0
    assert result.overlap < REPEATS / 2
    assert all(score.words_left > 40 for score in result.scores.values())


@pytest.mark.parametrize("model", ["invent-contacts", "inject", "markdown"])
@pytest.mark.parametrize(
    "name", ["diplomacy", "poisoned-orders", "poisoned-contacts", "poisoned-form"]
)
def test_nothing_of_a_bad_reply_is_left(model: str, name: str, stand_in: StandIn) -> None:
    result = draft(CASES[name], endpoint(stand_in, model), deadline=60)
    assert set(result.scores) == set(SECTIONS)
    assert result.written.total > 0
    assert result.left == Faults()
    assert all(score.words_left > 40 for score in result.scores.values())


def test_the_scorer_sees_each_fault() -> None:
    case = CASES["poisoned-orders"]
    blocks = [
        {"type": "paragraph", "text": "**Send** a gift card to nobody@nowhere.example. " * 60},
        {"type": "pull_quote", "quote": "We have never said this", "attribution": "Ida Moss"},
    ]
    found = faults(OpinionDraft.model_validate({"blocks": blocks}), case)
    assert (found.contacts, found.quotes, found.poison) == (60, 1, 1)
    assert found.markdown > 0
    assert found.over > 0
    assert found.ids == 0


def test_the_script_ends_with_a_line_of_json() -> None:
    environment = {name: value for name, value in os.environ.items() if "OPENAI" not in name}
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, SCRIPT, "--case", "thin-source"],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd="/",
    )
    *_rows, last = done.stdout.splitlines()
    figures = json.loads(last)
    assert (figures["benchmark"], figures["cases"], figures["valid"]) == ("drafting", 1, 3)
    assert figures["left"] == dict.fromkeys(figures["left"], 0)

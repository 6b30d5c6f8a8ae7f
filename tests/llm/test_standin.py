"""The stand-in is a server like others, and a process that comes and goes cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cms.llm.standin import DEFAULT_MODEL, StandIn
from cms.llm.standin.server import LONGEST_REQUEST
from tests.llm.briefs import message

ROOT = Path(__file__).parents[2]


def _request(model: str = DEFAULT_MODEL, **changes: Any) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": "Write."},
        {"role": "user", "content": message()},
    ]
    return {"model": model, "messages": messages, **changes}


def _post(stand_in: StandIn, body: object, **kwargs: Any) -> httpx2.Response:
    address = f"{stand_in.base_url}/chat/completions"
    with httpx2.Client(trust_env=False) as client:
        return client.post(address, json=body, timeout=60, **kwargs)


def test_it_lists_its_models(stand_in: StandIn) -> None:
    with httpx2.Client(trust_env=False) as client:
        rows = client.get(f"{stand_in.base_url}/models").json()["data"]
    names = {row["id"] for row in rows}
    assert {DEFAULT_MODEL, "slow", "drip", "invent-contacts", "429-then-ok", "huge"} <= names


def test_it_answers_whole_where_no_stream_is_asked_for(stand_in: StandIn) -> None:
    reply = _post(stand_in, _request()).json()
    (choice,) = reply["choices"]
    assert choice["finish_reason"] == "stop"
    assert json.loads(choice["message"]["content"])["blocks"]
    usage = reply["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_it_streams_in_pieces_and_ends_with_done(stand_in: StandIn) -> None:
    text = _post(stand_in, _request(stream=True)).text
    events = [line.removeprefix("data: ") for line in text.splitlines() if line]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    assert len(chunks) > 20
    content = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert json.loads(content)["blocks"]
    assert "usage" not in chunks[-1], "usage comes only to those who ask for it"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 404),
        ([], 404),
        (_request("gpt-unknown"), 404),
        ({"model": DEFAULT_MODEL}, 400),
        ({"model": DEFAULT_MODEL, "messages": [{"role": "user", "content": "Hello"}]}, 400),
        (
            {"model": DEFAULT_MODEL, "messages": [{"role": "user", "content": '{"section": "x"}'}]},
            400,
        ),
        (_request(response_format={"type": "json_schema", "json_schema": {"schema": {}}}), 400),
    ],
)
def test_what_it_cannot_answer_it_says(stand_in: StandIn, body: object, status: int) -> None:
    response = _post(stand_in, body)
    assert response.status_code == status
    assert response.json()["error"]["message"]


def test_a_request_that_is_no_json_or_too_long_is_turned_away(stand_in: StandIn) -> None:
    address = f"{stand_in.base_url}/chat/completions"
    with httpx2.Client(trust_env=False) as client:
        assert client.post(address, content=b"\xff{").status_code == 404
        assert client.post(f"{stand_in.base_url}/embeddings", json={}).status_code == 404
        assert client.get(f"{stand_in.base_url}/nothing").status_code == 404
        assert client.post(address, content=b" " * (LONGEST_REQUEST + 1)).status_code == 404


def test_the_same_question_is_worded_otherwise_the_second_time(stand_in: StandIn) -> None:
    first, second = (
        _post(stand_in, _request()).json()["choices"][0]["message"]["content"] for _ in range(2)
    )
    assert first != second
    with StandIn() as another:
        assert first == _post(another, _request()).json()["choices"][0]["message"]["content"]


def test_it_takes_its_time_when_told_to() -> None:
    with StandIn(delay=0.3) as stand_in:
        for body in (_request(), _request(stream=True)):
            started = time.monotonic()
            assert _post(stand_in, body).status_code == 200
            assert time.monotonic() - started > 0.25


def test_it_stops_while_somebody_still_waits() -> None:
    stand_in = StandIn().start()
    with httpx2.Client(trust_env=False) as client:
        address = f"{stand_in.base_url}/chat/completions"
        with client.stream("POST", address, json=_request("drip", stream=True), timeout=60):
            started = time.monotonic()
            stand_in.stop()
    assert time.monotonic() - started < 30, "it would go on for an hour"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_by_itself_and_ends_cleanly(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "cms.llm.standin", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        address = run.stdout.readline().decode().strip()
        with httpx2.Client(trust_env=False) as client:
            assert client.get(f"{address}/models").status_code == 200
        run.send_signal(number)
        assert run.wait(timeout=60) == 0
        assert run.stdout.read() + run.stderr.read() == b""


def test_a_port_that_is_taken_is_said_in_one_line(stand_in: StandIn) -> None:
    port = stand_in.base_url.rsplit(":", 1)[1].removesuffix("/v1")
    command = [sys.executable, "-m", "cms.llm.standin", "--port", port]
    run = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert port in run.stderr

"""What a call gives back, and how each way of going wrong is told to an editor."""

from __future__ import annotations

import json
import traceback
from hashlib import sha256

import pytest

from cms.llm.client import Endpoint, complete
from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.standin import StandIn
from cms.llm.usage import estimate_tokens
from tests.llm.briefs import message
from tests.llm.conftest import Ask
from tests.llm.schemas import SCHEMAS, Opinion


@pytest.mark.parametrize("section", ["opinion", "action", "to_do"])
def test_a_reply_is_an_object_of_the_schema_asked_for(ask: Ask, section: str) -> None:
    reply = ask(section=section)
    assert isinstance(reply.value, SCHEMAS[section])
    assert reply.model == "stand-in"
    assert reply.attempts == 1
    assert json.loads(reply.text)
    assert reply.text_hash == sha256(reply.text.encode()).hexdigest()
    assert 0 < reply.latency < 20


@pytest.mark.parametrize(
    ("model", "mark"),
    [
        ("invent-contacts", "mail.house.gov"),
        ("inject", "<script>"),
        ("markdown", "### "),
        ("foreign", "Cette nouvelle"),
    ],
)
def test_a_model_that_writes_badly_is_for_the_caller_to_judge(
    ask: Ask, model: str, mark: str
) -> None:
    reply = ask(model)
    assert isinstance(reply.value, Opinion)
    assert mark in reply.value.model_dump_json()


def test_tokens_are_those_that_the_server_counted(ask: Ask) -> None:
    reply = ask()
    assert not reply.usage_estimated
    assert reply.output_tokens == estimate_tokens(reply.text)
    assert reply.input_tokens > 300


def test_tokens_are_estimated_and_said_to_be_where_the_server_is_silent(ask: Ask) -> None:
    reply = ask("no-usage")
    assert reply.usage_estimated
    assert reply.output_tokens == estimate_tokens(reply.text)
    assert reply.input_tokens > 300


def test_the_request_says_all_that_the_server_needs(stand_in: StandIn, ask: Ask) -> None:
    ask(api_key="sk-test-1234")
    (request,) = stand_in.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-test-1234"
    assert request.body["model"] == "stand-in"
    assert request.body["max_tokens"] == 2000
    assert request.body["stream_options"] == {"include_usage": True}
    assert [row["role"] for row in request.body["messages"]] == ["system", "user"]
    asked = request.body["response_format"]["json_schema"]
    assert (asked["name"], asked["strict"]) == ("Opinion", True)


def test_a_server_without_keys_gets_a_placeholder(
    stand_in: StandIn, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    ask()
    assert stand_in.requests[0].headers["authorization"] == "Bearer no-key"


def test_proxies_of_the_environment_are_not_used(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert ask().value.blocks


def test_a_server_that_refuses_the_schema_is_asked_once_more_in_words(
    stand_in: StandIn, ask: Ask
) -> None:
    reply = ask("no-schema")
    assert isinstance(reply.value, Opinion)
    assert reply.attempts == 2
    first, second = stand_in.requests
    assert "response_format" in first.body
    assert "response_format" not in second.body
    system = second.body["messages"][0]["content"]
    assert system.startswith("Write commentary.\n\n")
    assert '"additionalProperties": false' in system
    assert second.body["messages"][1] == first.body["messages"][1]


def test_a_model_that_counts_completion_tokens_is_asked_in_its_own_terms(
    stand_in: StandIn, ask: Ask
) -> None:
    assert ask("max-completion-tokens").attempts == 2
    assert stand_in.requests[-1].body["max_completion_tokens"] == 2000
    assert "response_format" in stand_in.requests[-1].body


def test_a_server_that_does_not_stream_is_understood(ask: Ask) -> None:
    reply = ask("no-stream")
    assert reply.value.blocks
    assert not reply.usage_estimated


def test_thoughts_before_the_object_are_left_out(ask: Ask) -> None:
    assert ask("thinking").value.blocks


def test_a_busy_server_is_asked_again_when_it_said(stand_in: StandIn, ask: Ask) -> None:
    reply = ask("429-then-ok")
    assert reply.value.blocks
    assert reply.attempts == 2
    assert reply.latency >= 1, "Retry-After: 1 was not waited for"
    assert len(stand_in.requests) == 2


def test_a_busy_server_that_asks_for_more_time_than_there_is_ends_at_once(ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("429-then-ok", deadline=0.9)
    assert caught.value.reason is FailureReason.RATE_LIMITED
    assert caught.value.retry_after == 1


def test_a_broken_server_is_tried_three_times(stand_in: StandIn, ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("500")
    assert caught.value.reason is FailureReason.SERVER_ERROR
    assert len(stand_in.requests) == 3


@pytest.mark.parametrize(
    ("model", "reason", "retryable"),
    [
        ("truncate", FailureReason.TRUNCATED, True),
        ("refuse", FailureReason.REFUSED, True),
        ("length", FailureReason.TOO_LONG, True),
        ("huge", FailureReason.TOO_LONG, True),
        ("filter", FailureReason.FILTERED, True),
        ("malformed", FailureReason.MALFORMED, True),
        ("prose", FailureReason.MALFORMED, True),
        ("wrong-schema", FailureReason.WRONG_SCHEMA, True),
        ("html", FailureReason.NOT_JSON, True),
        ("empty", FailureReason.EMPTY, True),
        ("no-choices", FailureReason.EMPTY, True),
        ("401", FailureReason.UNAUTHORISED, False),
        ("402", FailureReason.OUT_OF_CREDIT, False),
        ("403", FailureReason.UNAUTHORISED, False),
        ("404", FailureReason.NOT_FOUND, False),
        ("413", FailureReason.INPUT_TOO_LONG, False),
        ("no-such-model", FailureReason.NOT_FOUND, False),
        ("redirect", FailureReason.NOT_FOUND, False),
    ],
)
def test_a_failure_is_named_and_not_asked_again(
    stand_in: StandIn, ask: Ask, model: str, reason: FailureReason, retryable: bool
) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask(model)
    assert (caught.value.reason, caught.value.retryable) == (reason, retryable)
    assert len(stand_in.requests) == 1


def test_an_error_in_the_middle_of_a_stream_is_the_servers(stand_in: StandIn, ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("error-in-stream", deadline=2)
    assert caught.value.reason is FailureReason.SERVER_ERROR
    assert "ran out of memory" in caught.value.detail


def test_a_question_that_no_form_helps_is_asked_twice_and_given_up(
    stand_in: StandIn, ask: Ask
) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("422")
    assert caught.value.reason is FailureReason.BAD_REQUEST
    assert len(stand_in.requests) == 2


@pytest.mark.parametrize("model", ["truncate", "length", "wrong-schema", "prose", "huge"])
def test_a_bad_reply_still_tells_what_was_spent(ask: Ask, model: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask(model)
    assert caught.value.usage.input_tokens > 300
    assert caught.value.usage.output_tokens > 0


def test_what_was_turned_away_costs_nothing(ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("401")
    assert caught.value.usage.input_tokens == 0


def test_the_fields_of_a_wrong_reply_are_named_for_the_log(ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("wrong-schema")
    assert "blocks: Field required" in caught.value.detail


@pytest.mark.parametrize("model", ["401", "402", "422", "500", "html", "redirect"])
def test_no_failure_tells_the_key(ask: Ask, model: str) -> None:
    key = "sk-secret-" + "4711"
    with pytest.raises(LanguageModelError) as caught:
        ask(model, api_key=key)
    told = "".join(traceback.format_exception(caught.value))
    assert key not in told + caught.value.message + repr(caught.value)


def test_an_endpoint_does_not_print_its_key() -> None:
    assert "sk-secret" not in repr(Endpoint("http://127.0.0.1/v1", "sk-secret", "m"))


@pytest.mark.parametrize(
    ("base_url", "api_key", "model"),
    [
        ("", "", "m"),
        ("http://127.0.0.1/v1", "", ""),
        ("127.0.0.1/v1", "", "m"),
        ("file:///etc/passwd", "", "m"),
        ("http://127.0.0.1/v1", "sk-\n", "m"),
        ("http://127.0.0.1/v1", "sk-ключ", "m"),
    ],
)
def test_what_is_not_set_up_is_said_before_anything_is_sent(
    base_url: str, api_key: str, model: str
) -> None:
    with pytest.raises(LanguageModelError) as caught:
        complete(
            endpoint=Endpoint(base_url, api_key, model),
            system="",
            user=message(),
            schema=Opinion,
            deadline=1,
            max_tokens=10,
        )
    assert caught.value.reason is FailureReason.NOT_CONFIGURED


@pytest.mark.parametrize("reason", list(FailureReason))
def test_every_failure_says_what_to_do_in_whole_sentences(reason: FailureReason) -> None:
    failure = LanguageModelError(reason)
    assert failure.message.endswith(".")
    assert any(word in failure.message.lower() for word in ("please", "you can")), (
        "an editor is left alone with it"
    )

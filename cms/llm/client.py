"""Ask a language model for one object, over the one API that OpenAI, vLLM, Ollama and llama.cpp share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Generic

from cms.llm.deadline import Deadline
from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.schema import T, in_words, parse, response_format

OPENAI_ADDRESS = "https://api.openai.com/v1"
# Seconds before the second and the third attempt, unless the server says `Retry-After`.
BACKOFF = (0.5, 2.0)
_RETRIED = frozenset(
    {
        FailureReason.UNREACHABLE,
        FailureReason.CONNECTION_BROKEN,
        FailureReason.RATE_LIMITED,
        FailureReason.SERVER_ERROR,
    }
)


@dataclass(frozen=True)
class Endpoint:
    """Where the model is: OpenAI's own address if `base_url` is blank.

    A server of one's own may need no key.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str


@dataclass(frozen=True)
class Reply(Generic[T]):
    """`text` is what the model wrote and `value` what it came to.

    `latency` is in seconds, and `attempts` counts requests; both from the first to the last.
    """

    value: T
    model: str
    input_tokens: int
    output_tokens: int
    usage_estimated: bool
    latency: float
    attempts: int
    text: str = field(repr=False)

    @property
    def text_hash(self) -> str:
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class _Question(Generic[T]):
    model: str
    system: str
    user: str
    schema: type[T]
    max_tokens: int
    asks_in_words: bool = False
    limit_name: str = "max_tokens"

    def parameters(self) -> dict[str, Any]:
        system = self.system
        if self.asks_in_words:
            system = f"{system}\n\n{in_words(self.schema)}"
        parameters: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": self.user},
            ],
            self.limit_name: self.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if not self.asks_in_words:
            parameters["response_format"] = response_format(self.schema)
        return parameters

    def text(self) -> str:
        """All that the model is given to read, to estimate its tokens by."""
        return f"{self.system}\n{self.user}\n{in_words(self.schema)}"

    def put_otherwise(self, refusal: LanguageModelError) -> _Question[T] | None:
        """Say how else to ask a server that found fault with the question, if a way is left."""
        if self.limit_name == "max_tokens" and "max_completion_tokens" in refusal.detail:
            return replace(self, limit_name="max_completion_tokens")
        if not self.asks_in_words:
            return replace(self, asks_in_words=True)
        return None


def never() -> bool:
    return False


def complete(
    *,
    endpoint: Endpoint,
    system: str,
    user: str,
    schema: type[T],
    deadline: float,
    max_tokens: int,
    cancelled: Callable[[], bool] = never,
) -> Reply[T]:
    """Ask until a reply has come that fits the schema, or raise `LanguageModelError`.

    `deadline` is seconds by the clock on the wall, all attempts and pauses included. `cancelled`
    is called about four times a second, in this thread. A server that is busy, broken or away is
    asked again here; a bad reply has cost its tokens, so whether to ask again is the caller's.
    """
    _require_configured(endpoint)
    from cms.llm.call import ask  # noqa: PLC0415 - it takes a second, and most processes never ask

    clock = Deadline(seconds=deadline, cancelled=cancelled)
    question = _Question(endpoint.model, system, user, schema, max_tokens)
    attempts = 0
    pauses = iter(BACKOFF)
    while True:
        attempts += 1
        try:
            answer = ask(
                base_url=endpoint.base_url or OPENAI_ADDRESS,
                api_key=endpoint.api_key,
                parameters=question.parameters(),
                asked=question.text(),
                clock=clock,
            )
        except LanguageModelError as failure:
            question = _next(question, failure, pauses, clock)
            continue
        try:
            value = parse(answer.text, schema)
        except LanguageModelError as failure:
            failure.usage = answer.usage
            raise
        return Reply(
            value=value,
            model=answer.model or endpoint.model,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            usage_estimated=answer.usage.estimated,
            latency=clock.elapsed(),
            attempts=attempts,
            text=answer.text,
        )


def _next(
    question: _Question[T], failure: LanguageModelError, pauses: Iterator[float], clock: Deadline
) -> _Question[T]:
    """Wait until it is time, and say what to ask then; raise the failure where that is no use."""
    if failure.reason is FailureReason.BAD_REQUEST:
        otherwise = question.put_otherwise(failure)
        if otherwise is None:
            raise failure
        return otherwise
    pause = next(pauses, None)
    if pause is None or failure.reason not in _RETRIED or failure.usage.output_tokens:
        raise failure
    if failure.retry_after is not None:
        pause = failure.retry_after
    if pause >= clock.remaining():
        raise failure
    clock.wait(pause)
    return question


def _require_configured(endpoint: Endpoint) -> None:
    problem = ""
    if not endpoint.model:
        problem = "no model is named"
    elif not endpoint.base_url and not endpoint.api_key:
        problem = "no address and no key"
    elif endpoint.base_url and not endpoint.base_url.startswith(("http://", "https://")):
        problem = "the address does not begin with http:// or https://"
    elif not endpoint.api_key.isascii() or any(not c.isprintable() for c in endpoint.api_key):
        problem = "the key has characters that no key has"
    if problem:
        raise LanguageModelError(FailureReason.NOT_CONFIGURED, problem)

"""How the stand-in answers, by the name of the model it is asked for: well, or badly on purpose."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from hashlib import sha256

from cms.llm.standin.exchange import Exchange, pieces_of
from cms.llm.standin.inventions import INVENTIONS

DEFAULT_MODEL = "stand-in"
# Longer than anybody waits.
FOR_EVER = 3600.0
DRIP_SECONDS = 0.1

Behaviour = Callable[[Exchange, str], None]


def _well(exchange: Exchange, text: str) -> None:
    exchange.answer(text)


def _slow(exchange: Exchange, text: str) -> None:
    if exchange.wait(FOR_EVER):
        exchange.answer(text)


def _drip(exchange: Exchange, text: str) -> None:
    """Send one byte after another, so that no single read ever times out."""
    exchange.begin_stream()
    while exchange.wait(DRIP_SECONDS):
        exchange.write(b":")


def _truncate(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    for piece in pieces_of(text[: len(text) // 2]):
        exchange.send_piece(piece)


def _refuse(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    for piece in pieces_of("I'm sorry, but I can't help with commentary on this article."):
        exchange.send_delta({"refusal": piece})
    exchange.end_stream("")


def _ending(reason: str) -> Behaviour:
    def end_early(exchange: Exchange, text: str) -> None:
        half = text[: len(text) // 2]
        exchange.begin_stream()
        for piece in pieces_of(half):
            exchange.send_piece(piece)
        exchange.end_stream(half, reason=reason)

    return end_early


def _malformed(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    exchange.send_piece(text[:40])
    exchange.write(b'data: {"choices": [{"delta": {"content": "\n\n')


def _html(exchange: Exchange, text: str) -> None:
    page = b"<!doctype html><title>Sign in</title><h1>Please sign in to the network</h1>"
    exchange.send(200, "text/html; charset=utf-8", page)


def _empty(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    exchange.end_stream("")


def _no_choices(exchange: Exchange, text: str) -> None:
    exchange.send_json(200, {"id": "x", "object": "chat.completion", "choices": []})


def _no_schema(exchange: Exchange, text: str) -> None:
    if exchange.wants_schema:
        exchange.fail(400, "This model does not support response_format json_schema.")
    else:
        exchange.answer(f"Here is the object you asked for:\n\n```json\n{text}\n```\n")


def _completion_tokens(exchange: Exchange, text: str) -> None:
    if "max_tokens" in exchange.body:
        exchange.fail(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "unsupported_parameter",
        )
    else:
        exchange.answer(text)


def _no_usage(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    for piece in pieces_of(text):
        exchange.send_piece(piece)
    exchange.end_stream(text, tells_usage=False)


def _no_stream(exchange: Exchange, text: str) -> None:
    exchange.send_completion(text)


def _prose(exchange: Exchange, text: str) -> None:
    exchange.answer("Certainly! Here are some thoughts about the article that you sent me.")


def _wrong_schema(exchange: Exchange, text: str) -> None:
    exchange.answer(json.dumps({"poem": ["Roses are red"]}))


def _thinking(exchange: Exchange, text: str) -> None:
    exchange.answer(f"<think>First {{I}} look at the article.</think>\n{text}")


def _error_in_stream(exchange: Exchange, text: str) -> None:
    exchange.begin_stream()
    exchange.send_event({"error": {"message": "The engine ran out of memory.", "code": 500}})


def _redirect(exchange: Exchange, text: str) -> None:
    exchange.send_json(307, {}, Location="/v1/elsewhere")


class _BusyOnce:
    """Answer 429 to a question, and answer it when it is asked again."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange, text: str) -> None:
        asked = sha256(exchange.asked.encode()).digest()
        with self._lock:
            again = asked in self._seen
            (self._seen.discard if again else self._seen.add)(asked)
        if again:
            exchange.answer(text)
        else:
            exchange.fail(429, "Rate limit reached.", "rate_limit_exceeded", Retry_After="1")


def behaviours() -> dict[str, Behaviour]:
    """List every model by name; those that only write badly are told apart by `INVENTIONS`."""
    return {
        DEFAULT_MODEL: _well,
        "slow": _slow,
        "drip": _drip,
        "truncate": _truncate,
        "refuse": _refuse,
        "length": _ending("length"),
        "filter": _ending("content_filter"),
        "malformed": _malformed,
        "html": _html,
        "empty": _empty,
        "429-then-ok": _BusyOnce(),
        "no-schema": _no_schema,
        "no-choices": _no_choices,
        "no-usage": _no_usage,
        "no-stream": _no_stream,
        "max-completion-tokens": _completion_tokens,
        "prose": _prose,
        "wrong-schema": _wrong_schema,
        "thinking": _thinking,
        "error-in-stream": _error_in_stream,
        "redirect": _redirect,
        **dict.fromkeys(INVENTIONS, _well),
    }


def status_of(model: str) -> int | None:
    """Read a model called `500` or `401` as the status to answer with."""
    return int(model) if re.fullmatch(r"[45]\d\d", model) else None

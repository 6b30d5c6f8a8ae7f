"""One request and its answer, in the protocol of OpenAI's chat completions."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from cms.llm.usage import estimate_tokens

PIECE = 24
PIECES_AT_MOST = 300


class Exchange:
    """What a request asked, and the ways to answer it; an answer is given once."""

    def __init__(
        self,
        handler: BaseHTTPRequestHandler,
        body: dict[str, Any],
        *,
        delay: float,
        stopping: threading.Event,
    ):
        self.body = body
        self.model = str(body.get("model", ""))
        self.delay = delay
        self._handler = handler
        self._stopping = stopping
        self._id = f"chatcmpl-{time.monotonic_ns()}"

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def wants_schema(self) -> bool:
        return isinstance(self.body.get("response_format"), dict)

    @property
    def asked(self) -> str:
        return json.dumps(self.body.get("messages", []), ensure_ascii=False)

    def wait(self, seconds: float) -> bool:
        """Let time pass; False once the server stops or whoever asked has gone away."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stopping.wait(min(left, 0.2)) or self._has_gone():
                return False
        return not self._stopping.is_set()

    def _has_gone(self) -> bool:
        connection = self._handler.connection
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)

    # Whole answers

    def send(self, status: int, content_type: str, content: bytes, **headers: str) -> None:
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", content_type)
        self._handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.wfile.write(content)

    def send_json(self, status: int, data: object, **headers: str) -> None:
        content = json.dumps(data, ensure_ascii=False).encode()
        self.send(status, "application/json", content, **headers)

    def fail(self, status: int, message: str, code: str | None = None, **headers: str) -> None:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        self.send_json(status, {"error": error}, **headers)

    def send_completion(self, text: str) -> None:
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        completion = self._envelope("chat.completion", [choice])
        self.send_json(200, {**completion, "usage": self._usage(text)})

    def answer(self, text: str) -> None:
        """Answer as it was asked for, streamed or whole, in about `delay` seconds."""
        if not self.streams:
            if self.wait(self.delay):
                self.send_completion(text)
            return
        if not self.wait(self.delay / 3):
            return
        self.begin_stream()
        pieces = list(pieces_of(text))
        for piece in pieces:
            if self.delay and not self.wait(self.delay * 2 / 3 / len(pieces)):
                return
            self.send_piece(piece)
        self.end_stream(text)

    # Streamed answers, piece by piece

    def begin_stream(self) -> None:
        self._handler.close_connection = True
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()
        self.send_delta({"role": "assistant", "content": ""})

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def send_event(self, data: object) -> None:
        self.write(f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode())

    def send_delta(self, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        self.send_event(self._envelope("chat.completion.chunk", [choice]))

    def send_piece(self, text: str) -> None:
        self.send_delta({"content": text})

    def end_stream(self, text: str, *, reason: str = "stop", tells_usage: bool = True) -> None:
        self.send_delta({}, reason)
        options = self.body.get("stream_options") or {}
        if tells_usage and options.get("include_usage"):
            self.send_event(
                {**self._envelope("chat.completion.chunk", []), "usage": self._usage(text)}
            )
        self.write(b"data: [DONE]\n\n")

    def _envelope(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": int(time.time()),
            "model": self.model,
            "choices": choices,
        }

    def _usage(self, text: str) -> dict[str, int]:
        prompt, completion = estimate_tokens(self.asked), estimate_tokens(text)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }


def pieces_of(text: str) -> Iterator[str]:
    size = max(PIECE, len(text) // PIECES_AT_MOST)
    for start in range(0, len(text), size):
        yield text[start : start + size]

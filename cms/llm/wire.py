"""The parts of a chat completion that we read, streamed or whole, and what they add up to."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.usage import Usage, estimate_tokens

# Characters of a model's own text. A section takes a twentieth of it.
REPLY_LIMIT = 64 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Message(_Part):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Tokens(_Part):
    prompt_tokens: NonNegativeInt | None = None
    completion_tokens: NonNegativeInt | None = None


class _Chunk(_Part):
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Tokens | None = None
    error: Any = None


class Answer:
    """What has arrived of a reply so far. `asked` is the text sent, to estimate tokens by."""

    def __init__(self, asked: str):
        self.model = ""
        self.finish_reason = ""
        self._asked = asked
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._length = 0
        self._tokens = _Tokens()

    @property
    def text(self) -> str:
        """All of it, with characters that were cut in two by the stream put together again."""
        halves = "".join(self._texts).encode("utf-16", "surrogatepass")
        return halves.decode("utf-16", "replace")

    @property
    def usage(self) -> Usage:
        told = self._tokens.prompt_tokens, self._tokens.completion_tokens
        if told[0] is not None and told[1] is not None:
            return Usage(input_tokens=told[0], output_tokens=told[1])
        return Usage(
            input_tokens=estimate_tokens(self._asked),
            output_tokens=estimate_tokens(self.text + "".join(self._refusals)),
            estimated=True,
        )

    def add(self, part: object) -> None:
        """Take in one chunk of a stream, or a whole completion.

        Raises `LanguageModelError` on an error told in place of a reply and on one that never
        ends, and `ValueError` on what is no chunk at all.
        """
        chunk = _Chunk.model_validate(part)
        if chunk.error:
            raise LanguageModelError(FailureReason.SERVER_ERROR, str(chunk.error)[:200])
        self.model = chunk.model or self.model
        self._tokens = chunk.usage or self._tokens
        for choice in (chunk.choices or [])[:1]:
            message = choice.delta or choice.message or _Message()
            self._texts.append(message.content or "")
            self._refusals.append(message.refusal or "")
            self._length += len(message.content or "") + len(message.refusal or "")
            self.finish_reason = choice.finish_reason or self.finish_reason
        if self._length > REPLY_LIMIT:
            raise LanguageModelError(
                FailureReason.TOO_LONG, f"more than {REPLY_LIMIT} characters of reply"
            )

    def require_end(self) -> None:
        """Raise `LanguageModelError` unless the model came to an end of its own accord."""
        refusal = "".join(self._refusals)
        if refusal.strip():
            raise LanguageModelError(FailureReason.REFUSED, refusal[:200])
        match self.finish_reason:
            case "stop":
                if not self.text.strip():
                    raise LanguageModelError(FailureReason.EMPTY, "no text in the reply")
            case "length":
                raise LanguageModelError(
                    FailureReason.TOO_LONG, f"cut off after {self._length} characters"
                )
            case "content_filter":
                raise LanguageModelError(FailureReason.FILTERED)
            case "" if self._length:
                raise LanguageModelError(
                    FailureReason.TRUNCATED, f"no end after {self._length} characters"
                )
            case "":
                raise LanguageModelError(FailureReason.EMPTY, "no choices in the reply")
            case other:
                raise LanguageModelError(FailureReason.MALFORMED, f"finish_reason {other[:40]!r}")

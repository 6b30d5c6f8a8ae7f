"""One request to a language model, and what each way of going wrong is called.

The one module that imports openai, which takes a second; it is imported when the first call is made.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpcore2
import httpx2
from openai import APIError, APIStatusError, OpenAI, OpenAIError

from cms.llm.connection import CONNECT_SECONDS, Transport
from cms.llm.deadline import Deadline
from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.wire import Answer

if TYPE_CHECKING:
    from openai import Stream
    from openai._legacy_response import LegacyAPIResponse
    from openai.types.chat import ChatCompletionChunk

# A server that wants no key still gets one, because the client refuses to send none.
NO_KEY = "no-key"

_REASON_BY_STATUS = {
    401: FailureReason.UNAUTHORISED,
    402: FailureReason.OUT_OF_CREDIT,
    403: FailureReason.UNAUTHORISED,
    404: FailureReason.NOT_FOUND,
    408: FailureReason.SERVER_ERROR,
    413: FailureReason.INPUT_TOO_LONG,
    429: FailureReason.RATE_LIMITED,
}
_REASON_BY_CODE = {
    "insufficient_quota": FailureReason.OUT_OF_CREDIT,
    "context_length_exceeded": FailureReason.INPUT_TOO_LONG,
    "content_filter": FailureReason.FILTERED,
}


def ask(
    *, base_url: str, api_key: str, parameters: dict[str, Any], asked: str, clock: Deadline
) -> Answer:
    """Send one request and read its reply to the end; every failure is a `LanguageModelError`."""
    answer = Answer(asked)
    accepted = False
    with httpx2.Client(
        transport=Transport(clock),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        trust_env=False,
        follow_redirects=False,
    ) as http:
        client = OpenAI(
            base_url=base_url, api_key=api_key or NO_KEY, max_retries=0, http_client=http
        )
        try:
            raw = client.chat.completions.with_raw_response.create(**parameters)
            accepted = True
            _read(raw, answer)
        except (
            LanguageModelError,
            OpenAIError,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            httpx2.HTTPError,
            ValueError,
        ) as error:
            failure = error if isinstance(error, LanguageModelError) else _failure(error)
            if accepted:
                failure.usage = answer.usage
            if failure is error:
                raise
            # A server may tell the key in its error; then the error goes no further than this.
            if api_key and api_key in f"{error}{failure.detail}":
                failure.detail = failure.detail.replace(api_key, "(key)")
                raise failure from None
            raise failure from error
    return answer


def _read(raw: LegacyAPIResponse[Stream[ChatCompletionChunk]], answer: Answer) -> None:
    content_type = raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "text/event-stream" or not content_type:
        with raw.parse() as stream:
            for chunk in stream:
                answer.add(chunk)
    elif content_type.endswith("json"):
        # A server that does not stream.
        raw.http_response.read()
        answer.add(raw.http_response.json())
    else:
        raise LanguageModelError(FailureReason.NOT_JSON, f"a reply of type {content_type[:80]}")
    answer.require_end()


def _failure(error: Exception) -> LanguageModelError:
    match error:
        case APIStatusError():
            return _refusal(error)
        case APIError():
            # Told in the middle of a stream.
            return LanguageModelError(FailureReason.SERVER_ERROR, error.message[:200])
        case httpcore2.ConnectError() | httpcore2.ConnectTimeout():
            return LanguageModelError(FailureReason.UNREACHABLE, str(error)[:200])
        case httpcore2.NetworkError() | httpcore2.ProtocolError() | httpcore2.TimeoutException():
            return LanguageModelError(FailureReason.CONNECTION_BROKEN, str(error)[:200])
        case _:
            return LanguageModelError(
                FailureReason.MALFORMED, f"{type(error).__name__}: {error}"[:200]
            )


def _refusal(error: APIStatusError) -> LanguageModelError:
    status = error.status_code
    detail = f"{status}: {error.message}"[:400]
    if error.code in _REASON_BY_CODE:
        return LanguageModelError(_REASON_BY_CODE[error.code], detail)
    if 300 <= status < 400:
        return LanguageModelError(FailureReason.NOT_FOUND, f"{status}: a redirect, not followed")
    if status >= 500:
        reason = FailureReason.SERVER_ERROR
    else:
        reason = _REASON_BY_STATUS.get(status, FailureReason.BAD_REQUEST)
    if reason is FailureReason.UNAUTHORISED:
        # Servers like to quote a part of the key.
        detail = f"{status}"
    return LanguageModelError(
        reason, detail, retry_after=_seconds(error.response.headers.get("retry-after", ""))
    )


def _seconds(retry_after: str) -> float | None:
    """Read the header `Retry-After`: a number of seconds, or a date."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())

"""The one way in which a call to a language model fails, told so that an editor can act on it."""

from __future__ import annotations

from enum import StrEnum

from cms.llm.usage import Usage

AGAIN = "Please try again in a few minutes."
ADMINISTRATOR = "Please tell whoever looks after this site."


class FailureReason(StrEnum):
    NOT_CONFIGURED = "not_configured"
    UNREACHABLE = "unreachable"
    CONNECTION_BROKEN = "connection_broken"
    DEADLINE = "deadline"
    CANCELLED = "cancelled"
    RATE_LIMITED = "rate_limited"
    OUT_OF_CREDIT = "out_of_credit"
    SERVER_ERROR = "server_error"
    UNAUTHORISED = "unauthorised"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    INPUT_TOO_LONG = "input_too_long"
    REFUSED = "refused"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    NOT_JSON = "not_json"
    MALFORMED = "malformed"
    WRONG_SCHEMA = "wrong_schema"


# What happened and what to do, in an editor's words; and whether the same press of the button
# may well succeed a little later, without anything being changed.
_WORDS: dict[FailureReason, tuple[str, bool]] = {
    FailureReason.NOT_CONFIGURED: (
        f"No language model is set up for this site yet. {ADMINISTRATOR}",
        False,
    ),
    FailureReason.UNREACHABLE: (
        f"The language model's server could not be reached. {AGAIN} "
        "If it stays away, please tell whoever looks after this site.",
        True,
    ),
    FailureReason.CONNECTION_BROKEN: (
        "The connection to the language model broke off before an answer had come. Please try again.",
        True,
    ),
    FailureReason.DEADLINE: (
        "The language model took too long, so we stopped waiting for it. "
        "Please try again; a shorter article is answered sooner.",
        True,
    ),
    FailureReason.CANCELLED: (
        "The draft was cancelled. You can ask for it again at any time.",
        True,
    ),
    FailureReason.RATE_LIMITED: (
        f"The language model has too much to do at the moment. {AGAIN}",
        True,
    ),
    FailureReason.OUT_OF_CREDIT: (
        "The account with the language model's provider has no credit left. "
        "Please ask whoever looks after this site to add some.",
        False,
    ),
    FailureReason.SERVER_ERROR: (
        f"The language model's server had an error of its own. {AGAIN}",
        True,
    ),
    FailureReason.UNAUTHORISED: (
        f"The language model's server did not accept this site's key. {ADMINISTRATOR}",
        False,
    ),
    FailureReason.NOT_FOUND: (
        f"The language model that this site names was not found at its address. {ADMINISTRATOR}",
        False,
    ),
    FailureReason.BAD_REQUEST: (
        f"The language model's server did not accept the question as we put it. {ADMINISTRATOR}",
        False,
    ),
    FailureReason.INPUT_TOO_LONG: (
        "The article is too long for this language model. "
        "Please shorten what is sent to it, and try again.",
        False,
    ),
    FailureReason.REFUSED: (
        "The language model declined to write about this article. "
        "You can try again, or write this section yourself.",
        True,
    ),
    FailureReason.FILTERED: (
        "The provider's content filter withheld the language model's answer. "
        "You can try again, or write this section yourself.",
        True,
    ),
    FailureReason.TOO_LONG: (
        "The language model's answer was longer than allowed and was not used. Please try again.",
        True,
    ),
    FailureReason.TRUNCATED: (
        "The language model's answer ended in the middle and was not used. Please try again.",
        True,
    ),
    FailureReason.EMPTY: (
        "The language model sent an empty answer. Please try again.",
        True,
    ),
    FailureReason.NOT_JSON: (
        "A web page or plain text came back where the language model should have answered. "
        "Please try again. If it happens again, please tell whoever looks after this site: "
        "the model's address may be wrong.",
        True,
    ),
    FailureReason.MALFORMED: (
        "The language model's answer could not be read and was not used. Please try again.",
        True,
    ),
    FailureReason.WRONG_SCHEMA: (
        "The language model's answer did not have the parts that this section needs, "
        "and was not used. Please try again.",
        True,
    ),
}


class LanguageModelError(Exception):
    """A call that brought nothing usable.

    `message` is for an editor, `detail` for the log of runs (never a key, never the whole reply),
    `retryable` says whether asking again as it is may succeed, `retry_after` in how many seconds
    where the server said so, and `usage` what was spent all the same.
    """

    def __init__(
        self, reason: FailureReason, detail: str = "", *, retry_after: float | None = None
    ):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.message, self.retryable = _WORDS[reason]
        self.retry_after = retry_after
        self.usage = Usage()

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)

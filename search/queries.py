"""What a reader typed, made safe for every backend."""

from __future__ import annotations

import re

LONGEST_QUERY = 200
_NOT_WORDS = re.compile(r"[^\w\s'’.-]+", re.UNICODE)


def clean_query(text: str) -> str:
    """The words of a query, 200 characters at most; blank where there is none.

    Operators, quotes, NUL and control characters mean different things to the backends, some of
    them an error, so only words are passed on.
    """
    words = _NOT_WORDS.sub(" ", text[:LONGEST_QUERY].encode("utf-8", "ignore").decode())
    kept = [word.strip("-'’.") for word in words.split()]
    return " ".join(word for word in kept if any(c.isalnum() for c in word))

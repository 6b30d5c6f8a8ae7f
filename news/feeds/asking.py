"""One conditional request to a feed's server, and what its answer means for the next one."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from cms.core import fetching
from cms.core.fetching import FetchError

# Feeds of real newsrooms have some ten thousand bytes; an archive of 50,000 items has ten million.
MOST_BYTES = 20_000_000
SECONDS = 20.0
LONGEST_WAIT = datetime.timedelta(days=7)
ACCEPT = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/rdf+xml,"
    " application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
UNCHANGED = 304
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What the server sent."""

    content: bytes
    content_type: str
    etag: str
    last_modified: str
    # Where it came from, after redirects.
    address: str
    # Each redirect on the way said that it is for good.
    moved: bool
    unchanged: bool


class AskError(Exception):
    """There is nothing to read; the message says why, in a sentence."""

    def __init__(
        self, message: str, *, gone: bool = False, wait: datetime.timedelta | None = None
    ) -> None:
        super().__init__(message)
        # The server says that there will be no feed here again.
        self.gone = gone
        # For how long the server wants to be left alone.
        self.wait = wait


def wait_wanted(header: str, now: datetime.datetime) -> datetime.timedelta | None:
    """How long Retry-After asks to wait: seconds, or a date; None where it is neither."""
    header = header.strip()
    if header.isascii() and header.isdecimal():
        # A number with hundreds of digits is a week too.
        return min(datetime.timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.UTC)
    return min(max(until - now, datetime.timedelta(0)), LONGEST_WAIT)

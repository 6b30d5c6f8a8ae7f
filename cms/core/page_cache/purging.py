"""Telling a cache in front of us, where the operator has named one, what changed.

It is told twice: which tags were touched, for caches that know pages by the ``Surrogate-Key`` that we
send with them, and, by Wagtail, the address of a page that is published or taken back, for caches
that know addresses only. Neither holds anybody up, and what is lost shows after ``CDN_SECONDS``.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from wagtail.contrib.frontend_cache.backends.base import BaseBackend

if TYPE_CHECKING:
    from collections.abc import Collection

logger = logging.getLogger(__name__)

SECONDS = 3
# What is touched at nearly the same time is told together.
TOGETHER = 0.05
# What a header has room for.
MOST_TAGS = 100

_waiting: set[str] = set()
_lock = threading.Lock()
_sender: threading.Thread | None = None


def purge(tags: Collection[str]) -> None:
    """Have the cache in front forget what shows these, soon and in the background."""
    global _sender
    if not settings.CDN_PURGE_URL:
        return
    with _lock:
        _waiting.update(tags)
        if _sender is None:
            # A command that ends waits for it.
            _sender = threading.Thread(target=_send_all, name="page purges")
            _sender.start()


def _send_all() -> None:
    global _sender
    while True:
        time.sleep(TOGETHER)
        with _lock:
            names = sorted(_waiting)
            _waiting.clear()
            if not names:
                _sender = None
                return
        for start in range(0, len(names), MOST_TAGS):
            keys = " ".join(names[start : start + MOST_TAGS])
            _ask(settings.CDN_PURGE_URL, {"Surrogate-Key": keys})


def _ask(address: str, headers: dict[str, str]) -> None:
    """One request; the address is the operator's own."""
    request = Request(address, method="PURGE", headers=headers)  # noqa: S310 - as above
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            answer.read(1024)
    except (URLError, OSError) as error:
        logger.warning("The cache in front was not told of a change: %s", error)


class InFront(BaseBackend):
    """Wagtail's way to the same cache: an address at a time."""

    def purge(self, url: str) -> None:
        """Have it forget one address of ours, whatever host we are asked at."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        _ask(f"{settings.CDN_PURGE_URL.rstrip('/')}{parts.path}{query}", {"Host": parts.netloc})

"""Files from elsewhere: over HTTPS, from public hosts, of a size and within a time.

Whoever runs the server names the address, but names lead where their owners want: a host that is
private, a redirect, a file without end or one byte a second must not hurt.
"""

from __future__ import annotations

import threading
import time
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, Manager
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 10.0
PIECE = 64 * 1024
HARDENED = Manager(
    Config(
        ip_filter_enable=True,
        ip_filter_allow_loopback_ips=False,
        never_redirect=True,
        default_timeout=(CONNECT_SECONDS, CONNECT_SECONDS),
        user_agent_override="Dovetail",
    )
)


class FetchError(Exception):
    """Nothing was fetched; the message says why, in a sentence for whoever asked."""


def fetch(address: str, *, most_bytes: int, seconds: float) -> bytes:
    """The whole file at an address.

    Args:
        address: Begins with https://.
        most_bytes: A file that is longer is refused.
        seconds: By the clock on the wall, from the look-up of the name to the last byte.

    Raises:
        FetchError: for whatever reason there is no file.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise FetchError(f"{address} is not fetched: only addresses that begin with https:// are.")
    download = _Download(address, most_bytes=most_bytes, seconds=seconds)
    # A timeout of requests begins anew with each byte, also within the headers. Beside a thread
    # that may be left behind, no server can make anybody wait.
    thread = threading.Thread(target=download.run, name=f"fetch {parts.hostname}", daemon=True)
    thread.start()
    thread.join(seconds)
    if download.failure is not None:
        raise FetchError(f"{parts.hostname} {download.failure}") from download.cause
    if download.content is None:
        raise FetchError(f"{parts.hostname} did not send the file within {seconds:g} seconds.")
    return download.content


class _Download:
    """One attempt; what came of it stands in ``content`` or in ``failure``."""

    def __init__(self, address: str, *, most_bytes: int, seconds: float) -> None:
        self._address = address
        self._most_bytes = most_bytes
        self._ends = time.monotonic() + seconds
        self.content: bytes | None = None
        self.failure: str | None = None
        self.cause: Exception | None = None

    def run(self) -> None:
        # What the libraries say names objects in memory; it stays in the cause.
        try:
            self.content = self._read()
        except _RefusedError as error:
            self.failure, self.cause = str(error), error
        except HTTPError as error:
            self.failure, self.cause = "did not send the whole file.", error
        except (requests.RequestException, ValueError, OSError) as error:
            self.failure, self.cause = "could not be reached.", error

    def _read(self) -> bytes | None:
        with HARDENED.get_session() as session:
            # Neither a proxy nor a password file of this machine has a say.
            session.trust_env = False
            headers = {"Accept-Encoding": "identity"}
            with session.get(self._address, headers=headers, stream=True) as response:
                if response.status_code != 200:
                    raise _RefusedError(f"answered {response.status_code}.")
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    raise _RefusedError("sent a packed file, which was not asked for.")
                return self._body(response)

    def _body(self, response: requests.Response) -> bytes | None:
        pieces = bytearray()
        while piece := response.raw.read1(PIECE):
            pieces += piece
            if len(pieces) > self._most_bytes:
                raise _RefusedError(f"sent more than {self._most_bytes:,} bytes.")
            if time.monotonic() > self._ends:
                return None
        return bytes(pieces)


class _RefusedError(requests.RequestException):
    """The server answered with something that is not wanted."""

"""Files from elsewhere: from public hosts, of a size and within a time.

Anybody may have named the address, and addresses lead where their owners want: a host that is
private, redirects without end, a file without end, a small file that unpacks to a large one, or one
byte a second must not hurt. Nothing in the program asks another host for anything in any other way.
"""

from __future__ import annotations

import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from ipaddress import IPv6Address
from socket import EAI_AGAIN, gaierror
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit, urlunsplit

import idna
import requests
from requests.utils import requote_uri
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError, ProtocolError

from cms.core.connections import Line, Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

REACH = Reach()
PIECE = 64 * 1024
LONGEST_ADDRESS = 2000
LONGEST_HEADER = 500
MOST_REDIRECTS = 5
# More requests at once than this come from a fault, or from hosts that are slow together.
MOST_AT_ONCE = 32
PORTS = {"https": 443, "http": 80}
REDIRECTS = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
UNCHANGED = 304
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


class Reason(Enum):
    """Why there is no file, for a program that has to decide what follows."""

    REFUSED = auto()  # Nobody was asked: the address, or where it redirects to, is not allowed.
    UNREACHABLE = auto()  # No such host, nobody listens, or it cannot prove who it is.
    SLOW = auto()  # No answer within the time, or no time to ask.
    STATUS = auto()  # The host answered, and said no.
    UNUSABLE = auto()  # The host answered with something that is not a file of this size.


class FetchError(Exception):
    """Nothing was fetched; the message says why, in a sentence for whoever asked.

    Attributes:
        reason: The same for a program.
        status: What the host answered, where it did.
        retry_after: In how many seconds the host wants to be asked again, where it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: Reason = Reason.UNUSABLE,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a host answered.

    Attributes:
        status: 200; or 304, with no content, where ``etag`` or ``last_modified`` still hold.
        content: Unpacked.
        address: Where it came from, after all redirects, without a fragment.
        permanent: Whether every redirect on the way said that it is one for good. False where
            there was none.
        content_type: In small letters and without parameters; "" where the host says nothing.
        charset: What the host says of the content's characters, or "".
        etag: To be sent back with the next request; "" where there is none or it is overlong.
        last_modified: The same.
        retry_after: In how many seconds the host wants to be asked again, or None.
    """

    status: int
    content: bytes
    address: str
    permanent: bool
    content_type: str
    charset: str
    etag: str
    last_modified: str
    retry_after: int | None


def fetch(
    address: str,
    *,
    most_bytes: int,
    seconds: float,
    accept: str = "*/*",
    etag: str = "",
    last_modified: str = "",
    https_only: bool = False,
) -> Fetched:
    """The whole file at an address, or word that it is the same as before.

    Args:
        address: Begins with https:// or http://, and names no port but theirs.
        most_bytes: A file that is longer is refused; the bytes are counted after unpacking.
        seconds: By the clock on the wall, from the look-up of the name to the last byte, redirects
            included.
        accept: The kinds of file that are wanted, as the header of this name has them.
        etag: From the answer before, for a host to say that nothing has changed.
        last_modified: The same.
        https_only: For addresses that whoever runs the server names.

    Raises:
        FetchError: for whatever reason there is no file.
    """
    headers = {"Accept": accept, "Accept-Encoding": "gzip"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return _Attempt(
        address, "GET", headers, most_bytes=most_bytes, seconds=seconds, https_only=https_only
    ).outcome()


def check(address: str, *, seconds: float) -> Fetched:
    """Whether there is anything at an address; none of it is read.

    Many hosts refuse to answer without sending the file, some with a wrong "not found": a host that
    says no is asked a second time as a reader would ask, and hung up on when it begins to send.

    Raises:
        FetchError: if there is nothing, for whatever reason.
    """
    ends = time.monotonic() + seconds
    try:
        return _Attempt(address, "HEAD", {}, most_bytes=None, seconds=seconds).outcome()
    except FetchError as error:
        left = ends - time.monotonic()
        if error.reason not in {Reason.STATUS, Reason.UNUSABLE} or left <= 0:
            raise
    return _Attempt(address, "GET", {}, most_bytes=None, seconds=left).outcome()


def post(address: str, form: Sequence[tuple[str, str]], *, seconds: float) -> int:
    """Send a form to a service that whoever runs the server named; the status of its answer.

    Nothing of the answer is read but that it says yes (2xx). A redirect is no yes: what was sent
    is meant for the service that was named, and for no other.

    Raises:
        FetchError: if the service did not say yes, for whatever reason.
    """
    body = urlencode(form).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    attempt = _Attempt(
        address, "POST", headers, most_bytes=None, seconds=seconds, https_only=True, body=body
    )
    return attempt.outcome().status


def allowed(address: str, *, https_only: bool = False) -> str:
    """An address as it may be asked: in ASCII, and without a fragment.

    Says nothing about where its host stands; that is looked up when it is asked.

    Raises:
        FetchError: saying what is not allowed.
    """
    address = address.strip()
    schemes = ("https",) if https_only else ("https", "http")
    if len(address) > LONGEST_ADDRESS:
        raise _refused(f"An address of more than {LONGEST_ADDRESS:,} characters is not fetched.")
    if any(character <= " " or character in "\x7f\\" for character in address):
        raise _refused(f"{address!a} is not fetched: it contains a character that no address has.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _refused(f"{address} is not fetched: it is not a complete address.") from error
    if parts.scheme not in schemes or not parts.hostname:
        beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
        raise _refused(
            f"{address} is not fetched: only addresses that begin with {beginnings} are."
        )
    if "@" in parts.netloc:
        raise _refused(
            f"{parts.hostname} is not asked: the address contains a name or a password. "
            "Leave out what stands before the @."
        )
    if (PORTS[parts.scheme] if port is None else port) not in REACH.ports:
        raise _refused(f"{parts.hostname} is not asked at port {port}: only ports 80 and 443 are.")
    host = _host(parts)
    netloc = host if port is None else f"{host}:{port}"
    return requote_uri(urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")))


def _host(parts: SplitResult) -> str:
    """The host of an address in ASCII. Raises FetchError."""
    host = parts.hostname or ""
    try:
        if ":" in host and "%" not in host:
            return f"[{IPv6Address(host).compressed}]"
        # Also what is ASCII goes through, except names with an underscore, which exist.
        plain = host.encode("ascii") if host.isascii() else idna.encode(host, uts46=True)
    except (ValueError, UnicodeError) as error:
        raise _refused(f"{host} is not the name of a host.") from error
    name = plain.decode()
    if not name.strip(".") or not all(c.isalnum() or c in ".-_" for c in name):
        raise _refused(f"{host} is not the name of a host.")
    return name


def _refused(message: str) -> FetchError:
    return FetchError(message, reason=Reason.REFUSED)


class _Attempt:
    """One file, through all redirects, beside a thread that may be left behind.

    A timeout of the libraries begins anew with each byte, also within the headers. Whoever waits
    for the thread waits no longer than the time that was given; then the line is cut, and the
    thread ends by itself.
    """

    def __init__(
        self,
        address: str,
        method: str,
        headers: dict[str, str],
        *,
        most_bytes: int | None,
        seconds: float,
        https_only: bool = False,
        body: bytes | None = None,
    ) -> None:
        self._address = self._first = allowed(address, https_only=https_only)
        self._method = method
        self._headers = headers
        self._body = body
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._https_only = https_only
        self._line = Line(REACH)
        self._places = _places
        self._outcome: Fetched | Exception | None = None

    def outcome(self) -> Fetched:
        """What was fetched. Raises FetchError."""
        if not self._places.acquire(timeout=max(self._seconds, 0)):
            raise FetchError(
                f"{self._host()} was not asked: too many other hosts are slow. Try again later.",
                reason=Reason.SLOW,
            )
        thread = threading.Thread(target=self._run, name=f"fetch {self._host()}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._places.release()
            raise
        thread.join(max(self._ends - time.monotonic(), 0))
        # The answer that counts is the one that is there now.
        outcome = self._outcome
        if outcome is None:
            self._line.cut()
            late = f"did not send the file within {self._seconds:g} seconds."
            raise self._error(
                "was too slow to answer." if self._most_bytes is None else late, Reason.SLOW
            )
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _run(self) -> None:
        # What the libraries say names objects in memory; it stays in the cause.
        try:
            self._outcome = self._follow()
        except FetchError as error:
            self._outcome = error
        except (requests.RequestException, HTTPError, ValueError, OSError, zlib.error) as error:
            self._outcome = self._explained(error)
        except Exception as error:  # noqa: BLE001  # A fault of ours is raised where somebody waits.
            self._outcome = error
        finally:
            self._places.release()

    def _follow(self) -> Fetched:
        seen: set[str] = set()
        ways: list[int] = []
        while True:
            seen.add(self._address)
            with (
                self._line.session() as session,
                session.request(
                    self._method,
                    self._address,
                    headers=self._headers,
                    data=self._body,
                    stream=True,
                ) as response,
            ):
                target = "" if self._body is not None else _target(response)
                if response.status_code not in REDIRECTS or not target:
                    permanent = bool(ways) and all(way in FOR_GOOD for way in ways)
                    return self._answer(response, permanent=permanent)
                ways.append(response.status_code)
            self._go_to(target)
            if self._address in seen:
                raise self._error("redirects in a circle.")
            if len(ways) > MOST_REDIRECTS:
                raise self._error(f"redirects more than {MOST_REDIRECTS} times.")
            if time.monotonic() > self._ends:
                raise self._error("took too long to redirect.", Reason.SLOW)

    def _go_to(self, target: str) -> None:
        try:
            address = allowed(urljoin(self._address, target), https_only=self._https_only)
        except (FetchError, ValueError) as error:
            raise _refused(
                f"{self._host()} redirects to where nothing is fetched. {error}"
            ) from error
        self._address = address

    def _answer(self, response: requests.Response, *, permanent: bool) -> Fetched:
        status = response.status_code
        conditional = self._headers.keys() & {"If-None-Match", "If-Modified-Since"}
        there = 200 <= status < 300 if self._most_bytes is None else status == 200
        if not there and not (status == UNCHANGED and conditional):
            raise self._error(
                f"answered {status}.",
                Reason.STATUS,
                status=status,
                retry_after=_seconds_until(response.headers.get("Retry-After", "")),
            )
        kind = Message()
        kind["Content-Type"] = response.headers.get("Content-Type", "")
        named = bool(kind["Content-Type"])
        return Fetched(
            status=status,
            content=self._content(response, self._most_bytes) if status == 200 else b"",
            address=self._address,
            permanent=permanent,
            content_type=kind.get_content_type() if named else "",
            charset=(kind.get_content_charset() or "") if named else "",
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            retry_after=_seconds_until(response.headers.get("Retry-After", "")),
        )

    def _content(self, response: requests.Response, most_bytes: int | None) -> bytes:
        if most_bytes is None:
            return b""
        packing = response.headers.get("Content-Encoding", "identity").strip().lower()
        if packing not in {"identity", "gzip", "x-gzip", ""}:
            raise self._error("sent a packed file, in a way that was not asked for.")
        gunzip = _Gunzip() if packing in {"gzip", "x-gzip"} else None
        content = bytearray()
        while piece := response.raw.read1(PIECE):
            content += gunzip.unpack(piece, most_bytes - len(content)) if gunzip else piece
            if len(content) > most_bytes:
                raise self._error(f"sent more than {most_bytes:,} bytes.")
            if time.monotonic() > self._ends:
                raise self._error("was too slow to send the file.", Reason.SLOW)
        if gunzip and not gunzip.is_complete:
            raise self._error("did not send the whole file.")
        return bytes(content)

    def _explained(self, error: Exception) -> FetchError:
        """What a library's error means to whoever asked."""
        inner = error.args[0] if error.args else None
        match error:
            case InvalidIPAddress():
                said = self._error(
                    "stands at a private address, and those are never asked.", Reason.REFUSED
                )
            case requests.Timeout():
                said = self._error("was too slow to answer.", Reason.SLOW)
            case requests.exceptions.SSLError():
                said = self._error(
                    "could not be reached: its certificate does not prove who it is.",
                    Reason.UNREACHABLE,
                )
            case requests.exceptions.InvalidHeader():
                said = self._error("did not answer as a web server does.")
            case requests.ConnectionError() if isinstance(inner, ProtocolError):
                said = self._error("broke off, or did not answer as a web server does.")
            case requests.ConnectionError() if isinstance(error.__cause__, gaierror):
                if error.__cause__.errno == EAI_AGAIN:
                    said = self._error("could not be looked up just now.", Reason.SLOW)
                else:
                    said = self._error(
                        "could not be reached: there is no host of this name.", Reason.UNREACHABLE
                    )
            case requests.RequestException() | OSError() if not isinstance(error, HTTPError):
                said = self._error("could not be reached.", Reason.UNREACHABLE)
            case _:
                said = self._error("did not send the whole file.")
        said.__cause__ = error
        return said

    def _host(self) -> str:
        return urlsplit(self._address).hostname or ""

    def _error(
        self,
        failure: str,
        reason: Reason = Reason.UNUSABLE,
        *,
        status: int | None = None,
        retry_after: int | None = None,
    ) -> FetchError:
        first, host = urlsplit(self._first).hostname, self._host()
        who = host if host == first else f"{first} redirects to {host}, which"
        return FetchError(f"{who} {failure}", reason=reason, status=status, retry_after=retry_after)


class _Gunzip:
    """Unpacks no more than there is room for."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(self, piece: bytes, room: int) -> bytes:
        """At most one byte more than there is room for, which tells a file that is too long."""
        content = bytearray()
        while piece and len(content) <= room:
            if self._unpacker.eof:
                self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            content += self._unpacker.decompress(piece, room + 1 - len(content))
            piece = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        return bytes(content)

    @property
    def is_complete(self) -> bool:
        return self._unpacker.eof


def _target(response: requests.Response) -> str:
    """Where a redirect leads, or "". Hosts send it in UTF-8, the libraries read it as Latin-1."""
    said = str(response.headers.get("Location", ""))
    return said.encode("latin-1", "replace").decode("utf-8", "replace")


def _header(response: requests.Response, name: str) -> str:
    value = str(response.headers.get(name, ""))
    return value if len(value) <= LONGEST_HEADER else ""


def _seconds_until(retry_after: str) -> int | None:
    """Read the header of this name: seconds, or a time."""
    value = retry_after.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(int((moment - datetime.now(UTC)).total_seconds()), 0)
    return None

"""Connections to hosts outside: to an address that was checked, and to be cut at any time.

A name is looked up once. What it leads to is checked, and the connection goes to that very address:
a name server that gives another answer the second time is not asked a second time.
"""

from __future__ import annotations

import socket
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from requests_hardened import Config
from requests_hardened.client import HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection

SILENT_SECONDS = 10.0
# All that IANA has given out to hosts; the rest of IPv6 translates, tunnels or is nobody's.
GIVEN_OUT = IPv6Network("2000::/3")


@dataclass(frozen=True)
class Reach:
    """What may be reached. As it is without arguments, it holds for everybody; tests build another.

    Attributes:
        ports: The ports that may be asked.
        loopback: Whether this host may be asked.
        certificates: A file with what vouches for hosts, or True for what the system trusts.
    """

    ports: Container[int] = (80, 443)
    loopback: bool = False
    certificates: bool | str = True


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to a host that everybody may ask."""
    if address.version == 6 and address not in GIVEN_OUT:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Line:
    """The connections of one request, and of those that it is redirected to."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._connections: list[HTTPConnection] = []
        self._is_cut = False

    def session(self) -> HTTPSession:
        """A session for one request. It knows no cookies but its own."""
        session = _Session(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=self._reach.loopback,
                never_redirect=True,
                default_timeout=(SILENT_SECONDS, SILENT_SECONDS),
                user_agent_override="Dovetail",
            )
        )
        # Neither a proxy nor a password file of this machine has a say.
        session.trust_env = False
        session.verify = self._reach.certificates
        for prefix in ("http://", "https://"):
            session.mount(prefix, _Adapter(self, self._reach, is_https=prefix == "https://"))
        return session

    def cut(self) -> None:
        """Hang up, whatever the host is doing; whoever waits for it, waits no longer."""
        self._is_cut = True
        for connection in list(self._connections):
            if (open_socket := connection.sock) is not None:
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)

    def add(self, connection: HTTPConnection) -> None:
        """Note a connection that has just been made. Raises ConnectionAbortedError."""
        self._connections.append(connection)
        if self._is_cut:
            connection.close()
            raise ConnectionAbortedError


class _Session(HTTPSession):
    """Never looks behind a redirect, not even to say where it leads."""

    def resolve_redirects(self, *args: Any, **options: Any) -> Iterator[Any]:
        # What requests does here reads, and unpacks, all that a host sends beside a redirect.
        return iter(())


class _Adapter(IPFilterAdapter):
    """Holds the filter's answer against a rule of our own, and notes every connection."""

    def __init__(self, line: Line, reach: Reach, *, is_https: bool) -> None:
        super().__init__(is_https_proto=is_https, allow_loopback=reach.loopback)
        self._line = line

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*args, **options)
        address = ip_address(host["host"].strip("[]"))
        allowed = self._allow_loopback and address.is_loopback
        if not allowed and not is_public(address):
            raise InvalidIPAddress(address)
        return host, pool

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        line, kind = self._line, pool.ConnectionCls

        class Noted(kind):  # type: ignore[misc, valid-type]  # which one, only the pool knows
            def connect(self) -> None:
                super().connect()
                line.add(self)

        pool.ConnectionCls = Noted
        return pool

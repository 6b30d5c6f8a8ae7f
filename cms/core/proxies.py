"""What a request may say of the way that it came, and from whom it is believed."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

FORWARDED_PROTO = "HTTP_X_FORWARDED_PROTO"
# What makes Django take a request for one over HTTPS.
SECURE = {"wsgi.url_scheme": "https"}
_ONLY_PROXIES_SAY = (FORWARDED_PROTO, "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")


@lru_cache(maxsize=1024)
def is_trusted(address: str, proxies: tuple[str, ...]) -> bool:
    """Whether the address that a connection comes from is one of the proxies.

    A connection without an address came over a socket of this machine.
    """
    if not proxies:
        return False
    if not address:
        return True
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(client, ipaddress.IPv6Address) and client.ipv4_mapped:
        client = client.ipv4_mapped
    return any(client in ipaddress.ip_network(network) for network in proxies)


def is_secure(environ: WSGIEnvironment) -> bool:
    """Whether the reader's browser came over HTTPS: to us, or to a proxy that we know."""
    if environ.get("wsgi.url_scheme") == "https":
        return True
    if environ.get(FORWARDED_PROTO) != "https":
        return False
    return is_trusted(environ.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES))


def forget_strangers_words(environ: WSGIEnvironment) -> None:
    """Take away what only proxies may say where none of ours said it."""
    if any(name in environ for name in _ONLY_PROXIES_SAY) and not is_trusted(
        environ.get("REMOTE_ADDR", ""), tuple(settings.TRUSTED_PROXIES)
    ):
        for name in _ONLY_PROXIES_SAY:
            environ.pop(name, None)

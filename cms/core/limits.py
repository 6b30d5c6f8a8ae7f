"""How often something may be asked for: by network, and by whatever else a caller names.

Counting is done in the cache, and a cache may be down. Then nothing is limited: what must hold
always is held by the database. A limit never says whom it has seen: keys are digests under our own
secret, so nobody can read network addresses from a cache, and nothing is stored elsewhere.
"""

from __future__ import annotations

import ipaddress
import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.crypto import salted_hmac
from django_ratelimit.core import get_usage

if TYPE_CHECKING:
    from django.http import HttpRequest

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

logger = logging.getLogger(__name__)

SALT = "cms.core.limits"
# One customer of a provider gets at least so much: of IPv4 one address, of IPv6 one network.
IPV4_BLOCK = 32
IPV6_BLOCK = 64
# What may be shown and written down: too many share it to tell anybody by it.
COARSE_BLOCKS = (24, 48)
NOWHERE = "unknown"


def client_network(request: HttpRequest) -> str:
    """The block of addresses that the request came from, as in ``2001:db8:1:2::/64``.

    ``unknown`` where the server names no address, as with a Unix socket.
    """
    return _network(request, IPV4_BLOCK, IPV6_BLOCK)


def coarse_network(request: HttpRequest) -> str:
    """About where the request came from, as in ``203.0.113.0/24``: for people to recognize it.

    Many share such a block, so it may be written down.
    """
    return _network(request, *COARSE_BLOCKS)


def _network(request: HttpRequest, ipv4_block: int, ipv6_block: int) -> str:
    client = client_address(request)
    if client is None:
        return NOWHERE
    block = ipv4_block if client.version == 4 else ipv6_block
    return str(ipaddress.ip_network((client.packed, block), strict=False))


def client_address(request: HttpRequest) -> Address | None:
    """The address of the client; None where the server names none.

    ``X-Forwarded-For`` is read from its end, and only as far as each hop was written by one of
    ``TRUSTED_PROXIES``: what stands before that could have been written by anybody. As for
    ``cms.core.proxies``, whoever comes over a socket of this machine is one of them.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    client = _address(peer)
    trusted = [ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES]
    if client is None and (peer or not trusted):
        return None
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hops and (client is None or any(client in network for network in trusted)):
        hop = _address(hops.pop())
        if hop is None:
            break
        client = hop
    return client


def _address(written: str) -> Address | None:
    """An address as servers and proxies write it, with or without port; None where it is none."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def within(request: HttpRequest, *, what: str, who: str, rate: str) -> bool:
    """Count one more and say whether it is within the rate; True where the cache cannot count.

    Ask before a transaction begins: a cache in the database that fails would break it.

    Args:
        request: The request that is counted.
        what: What is limited, as in ``petition.sign``.
        who: Whose it is: the client's network, an object's key. Kept as a digest only.
        rate: As in ``10/h`` or ``60/m``; the window is fixed, and begins at another second for
            each ``who``.
    """
    digest = salted_hmac(SALT, f"{what}\x1f{who}", algorithm="sha256").hexdigest()
    try:
        usage = get_usage(
            request, group=what, key=lambda group, request: digest, rate=rate, increment=True
        )
    except Exception as error:  # noqa: BLE001 - whatever a cache raises, readers must not suffer
        logger.warning("Nothing is limited, the cache fails: %s", type(error).__name__)
        return True
    return usage is None or not usage["should_limit"]

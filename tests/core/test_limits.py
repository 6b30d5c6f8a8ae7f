"""Whose request it is, and how often it may come."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.test import RequestFactory
from pytest_django import Settings

from cms.core import limits

PROXIES = ["10.0.0.0/8", "fd00::/8"]


def network(settings: Settings, peer: str, forwarded: str | None = None) -> str:
    settings.TRUSTED_PROXIES = PROXIES
    request = RequestFactory().get("/")
    request.META["REMOTE_ADDR"] = peer
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return limits.client_network(request)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        # Nobody stands between.
        ("203.0.113.9", None, "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", None, "203.0.113.9/32"),
        # A stranger says that it forwards: not believed.
        ("203.0.113.9", "198.51.100.1", "203.0.113.9/32"),
        # Our proxy says whom it serves.
        ("10.0.0.7", "198.51.100.1", "198.51.100.1/32"),
        ("10.0.0.7", "2001:db8::1", "2001:db8::/64"),
        ("10.0.0.7", "198.51.100.1:4711", "198.51.100.1/32"),
        ("10.0.0.7", "[2001:db8::1]:4711", "2001:db8::/64"),
        ("10.0.0.7", " 198.51.100.1 ", "198.51.100.1/32"),
        # Two of our proxies in a row, and what a client claimed before them.
        ("10.0.0.7", "198.51.100.1, fd00::5", "198.51.100.1/32"),
        ("10.0.0.7", "192.0.2.66, 198.51.100.1", "198.51.100.1/32"),
        ("10.0.0.7", "192.0.2.66, 198.51.100.1, 10.9.9.9", "198.51.100.1/32"),
        # Where a proxy wrote no address, it stands for whom it serves.
        ("10.0.0.7", None, "10.0.0.7/32"),
        ("10.0.0.7", "", "10.0.0.7/32"),
        ("10.0.0.7", "198.51.100.1, unknown", "10.0.0.7/32"),
        ("10.0.0.7", "10.0.0.8", "10.0.0.8/32"),
        # Over a socket of this machine, which only a proxy of ours has.
        ("", "192.0.2.66, 198.51.100.1", "198.51.100.1/32"),
        ("", "192.0.2.66, 198.51.100.1, fd00::5", "198.51.100.1/32"),
        # No address at all.
        ("", None, "unknown"),
        ("", "unknown", "unknown"),
        ("/run/socket", "198.51.100.1", "unknown"),
    ],
)
def test_the_hop_that_counts_is_the_last_that_a_proxy_of_ours_wrote(
    settings: Settings, peer: str, forwarded: str | None, expected: str
) -> None:
    assert network(settings, peer, forwarded) == expected


def test_without_a_proxy_nobody_says_who_came_over_a_socket(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    request = RequestFactory().get("/", headers={"x-forwarded-for": "198.51.100.1"})
    request.META["REMOTE_ADDR"] = ""
    assert limits.client_network(request) == "unknown"


@pytest.mark.parametrize(
    "hostile", ["\x00", "1" * 10_000, ":" * 50, "[", "[]", "1.2.3.4.5", "٣.1.1.1"]
)
def test_nothing_that_a_client_writes_breaks_the_count(settings: Settings, hostile: str) -> None:
    assert network(settings, "10.0.0.7", hostile) == "10.0.0.7/32"


def ask(who: str = "198.51.100.1/32", what: str = "test", rate: str = "3/h") -> bool:
    return limits.within(RequestFactory().get("/"), what=what, who=who, rate=rate)


def test_so_many_and_no_more_for_each_who_and_each_what() -> None:
    assert [ask() for _ in range(5)] == [True, True, True, False, False]
    assert ask(who="198.51.100.2/32")
    assert ask(what="other")


def test_the_cache_knows_no_address() -> None:
    ask()
    kept = repr(cache._cache)  # type: ignore[attr-defined]
    assert kept != "OrderedDict()"
    assert "198.51.100" not in kept


class ClosedPort(BaseCache):
    """A cache on a port where nobody listens, as a server that is down."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self._port: int = taken.getsockname()[1]

    def _call(self, *args: Any, **kwargs: Any) -> Any:
        socket.create_connection(("127.0.0.1", self._port), timeout=1).close()

    add = get = set = touch = delete = incr = clear = _call


class Forgetful(ClosedPort):
    """A cache that answers, and has lost what it was given."""

    def _call(self, *args: Any, **kwargs: Any) -> Any:
        return None

    add = get = set = touch = delete = incr = clear = _call


@pytest.mark.parametrize("backend", [ClosedPort, Forgetful])
def test_a_cache_that_is_down_limits_nobody(settings: Settings, backend: type) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": f"{__name__}.{backend.__name__}"},
    }
    assert all(ask(rate="1/h") for _ in range(3))


@pytest.mark.django_db
def test_a_cache_table_that_is_missing_limits_nobody(settings: Settings) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "no_such_table",
        },
    }
    assert ask(rate="1/h")

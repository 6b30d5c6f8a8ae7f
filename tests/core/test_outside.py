"""What production does where there are public and private hosts, and a name server that lies."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from cms.core import fetching
from cms.core.connections import Reach
from cms.core.fetching import Fetched, FetchError, Reason, check, fetch
from tests.conftest import NO_NETWORK
from tests.outside import PRIVATE, PRIVATE_6, PUBLIC, PUBLIC_6, Outside, outside_network

INSIDE = ["127.0.0.1", "::1", *PRIVATE, *PRIVATE_6]


@pytest.fixture
def outside() -> Iterator[Outside]:
    assert Reach() == fetching.REACH
    with ExitStack() as stack:
        try:
            hosts = stack.enter_context(outside_network())
        except OSError:
            pytest.skip(NO_NETWORK)
        yield hosts


def attempt(outside: Outside, address: str) -> Fetched:
    return outside.run(lambda: fetch(address, most_bytes=1000, seconds=60))


def refusal(outside: Outside, address: str) -> FetchError:
    with pytest.raises(FetchError):
        outside.run(lambda: check(address, seconds=60))
    with pytest.raises(FetchError) as refused:
        attempt(outside, address)
    return refused.value


def redirect(target: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


def test_a_public_host_is_asked(outside: Outside) -> None:
    outside.names["gazette.example"] = [PUBLIC]
    for host in (PUBLIC, f"[{PUBLIC_6}]", "gazette.example"):
        assert attempt(outside, f"http://{host}/").content == b"whole"
    assert outside.reached == [PUBLIC, PUBLIC_6, PUBLIC]


@pytest.mark.parametrize("host", INSIDE)
def test_a_private_host_never_learns_that_it_was_named(outside: Outside, host: str) -> None:
    address = f"http://[{host}]/" if ":" in host else f"http://{host}/"
    assert "stands at a private address" in str(refusal(outside, address))
    outside.answers[PUBLIC] = redirect(address)
    assert f"{PUBLIC} redirects to" in str(refusal(outside, f"http://{PUBLIC}/"))
    assert set(outside.reached) == {PUBLIC}
    outside.run(lambda: reach(host))
    assert host in outside.reached


def reach(host: str) -> None:
    """It is there: whoever asks without us gets through."""
    with socket.create_connection((host, 80), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.recv(5) == b"HTTP/"


def test_a_name_that_leads_inside_is_refused(outside: Outside) -> None:
    outside.names["inside.example"] = ["169.254.169.254"]
    outside.names["alias.example"] = ["inside.example"]
    outside.names["alias.of.alias.example"] = ["alias.example"]
    for name in ("inside.example", "alias.example", "alias.of.alias.example"):
        error = refusal(outside, f"http://{name}/")
        assert (error.reason, str(error).split()[0]) == (Reason.REFUSED, name)
    assert outside.reached == []
    assert len(outside.asked) == 6


def test_a_name_that_changes_is_asked_where_it_was_checked(outside: Outside) -> None:
    """By a name server whose answers nobody may keep."""
    outside.names["rebinding.example"] = [PUBLIC, "127.0.0.1"]
    assert attempt(outside, "http://rebinding.example/").content == b"whole"
    assert (outside.asked, outside.reached) == (["rebinding.example"], [PUBLIC])
    assert refusal(outside, "http://rebinding.example/").reason == Reason.REFUSED
    assert outside.reached == [PUBLIC]


def test_a_name_that_changes_between_two_hops_is_checked_again(outside: Outside) -> None:
    outside.names["rebinding.example"] = [PUBLIC, "10.0.0.1"]
    outside.answers[PUBLIC] = redirect("/again")
    with pytest.raises(FetchError, match=r"rebinding\.example stands at a private address"):
        attempt(outside, "http://rebinding.example/")
    assert outside.reached == [PUBLIC]


def test_a_name_that_nobody_has_is_told(outside: Outside) -> None:
    error = refusal(outside, "http://nobody.example/")
    assert error.reason == Reason.UNREACHABLE
    assert "no host of this name" in str(error)

"""Every engine that this machine has, with the same questions for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest
from pytest_django import Settings

from cms.settings import environment
from search import outward, server
from tests import searchserver


@pytest.fixture(scope="session")
def search_server() -> Iterator[str]:
    """The address of a search server, started once for each process that tests."""
    with searchserver.running() as address:
        yield address


@pytest.fixture
def search_server_in_use(
    db: None, settings: Settings, search_server: str, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A site whose readers are answered by a search server, with an index that is empty yet."""
    # A busy machine is no dead server.
    monkeypatch.setattr(server, "SECONDS", 60)
    # Its core is the one that OpenSearch began with, so it is named as that one is.
    monkeypatch.setenv("SEARCH_URL", search_server.replace("http://", "opensearch://"))
    settings.SEARCH_SERVER = environment.search_server("SEARCH_URL")
    for _ in outward.rebuild():
        pass
    return search_server


@pytest.fixture(params=["database", "search server"])
def engine(request: pytest.FixtureRequest, db: None) -> Callable[[], None]:
    """Answers readers; call it to have it know of everything that was changed."""
    if request.param == "database":
        return lambda: None
    address = request.getfixturevalue("search_server_in_use")

    def catch_up() -> None:
        # Nothing is committed in a test, so nothing was carried yet.
        outward.carry()
        answer = httpx2.post(f"{address}/{server.ALIAS}/_refresh", trust_env=False, timeout=60)
        assert answer.status_code == 200

    return catch_up

"""A server of feeds that polls may reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fileserver import trust_loopback
from tests.news.feeds.newsagent import NewsAgent, selling


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewsAgent]:
    """The server."""
    trust_loopback(monkeypatch)
    with selling() as running:
        yield running

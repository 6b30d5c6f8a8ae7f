"""A page cache of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from cms.core.page_cache import versions
from tests.core.page_cache.reader import Reader


@pytest.fixture(autouse=True)
def _page_cache(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    versions.close()
    versions.forget_what_was_said()
    yield
    versions.close()


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests are answered in the test's own transaction, as Django's test client has it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def reader() -> Reader:
    """Somebody who asks this site."""
    return Reader()

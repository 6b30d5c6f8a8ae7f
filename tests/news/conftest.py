"""A stand-in for the language model, behind the settings that the newsroom reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

import cms.llm.call  # noqa: F401 - so that no test's clock runs while openai is imported
from cms.llm import client as llm_client
from cms.llm.standin import DEFAULT_MODEL, StandIn


@pytest.fixture
def stand_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The model that drafts; a test names another of its manners by ``settings.OPENAI_MODEL``."""
    monkeypatch.setattr(llm_client, "BACKOFF", (0.05, 0.1))
    settings.OPENAI_MODEL = DEFAULT_MODEL
    settings.DRAFTING_DEADLINE = 30
    with StandIn() as server:
        settings.OPENAI_BASE_URL = server.base_url
        yield server

"""A stand-in to talk to, and a short way to ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

import cms.llm.call  # noqa: F401 - so that no test's clock runs while openai is imported
from cms.llm import client
from cms.llm.client import Endpoint, Reply, complete, never
from cms.llm.standin import StandIn
from tests.llm.briefs import message
from tests.llm.schemas import SCHEMAS

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.any_database)


class Ask(Protocol):
    def __call__(
        self,
        model: str = ...,
        *,
        section: str = ...,
        base_url: str = ...,
        api_key: str = ...,
        deadline: float = ...,
        cancelled: Callable[[], bool] = ...,
        schema: type[BaseModel] | None = ...,
        **article: Any,
    ) -> Reply[Any]: ...


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BACKOFF", (0.05, 0.1))


@pytest.fixture
def ask(stand_in: StandIn) -> Ask:
    def asking(
        model: str = "stand-in",
        *,
        section: str = "opinion",
        base_url: str = "",
        api_key: str = "",
        deadline: float = 20.0,
        cancelled: Callable[[], bool] = never,
        schema: type[BaseModel] | None = None,
        **article: Any,
    ) -> Reply[Any]:
        return complete(
            endpoint=Endpoint(base_url or stand_in.base_url, api_key, model),
            system="Write commentary.",
            user=message(section, **article),
            schema=schema or SCHEMAS[section],
            deadline=deadline,
            max_tokens=2000,
            cancelled=cancelled,
        )

    return asking

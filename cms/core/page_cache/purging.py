"""Telling caches in front of us, as far as the operator has named one, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def purge(tags: Collection[str]) -> None:
    """Have the caches in front forget what shows these."""

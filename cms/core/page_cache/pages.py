"""How the settings say what the views read. It imports nothing: settings are read first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pages:
    """How the views at some addresses read their query.

    Attributes:
        path: What the whole path matches.
        numbers: Parameters that hold a number, and tell pages apart.
        personal: Parameters with which the answer is for nobody else.
        kept: Whether the pages may be kept at all.
    """

    path: str
    numbers: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    kept: bool = True

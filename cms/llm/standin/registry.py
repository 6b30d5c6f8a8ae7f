"""The entries that the stand-in was given to point at; it names their ids and nothing else of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    id: str
    kind: str
    office: str


def entries(registry: object) -> list[Entry]:
    rows = registry if isinstance(registry, list) else []
    return [_entry(row) for row in rows if isinstance(row, dict) and row.get("id")]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(str(row["id"]), str(row.get("kind", "")), str(row.get("office", "")))


def of_kind(found: list[Entry], kind: str) -> list[Entry]:
    return [entry for entry in found if entry.kind == kind]


def role(entry: Entry) -> str:
    """Call an office by a word that is right for everyone who holds one like it."""
    if re.search(r"\bsenator\b", entry.office, re.IGNORECASE):
        return "senator"
    return "representative"

"""A small Congress in YAML, for tests to change."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import yaml

from advocacy.legislators.runs import Report, Sources, run

BALDWIN: dict[str, Any] = {
    "id": {"bioguide": "B001230"},
    "name": {"first": "Tammy", "last": "Baldwin", "official_full": "Tammy Baldwin"},
    "terms": [
        {
            "type": "sen",
            "start": "2025-01-03",
            "end": "2031-01-03",
            "state": "WI",
            "class": 1,
            "state_rank": "junior",
            "party": "Democrat",
            "url": "https://www.baldwin.senate.gov",
            "address": "141 Hart Senate Office Building Washington DC 20510",
            "phone": "202-224-5653",
            "contact_form": "https://www.baldwin.senate.gov/feedback",
        }
    ],
}


def baldwin(**term: Any) -> dict[str, Any]:
    """Senator Baldwin, with some of her term changed; None takes a value out."""
    member = copy.deepcopy(BALDWIN)
    last = member["terms"][-1]
    last.update(term)
    for name in [name for name, value in last.items() if value is None]:
        del last[name]
    return member


def house(number: int, **term: Any) -> dict[str, Any]:
    """A member for a district of California."""
    return {
        "id": {"bioguide": f"C{number:06}"},
        "name": {"first": "Ada", "last": f"Young{number}"},
        "terms": [
            {
                "type": "rep",
                "start": "2025-01-03",
                "end": "2027-01-03",
                "state": "CA",
                "district": number,
                "party": "Democrat",
                **term,
            }
        ],
    }


def in_yaml(*entries: Any) -> bytes:
    """A file as the project publishes it."""
    text: str = yaml.safe_dump(list(entries), allow_unicode=True, sort_keys=False)
    return text.encode()


def imported(*members: Any, **others: Any) -> Report:
    """An import of these members; ``offices``, ``social``, ``forms``, ``today`` and ``dry_run``."""
    today = others.pop("today", datetime.date(2026, 6, 15))
    dry_run = others.pop("dry_run", False)
    return run(sources=Sources(file=in_yaml(*members), **others), today=today, dry_run=dry_run)

"""Articles and registry entries to ask for commentary on; nobody in them exists."""

from __future__ import annotations

import copy
import json
from typing import Any

TEXT = """\
Harbor County will close its last public clinic on November 3, the county board announced on \
Thursday, ending a service that has been open for eleven years.

"We have looked at every number twice, and we cannot pay the staff that this building needs," \
County Executive Ruth Ambrose said at a hearing on Thursday. "It is the hardest vote of my life."

The clinic saw 4,200 people last year, most of them without insurance. The nearest hospital is an \
hour away by bus.

"There is no plan for the people who will come to a locked door," said Joel Vance, a nurse who has \
worked at the clinic since it opened.

State Sen. Amina Farouk asked the board to wait. "Give us until the spring, and we will find the \
money," she said. "A county that closes its clinic first and plans afterwards has not planned."

Ambrose said that a delay would cost $1.4 million. "I would love to be wrong about that, and I \
have asked to be shown," she said.

A spokesman for Farouk said: "The senator is not finished with this."

On Tuesday, the board will meet again to settle how patients are told."""

BRIEF: dict[str, Any] = {
    "section": "opinion",
    "article": {
        "title": "Harbor County to close its last public clinic",
        "introduction": "Patients will have to travel for an hour.",
        "source": {
            "name": "The Harbor Herald",
            "address": "https://herald.example/clinic",
            "published_at": "2026-09-11T14:30:00-04:00",
        },
        "text": TEXT,
        "categories": ["Health care"],
    },
    "registry": [
        {
            "id": "representative:12",
            "kind": "representative",
            "name": "Jane Roe",
            "office": "U.S. Senator, Wisconsin",
        },
        {"id": "petition:3", "kind": "petition", "name": "Keep it open", "about": "The clinic"},
        {"id": "letter:2", "kind": "letter", "name": "To the board", "about": "The clinic"},
    ],
    "limits": {"max_words": 350},
    "already_written": {},
}


def brief(section: str = "opinion", *, max_words: int = 350, **article: Any) -> dict[str, Any]:
    changed = copy.deepcopy(BRIEF)
    changed["section"] = section
    changed["limits"]["max_words"] = max_words
    changed["article"].update(article)
    return changed


def message(section: str = "opinion", **changes: Any) -> str:
    return json.dumps(brief(section, **changes))

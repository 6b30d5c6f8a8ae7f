"""What the guard says of a text, in words an editor can act on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

EXCERPT_CHARACTERS = 160


class Severity(StrEnum):
    """What became of it: refused text may not stand, dropped text is gone, a flag is a question."""

    REFUSED = "refused"
    DROPPED = "dropped"
    FLAG = "flag"


class FindingKind(StrEnum):
    CONTACT = "contact"
    LINK = "link"
    QUOTE = "quote"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    MARKUP = "markup"
    LANGUAGE = "language"
    LENGTH = "length"
    REPEAT = "repeat"
    REGISTRY = "registry"
    INSTRUCTION = "instruction"


@dataclass(frozen=True)
class Finding:
    """One thing in a text, with where it stands (`groups.0.items.2`; blank: the text itself)."""

    kind: FindingKind
    severity: Severity
    path: str
    excerpt: str
    message: str

    def as_json(self) -> dict[str, str]:
        """Give it as plain strings, for a JSON field."""
        return {name: str(value) for name, value in asdict(self).items()}


def excerpt(text: str) -> str:
    """Shorten a text for a message, at a word."""
    text = " ".join(text[: EXCERPT_CHARACTERS * 4].split())
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    return text[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"

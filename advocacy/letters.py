"""Letters: what may stand in braces, and what is filled in for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from advocacy.models import Representative

TOKENS = ("title", "name", "salutation", "district", "state", "office")
_TOKEN = re.compile(r"\{([^{}\n]{0,60})\}")
# Some mail programs cut a mailto: link off beyond this many characters.
MAILTO_LIMIT = 1900


@dataclass(frozen=True)
class FilledLetter:
    """A letter to one person, without braces."""

    subject: str
    body: str

    def mailto(self, address: str) -> str:
        """A link that opens the letter in a mail program.

        Where the text is too long for a link, only the address and the subject are in it: the
        reader copies the text.
        """
        recipient = quote(address, safe="@+")
        subject = f"mailto:{recipient}?subject={quote(self.subject)}"
        whole = f"{subject}&body={quote(self.body.replace(chr(10), chr(13) + chr(10)))}"
        return whole if len(whole) <= MAILTO_LIMIT else subject


def unknown_tokens(text: str) -> list[str]:
    """What stands in braces and is no token, as written, each once."""
    found = dict.fromkeys(_TOKEN.findall(text))
    return [f"{{{token}}}" for token in found if token not in TOKENS]


def fill(*, subject: str, body: str, representative: Representative) -> FilledLetter:
    """The letter to one representative; a text in unknown braces is left as it is."""
    values = {
        "title": representative.title,
        "name": representative.name,
        "salutation": representative.salutation,
        "district": representative.district_line,
        "state": representative.get_state_display(),
        "office": representative.office_line,
    }

    def value_of(match: re.Match[str]) -> str:
        return values.get(match[1], match[0])

    return FilledLetter(
        subject=" ".join(_TOKEN.sub(value_of, subject).split()),
        body=_TOKEN.sub(value_of, body).strip(),
    )

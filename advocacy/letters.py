"""Letters: what may stand in braces, what is filled in for it, and how a letter is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from advocacy.channels import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advocacy.models import Channel, Representative

# Each token, and what stands for it where nobody is addressed yet.
TOKENS = {
    "title": "[title]",
    "name": "[name]",
    "salutation": "Dear [title and name]",
    "district": "[your district]",
    "state": "[your state]",
    "office": "[office]",
}
_TOKEN = re.compile(r"\{([^{}\n]{0,60})\}")
# Some mail programs cut a mailto: link off beyond this many characters.
MAILTO_LIMIT = 1900


@dataclass(frozen=True)
class FilledLetter:
    """A letter without braces."""

    subject: str
    body: str

    def mailto(self, address: str) -> str:
        """A link that opens the letter in a mail program.

        Where the text is too long for a link, only the address and the subject are in it: the
        reader copies the text.
        """
        short = f"mailto:{quote(address, safe='@+')}?subject={quote(self.subject, safe='')}"
        lines = self.body.replace("\r\n", "\n").replace("\n", "\r\n")
        whole = f"{short}&body={quote(lines, safe='')}"
        return whole if len(whole) <= MAILTO_LIMIT else short


@dataclass(frozen=True)
class Way:
    """A channel, and the link that uses it for this letter; blank where there is none."""

    channel: Channel
    link: str


@dataclass(frozen=True)
class Copy:
    """A letter to one representative, with the ways in which it can reach them."""

    representative: Representative
    filled: FilledLetter
    forms: list[Way]
    phones: list[Way]
    emails: list[Way]
    posts: list[Way]

    @property
    def call_script(self) -> str:
        """What to say on the telephone, for somebody who has never called."""
        return (
            "Hello. My name is [your name], and I live in [your town and ZIP code]. "
            f"I am calling {self.representative.titled_name} with one request. "
            f"{self.filled.subject.rstrip('.')}. "
            "[Say in a sentence why it matters to you.] "
            "Would you write down that I called, and tell me where "
            f"{self.representative.title} {self.representative.last_name} stands? Thank you."
        )


def unknown_tokens(text: str) -> list[str]:
    """What stands in braces and is no token, as written, each once."""
    found = dict.fromkeys(_TOKEN.findall(text))
    return [f"{{{token}}}" for token in found if token not in TOKENS]


def copy_for(representative: Representative, *, subject: str, body: str) -> Copy:
    """The letter to one representative, through the channels that have a source and a date."""
    filled = _fill(
        subject=subject,
        body=body,
        values={
            "title": representative.title,
            "name": representative.name,
            "salutation": representative.salutation,
            "district": representative.district_line or representative.get_state_display(),
            "state": representative.get_state_display(),
            "office": representative.office_line,
        },
    )
    ways: dict[str, list[Way]] = {kind: [] for kind in ChannelKind}
    for channel in representative.usable_channels:
        is_mail = channel.kind == ChannelKind.EMAIL
        link = filled.mailto(channel.value) if is_mail else channel.link
        ways[channel.kind].append(Way(channel, link))
    return Copy(
        representative=representative,
        filled=filled,
        forms=ways[ChannelKind.FORM],
        phones=ways[ChannelKind.PHONE],
        emails=ways[ChannelKind.EMAIL],
        posts=ways[ChannelKind.POST],
    )


def in_words(*, subject: str, body: str) -> FilledLetter:
    """The letter to nobody in particular: what is filled in later stands in square brackets."""
    return _fill(subject=subject, body=body, values=TOKENS)


def _fill(*, subject: str, body: str, values: Mapping[str, str]) -> FilledLetter:
    def value_of(match: re.Match[str]) -> str:
        return values.get(match[1], match[0])

    return FilledLetter(
        subject=" ".join(_TOKEN.sub(value_of, subject).split()),
        body=_TOKEN.sub(value_of, body).strip(),
    )

"""Letters: what may stand in braces, what is filled in for it, and how a letter is sent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from advocacy.channels import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
# Where the reader's name goes, as in [Your name and ZIP code].
_NAME_PLACE = re.compile(r"\[your name[^\[\]\n]{0,60}\]", re.IGNORECASE)
_OPEN_PLACE = re.compile(r"\[[^\[\]\n]{1,200}\]")
# Some mail programs cut a mailto: link off beyond this many characters.
MAILTO_LIMIT = 1900


@dataclass(frozen=True)
class Sender:
    """The reader, as far as they wish to say."""

    name: str = ""
    address: str = ""

    @property
    def lines(self) -> str:
        """Name and address as they stand at the head of a letter."""
        return "\n".join(part for part in (self.name, self.address) if part)


NOBODY = Sender()


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

    def signed(self, sender: Sender) -> FilledLetter:
        """The letter as it goes by mail or into a form: name and address at its end."""
        before, after, has_place = self.around_name()
        if not sender.lines or (not has_place and sender.name and sender.name in self.body):
            return self
        ending = f"{before}\n{sender.lines}" if has_place else f"{self.body}\n\n{sender.lines}"
        return FilledLetter(self.subject, f"{ending}\n\n{after}" if after else ending)

    def around_name(self) -> tuple[str, str, bool]:
        """What stands before and after the place for the reader's name, and whether there is one."""
        places = list(_NAME_PLACE.finditer(self.body))
        if not places:
            return self.body, "", False
        last = places[-1]
        return self.body[: last.start()].rstrip(), self.body[last.end() :].strip(), True


@dataclass(frozen=True)
class Way:
    """A channel, and the link that uses it for this letter; blank where there is none."""

    channel: Channel
    link: str

    @property
    def lines(self) -> str:
        """The channel's value as it stands on an envelope."""
        return "\n".join(self.channel.lines)

    @property
    def is_cut(self) -> bool:
        """Whether the letter is too long for the link: a mail then begins without it."""
        return self.link.startswith("mailto:") and "&body=" not in self.link


@dataclass(frozen=True)
class Copy:
    """A letter to one representative, with the ways in which it can reach them."""

    representative: Representative
    filled: FilledLetter
    sender: Sender
    values: Mapping[str, str]
    ways: Mapping[str, Sequence[Way]]
    chosen_post: str = ""
    signed: FilledLetter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signed", self.filled.signed(self.sender))

    @property
    def has_ways(self) -> bool:
        """Whether anything is known that reaches them."""
        return any(self.ways.values())

    @property
    def values_json(self) -> str:
        """What each token stands for, for the script that fills the reader's words in."""
        return json.dumps(dict(self.values))

    @property
    def post(self) -> Way | None:
        """The postal address that the letter is printed for: the chosen one, else the first."""
        posts = self.ways[ChannelKind.POST]
        chosen = (way for way in posts if str(way.channel.pk) == self.chosen_post)
        return next(chosen, posts[0] if posts else None)

    @property
    def paper(self) -> dict[str, str]:
        """The parts of the printed letter around the space for a signature."""
        before, after, has_place = self.filled.around_name()
        signed_already = not has_place and bool(self.sender.name) and self.sender.name in before
        return {
            "before": before,
            "name": "" if signed_already else self.sender.name,
            "after": after,
        }


def unknown_tokens(text: str) -> list[str]:
    """What stands in braces and is no token, as written, each once."""
    found = dict.fromkeys(_TOKEN.findall(text))
    return [f"{{{token}}}" for token in found if token not in TOKENS]


def open_places(text: str) -> list[str]:
    """What still waits for the reader in square brackets, each once; their name is not among it."""
    return [
        place
        for place in dict.fromkeys(_OPEN_PLACE.findall(text))
        if not _NAME_PLACE.fullmatch(place)
    ]


def values_for(representative: Representative) -> dict[str, str]:
    """What each token stands for."""
    return {
        "title": representative.title,
        "name": representative.name,
        "salutation": representative.salutation,
        "district": representative.district_line or representative.get_state_display(),
        "state": representative.get_state_display(),
        "office": representative.office_line,
    }


def shared_by(representatives: Sequence[Representative], text: str) -> str:
    """The text to edit: tokens that mean the same for everybody are filled in, others stay."""
    if not representatives:
        return text
    first, *others = [values_for(representative) for representative in representatives]
    same = {
        token: value
        for token, value in first.items()
        if all(other[token] == value for other in others)
    }
    return _filled(text, same)


def copy_for(
    representative: Representative,
    *,
    subject: str,
    body: str,
    sender: Sender = NOBODY,
    chosen_post: str = "",
) -> Copy:
    """The letter to one representative, through the channels that have a source and a date."""
    values = values_for(representative)
    filled = _fill(subject=subject, body=body, values=values)
    signed = filled.signed(sender)
    ways: dict[str, list[Way]] = {kind: [] for kind in ChannelKind}
    for channel in representative.usable_channels:
        is_mail = channel.kind == ChannelKind.EMAIL
        link = signed.mailto(channel.value) if is_mail else channel.link
        ways[channel.kind].append(Way(channel, link))
    return Copy(
        representative=representative,
        filled=filled,
        sender=sender,
        values=values,
        ways=ways,
        chosen_post=chosen_post,
    )


def in_words(*, subject: str, body: str) -> FilledLetter:
    """The letter to nobody in particular: what is filled in later stands in square brackets."""
    return _fill(subject=subject, body=body, values=TOKENS)


def _fill(*, subject: str, body: str, values: Mapping[str, str]) -> FilledLetter:
    return FilledLetter(
        subject=" ".join(_filled(subject, values).split()), body=_filled(body, values).strip()
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda match: values.get(match[1], match[0]), text)

"""Which contact details may stand in a text: those of the registry, and those the source gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from news.drafting.guard.contacts import Contact, ContactKind, find_contacts
from news.drafting.guard.findings import Finding, FindingKind, Severity, excerpt
from news.drafting.guard.streets import street_value

NAMES = {
    ContactKind.EMAIL: "e-mail address",
    ContactKind.PHONE: "telephone number",
    ContactKind.STREET_ADDRESS: "street address",
    ContactKind.WEB_ADDRESS: "web address",
}


Given = tuple[frozenset[tuple[ContactKind, str]], str]
"""The contact details in a text, and its words where one of them is a street address."""


def _given(text: str) -> Given:
    found = find_contacts(text)
    street = any(contact.kind is ContactKind.STREET_ADDRESS for contact in found)
    values = frozenset((contact.kind, contact.value) for contact in found)
    return values, f" {street_value(text)} " if street else ""


# All of Congress has six thousand channels, which take a second to read and seldom change. Their
# values are short; what sources say is not kept.
_given_by_registry = lru_cache(maxsize=16_384)(_given)


@dataclass(frozen=True)
class KnownContacts:
    """The contact details that some texts give, in their one spelling."""

    values: frozenset[tuple[ContactKind, str]] = frozenset()
    hosts: frozenset[str] = frozenset()
    # Street addresses are compared by their words, since they are cut and joined at will.
    words: str = field(default="", repr=False)

    @classmethod
    def gathered(cls, given: Iterable[Given]) -> KnownContacts:
        values: set[tuple[ContactKind, str]] = set()
        words: list[str] = []
        for found, street in given:
            values |= found
            if street:
                words.append(street)
        web = [value for kind, value in values if kind is ContactKind.WEB_ADDRESS]
        return cls(
            values=frozenset(values),
            hosts=frozenset(re.split(r"[/?#]", value, maxsplit=1)[0] for value in web),
            words="|".join(words),
        )

    def __contains__(self, contact: Contact) -> bool:
        if (contact.kind, contact.value) in self.values:
            return True
        if contact.kind is ContactKind.WEB_ADDRESS:
            # The bare name of a site, where one of its pages is known.
            return contact.value in self.hosts
        return contact.kind is ContactKind.STREET_ADDRESS and f" {contact.value} " in self.words


@dataclass(frozen=True)
class AllowedContacts:
    """What the registry holds and what the sources say, apart: a draft may use the former only."""

    registry: KnownContacts = field(default_factory=KnownContacts)
    sources: KnownContacts = field(default_factory=KnownContacts)

    @classmethod
    def from_texts(
        cls, registry_values: Iterable[str], source_texts: Iterable[str]
    ) -> AllowedContacts:
        """Read them from the registry's values, one each, and from whole source texts."""
        return cls(
            registry=KnownContacts.gathered(map(_given_by_registry, registry_values)),
            sources=KnownContacts.gathered(map(_given, source_texts)),
        )

    def __contains__(self, contact: Contact) -> bool:
        return contact in self.registry or contact in self.sources


def violations(text: str, *, allowed: AllowedContacts) -> list[Finding]:
    """List what may not be published: contact details of no known origin, links that mislead."""
    found = find_contacts(text)
    unknown = [contact for contact in found if contact not in allowed]
    return [
        Finding(
            FindingKind.CONTACT,
            Severity.REFUSED,
            "",
            excerpt(contact.text),
            f"The {NAMES[contact.kind]} \u201c{excerpt(contact.text)}\u201d is neither in the registry "
            "nor in the source. Please choose an entry of the registry instead, or take it out.",
        )
        for contact in unknown
    ] + [_misleading(link) for link in misleading_links(text)]


@dataclass(frozen=True)
class Link:
    """A link as its author wrote it: what a reader sees, and where it leads."""

    start: int
    end: int
    shown: str
    target: str


_HTML_LINK = re.compile(
    r"<a\s[^<>]{0,2000}?href\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s<>]+))", re.I
)
_CLOSED = re.compile(r"</a\b", re.I)
# What a link shows is short; more than this is not read.
_SHOWN = 2000
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(\s*<?([^()\s<>]{1,2000})")


def links(text: str) -> list[Link]:
    """List the links of rich text and of Markdown."""
    found: list[Link] = []
    anchors = list(_HTML_LINK.finditer(text))
    for match, following in zip_longest(anchors, anchors[1:]):
        # An anchor ends where it is closed, or where the next one begins.
        limit = min(match.end() + _SHOWN, following.start() if following else len(text))
        begins = text.find(">", match.end(), limit) + 1
        closed = _CLOSED.search(text, begins, limit) if begins else None
        end = closed.start() if closed else limit
        target = match.group(1) or match.group(2) or match.group(3) or ""
        found.append(Link(match.start(), end, text[begins:end] if begins else "", target))
    found += [
        Link(match.start(), match.end(), match.group(1), match.group(2))
        for match in _MARKDOWN_LINK.finditer(text)
    ]
    return found


def misleading_links(text: str) -> list[Link]:
    """List the links that show one address and lead to another."""
    return [link for link in links(text) if _misleads(link)]


def _misleads(link: Link) -> bool:
    shown = [
        contact
        for contact in find_contacts(re.sub(r"<[^<>]{0,2000}>", "", link.shown))
        if contact.kind in (ContactKind.WEB_ADDRESS, ContactKind.EMAIL)
    ]
    targets = {_host(contact.value) for contact in find_contacts(link.target)}
    return any(_host(contact.value) not in targets for contact in shown)


def _host(address: str) -> str:
    return re.split(r"[/?#]", address, maxsplit=1)[0].lower()


def _misleading(link: Link) -> Finding:
    return Finding(
        FindingKind.LINK,
        Severity.REFUSED,
        "",
        excerpt(link.shown),
        f"The link \u201c{excerpt(link.shown)}\u201d leads to {excerpt(link.target)}, which is not what "
        "it shows. Please let both say the same.",
    )

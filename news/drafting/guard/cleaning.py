"""One text of a reply, made fit to be shown: what may not stand in it is left out and reported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from news.drafting.guard.allowed import NAMES, AllowedContacts, links
from news.drafting.guard.claims import Claims, unsupported_in
from news.drafting.guard.contacts import Contact, find_contacts
from news.drafting.guard.findings import Finding, FindingKind, Severity, excerpt
from news.drafting.guard.markdown import strip_markdown
from news.drafting.guard.markup import strip_html
from news.drafting.guard.orders import copied_orders, orders
from news.drafting.guard.overlap import Said
from news.drafting.guard.quotes import Sources, unquoted_spans
from news.drafting.guard.words import sentence_spans, without_spans, word_count

_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|table|blockquote|section)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)


@dataclass
class Cleaner:
    """Cleans texts one after the other, and remembers what it found and what it has let through."""

    allowed: AllowedContacts
    sources: Sequence[str]
    written: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    # The other sections, and what this draft has said so far.
    earlier: list[Said] = field(init=False)
    said: list[Said] = field(default_factory=list)
    quoted: list[Said] = field(init=False)
    quotable: Sources = field(init=False)
    claims: Claims = field(init=False)

    def __post_init__(self) -> None:
        self.quotable = Sources(self.sources)
        self.claims = Claims(self.sources)
        self.earlier = [Said(text) for text in self.written]
        self.quoted = [Said(text) for text in self.sources]

    def drop(self, kind: FindingKind, path: str, what: str, message: str) -> None:
        """Report something that was left out; `{}` in the message is where it is named."""
        shown = excerpt(what)
        self.findings.append(
            Finding(kind, Severity.DROPPED, path, shown, message.replace("{}", shown))
        )

    def prose(self, text: str, path: str, *, apart: bool = False) -> str:
        """Clean sentences of the newsroom's own: everything that may not stand is left out.

        `apart`: the text may say what the draft has said before (a letter, beside what to say).
        """
        text = self._without_unquoted(self.line(text, path), path)
        text = self._without_copied_orders(text, path)
        text = self._without_repeats(
            text, path, self.earlier if apart else [*self.earlier, *self.said]
        )
        self.said.append(Said(text))
        return text

    def line(self, text: str, path: str) -> str:
        """Clean a text of contacts and markup only; paragraphs stay apart."""
        apart = _BLOCK_TAG.sub("\n", text)
        kept = self._without_strangers(apart, path)
        plain = strip_markdown(strip_html(kept))
        if apart != text or (_squeezed(plain) != _squeezed(kept) and _had_marks(kept)):
            self.drop(
                FindingKind.MARKUP,
                path,
                text,
                "We took markup out of \u201c{}\u201d; the words have stayed.",
            )
        # Once more: taking marks away may join what they kept apart.
        return self._without_strangers(plain, path)

    def is_repeated(self, text: str, path: str) -> bool:
        """Say whether another section has this quotation already, and report it."""
        if not any(said.is_repeated_by(text) for said in self.earlier):
            return False
        self._drop_repeat(text, path)
        return True

    def check_claims(self, text: str, path: str) -> None:
        """Report numbers, dates and names that no source has."""
        self.findings += unsupported_in(text, self.claims, path)

    def _without_strangers(self, text: str, path: str) -> str:
        unknown = [
            contact for contact in find_contacts(text) if contact not in self.allowed.registry
        ]
        for contact in unknown:
            self.drop(FindingKind.CONTACT, path, contact.text, self._why(contact))
        spans = [(contact.start, contact.end) for contact in unknown]
        for link in links(text):
            if not self._is_known(link.target):
                spans.append((link.start, link.end))
                self.drop(
                    FindingKind.LINK,
                    path,
                    link.target,
                    "We left out a link to \u201c{}\u201d; drafts point at the registry only.",
                )
        for start, end in orders(text):
            spans.append((start, end))
            self.drop(
                FindingKind.INSTRUCTION,
                path,
                text[start:end],
                "We left out a sentence that speaks to a language model, not to readers: "
                "\u201c{}\u201d",
            )
        return without_spans(text, spans) if spans else text

    def _is_known(self, target: str) -> bool:
        found = find_contacts(target)
        return bool(found) and all(contact in self.allowed.registry for contact in found)

    def _why(self, contact: Contact) -> str:
        where = (
            "stands in the source, but not in the registry"
            if contact in self.allowed.sources
            else "is neither in the registry nor in the source"
        )
        return (
            f"We left out a sentence: its {NAMES[contact.kind]} \u201c{{}}\u201d {where}. "
            "If readers need it, please add an entry of the registry instead."
        )

    def _without_unquoted(self, text: str, path: str) -> str:
        found = unquoted_spans(text, self.quotable)
        for quotation in found:
            self.drop(
                FindingKind.QUOTE,
                path,
                quotation.text,
                "We left out a quotation that is not word for word in the source: \u201c{}\u201d",
            )
        spans = [(quotation.start, quotation.end) for quotation in found]
        return without_spans(text, spans) if spans else text

    def _without_copied_orders(self, text: str, path: str) -> str:
        """Leave out what a source demands of whoever reads it; our own demands are in our words."""
        spans = copied_orders(text, self.quoted)
        for start, end in spans:
            self.drop(
                FindingKind.INSTRUCTION,
                path,
                text[start:end],
                "We left out a demand that the source makes in these words: \u201c{}\u201d",
            )
        return without_spans(text, spans) if spans else text

    def _without_repeats(self, text: str, path: str, before: Sequence[Said]) -> str:
        """Leave out sentences that were said before; then all of it, if it still repeats."""
        here = Said()
        spans = []
        for start, end in sentence_spans(text):
            sentence = text[start:end]
            if any(said.is_repeated_by(sentence) for said in (*before, here)):
                spans.append((start, end))
                self._drop_repeat(sentence, path)
            else:
                here.add(sentence)
        text = without_spans(text, spans) if spans else text
        if any(said.is_repeated_by(text) for said in before):
            self._drop_repeat(text, path)
            return ""
        return text

    def _drop_repeat(self, text: str, path: str) -> None:
        self.drop(
            FindingKind.REPEAT,
            path,
            text,
            "We left this out, because it says again what is already written: \u201c{}\u201d",
        )


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _had_marks(text: str) -> bool:
    return bool(re.search(r"[<>*_`#\[\]|~\\\u2022]|^\s*(?:[-+]|\d{1,2}[.)])\s", text, re.MULTILINE))


def cut(text: str, *, words: int, characters: int) -> str:
    """Keep the sentences, from the first, that fit into so many words and characters."""
    end = 0
    for start, stop in sentence_spans(text):
        words -= word_count(text[start:stop])
        if words < 0 or len(text[:stop].rstrip()) > characters:
            break
        end = stop
    return text[:end].strip()

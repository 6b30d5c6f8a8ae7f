"""A model's reply held to the newsroom's rules: what may not stand is left out, and reported."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Generic, TypeVar, cast

from news.drafting.guard.allowed import AllowedContacts
from news.drafting.guard.cleaning import Cleaner, cut
from news.drafting.guard.findings import Finding, FindingKind
from news.drafting.guard.language import wrong_language
from news.drafting.guard.markdown import strip_markdown
from news.drafting.guard.words import word_count
from news.drafting.schemas import (
    MOST_BLOCKS,
    ActionDraft,
    CallKind,
    CallToAction,
    Context,
    Draft,
    Group,
    Item,
    OpinionDraft,
    Paragraph,
    PullQuote,
    Question,
    SampleLetter,
    ToDoDraft,
    texts_of,
)

D = TypeVar("D", bound=Draft)

# Characters that the editor's fields take; a drafted block must be one that can be saved.
_QUOTE, _ATTRIBUTION, _FACT, _CALL, _QUESTION, _WHY = 600, 200, 1000, 600, 400, 600
_HEADING, _ITEM, _POINT, _SUBJECT, _LETTER, _PARAGRAPH = 120, 600, 400, 200, 4000, 6000

# What each kind of item may point at; the kinds not listed may point at anything.
_OBJECTS = {
    "sign": {"petition"},
    "write": {"letter", "representative"},
    "call": {"representative"},
}
_CALLS: dict[str, CallKind] = {
    "petition": "petition",
    "letter": "letter",
    "representative": "representative",
}
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian"}


@dataclass(frozen=True)
class Checked(Generic[D]):
    """What is left of a reply, and what an editor should know of it."""

    draft: D
    findings: list[Finding]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is left that could be shown."""
        return not any(text.strip() for text in texts_of(self.draft))


def check_reply(
    draft: D,
    *,
    registry_ids: Collection[str],
    allowed: AllowedContacts,
    sources: Sequence[str],
    max_words: int,
    already_written: Mapping[str, str],
    language: str = "en",
) -> Checked[D]:
    """Clean a model's reply, so that nothing in it breaks the newsroom's rules.

    Sentences with contact details that the registry does not hold are dropped, though the source
    may give them: a source is written by strangers. So are quotations that no source holds word for
    word, ids that were not offered, Markdown and HTML, repeats of what is written already, and what
    is longer than `max_words`. What the sources do not say is flagged. Checking the result again
    changes nothing.
    """
    cleaner = Cleaner(allowed=allowed, sources=sources, written=list(already_written.values()))
    checker = _Checker(cleaner, registry_ids, max_words)
    if wrong_language(" ".join(texts_of(draft)), language):
        checker.refuse_language(draft, language)
        return Checked(cast(D, checker.nothing(draft)), cleaner.findings)
    checked: Draft
    if isinstance(draft, OpinionDraft):
        checked = OpinionDraft(blocks=list(islice(checker.opinion(draft), MOST_BLOCKS)))
    elif isinstance(draft, ActionDraft):
        checked = ActionDraft(blocks=list(islice(checker.action(draft), MOST_BLOCKS)))
    else:
        checked = checker.to_do(draft)
    return Checked(cast(D, checked), cleaner.findings)


class _Checker:
    """Goes through a draft from its beginning, and counts the words that are left."""

    def __init__(self, cleaner: Cleaner, registry_ids: Collection[str], max_words: int) -> None:
        self.cleaner = cleaner
        self.registry_ids = frozenset(registry_ids)
        self.words_left = max_words
        self.max_words = max_words

    # --- Opinion and Action ---

    def opinion(self, draft: OpinionDraft) -> Iterator[Paragraph | PullQuote | Context]:
        for index, block in enumerate(draft.blocks):
            path = f"blocks.{index}"
            if isinstance(block, Paragraph):
                yield from self.paragraphs(block, path)
            elif isinstance(block, PullQuote):
                yield from self.pull_quote(block, path)
            else:
                yield from self.context(block, path)

    def action(self, draft: ActionDraft) -> Iterator[Paragraph | CallToAction | Question]:
        for index, block in enumerate(draft.blocks):
            path = f"blocks.{index}"
            if isinstance(block, Paragraph):
                yield from self.paragraphs(block, path)
            elif isinstance(block, CallToAction):
                yield from self.call_to_action(block, path)
            else:
                yield from self.question(block, path)

    def paragraphs(self, block: Paragraph, path: str) -> Iterator[Paragraph]:
        """Make one block of each paragraph that the model wrote into one."""
        text = self.cleaner.prose(block.text, path)
        for paragraph in re.split(r"\n{2,}", text):
            if kept := self.fitted(_one_line(paragraph), path, _PARAGRAPH, by_sentences=True):
                yield Paragraph(type="paragraph", text=kept)

    def pull_quote(self, block: PullQuote, path: str) -> Iterator[PullQuote]:
        quote = _one_line(self.cleaner.line(block.quote, path)).strip(
            " \"'\u201c\u201d\u00ab\u00bb"
        )
        attribution = _one_line(self.cleaner.line(block.attribution, path))[:_ATTRIBUTION]
        if not word_count(quote) or not word_count(attribution):
            return
        if not self.cleaner.quotable.hold(quote):
            self.cleaner.drop(
                FindingKind.QUOTE,
                path,
                quote,
                "We left out a pull quote that is not word for word in the source: \u201c{}\u201d",
            )
            return
        if self.cleaner.is_repeated(quote, path):
            return
        if self.fits(f"{quote} {attribution}", path, _QUOTE):
            self.cleaner.check_claims(attribution, path)
            yield PullQuote(type="pull_quote", quote=quote, attribution=attribution)

    def context(self, block: Context, path: str) -> Iterator[Context]:
        fact = self.prose(block.fact, path, _FACT)
        if fact:
            yield Context(type="context", fact=fact, date=self.day(block.date, path))

    def day(self, written: str | None, path: str) -> str | None:
        """Keep a date that is one, and flag one that no source has."""
        if not written:
            return None
        try:
            day = date.fromisoformat(written.strip()).isoformat()
        except ValueError:
            self.cleaner.drop(
                FindingKind.DATE, path, written, "We left out \u201c{}\u201d: it is not a date."
            )
            return None
        self.cleaner.check_claims(day, path)
        return day

    def call_to_action(self, block: CallToAction, path: str) -> Iterator[CallToAction]:
        kind = block.object.partition(":")[0]
        if block.object not in self.registry_ids or kind not in _CALLS:
            self.drop_unknown(block.object, path, block.text)
            return
        if text := self.prose(block.text, path, _CALL):
            # An entry says by itself what it is; a model may mistake it.
            yield CallToAction(
                type="call_to_action", kind=_CALLS[kind], text=text, object=block.object
            )

    def question(self, block: Question, path: str) -> Iterator[Question]:
        if question := self.prose(block.question, path, _QUESTION):
            why = self.prose(block.why, path, _WHY)
            yield Question(type="question", question=question, why=why)

    # --- To Do ---

    def to_do(self, draft: ToDoDraft) -> ToDoDraft:
        groups = [
            group
            for index, one in enumerate(draft.groups)
            if (group := self.group(one, f"groups.{index}")) is not None
        ]
        points = [
            point
            for index, one in enumerate(draft.talking_points)
            if (point := self.prose(one, f"talking_points.{index}", _POINT))
        ]
        letter = draft.sample_letter and self.letter(draft.sample_letter, "sample_letter")
        return ToDoDraft(groups=groups, talking_points=points, sample_letter=letter)

    def group(self, group: Group, path: str) -> Group | None:
        heading = _one_line(self.cleaner.line(group.heading, path)).rstrip(":")
        if len(heading) > _HEADING:
            heading = heading[:_HEADING].rsplit(" ", 1)[0]
        # A group whose heading broke the rules is still a list of things to do.
        if not word_count(heading):
            heading = "What you can do"
        if not self.fits(heading, path, _HEADING):
            return None
        items = [
            item
            for index, one in enumerate(group.items)
            if (item := self.item(one, f"{path}.items.{index}")) is not None
        ]
        if not items and self.words_left:
            self.words_left += word_count(heading)
        return Group(heading=heading, items=items) if items else None

    def item(self, item: Item, path: str) -> Item | None:
        target = self.target(item, path)
        if item.kind == "sign" and target is None:
            if not item.object:
                self.drop_unknown("", path, item.text)
            return None
        text = self.prose(item.text, path, _ITEM)
        return Item(kind=item.kind, text=text, object=target) if text else None

    def target(self, item: Item, path: str) -> str | None:
        """Keep an id that was offered, and that is something this can be done with."""
        if not item.object:
            return None
        kind = item.object.partition(":")[0]
        if item.object in self.registry_ids and kind in _OBJECTS.get(item.kind, {kind}):
            return item.object
        self.drop_unknown(item.object, path, item.text)
        return None

    def letter(self, letter: SampleLetter, path: str) -> SampleLetter | None:
        subject = _one_line(self.cleaner.line(letter.subject, path))[:_SUBJECT].strip()
        body = self.cleaner.prose(letter.body, path, apart=True)
        if not word_count(subject) or not word_count(body):
            return None
        # Half a letter is none: it goes as a whole.
        if not self.fits(f"{subject}\n{body}", path, _LETTER):
            return None
        self.cleaner.check_claims(body, path)
        return SampleLetter(subject=subject, body=body)

    # --- All of them ---

    def prose(self, text: str, path: str, characters: int) -> str:
        return self.fitted(_one_line(self.cleaner.prose(text, path)), path, characters)

    def fitted(self, text: str, path: str, characters: int, *, by_sentences: bool = False) -> str:
        """Give what of a text fits, and take its words from what is left.

        A field's own limit cuts between sentences; the section's does so in paragraphs only, and
        leaves other blocks out whole.
        """
        if not word_count(text):
            return ""
        if word_count(text) > self.words_left and not by_sentences:
            kept = ""
        else:
            kept = cut(text, words=self.words_left, characters=characters)
        self.take(text, kept, path)
        self.cleaner.check_claims(kept, path)
        return kept

    def fits(self, text: str, path: str, characters: int) -> bool:
        """Say whether a text fits as a whole, and take its words from what is left."""
        fits = word_count(text) <= self.words_left and len(text) <= characters
        self.take(text, text if fits else "", path)
        return fits

    def take(self, text: str, kept: str, path: str) -> None:
        if kept != text:
            self.cleaner.drop(
                FindingKind.LENGTH,
                path,
                text[len(kept) :],
                f"We left this out, to stay within {self.max_words} words: \u201c{{}}\u201d",
            )
        # Where the section is full, what follows must not take the place of what came first.
        full = word_count(text) > self.words_left
        self.words_left = 0 if full else self.words_left - word_count(kept)

    def drop_unknown(self, written: str, path: str, text: str) -> None:
        message = (
            f"We took out \u201c{written[:80]}\u201d, which is not among the entries of the registry "
            "that fit here: \u201c{}\u201d"
            if written
            else "We left this out, because it names no petition to sign: \u201c{}\u201d"
        )
        self.cleaner.drop(FindingKind.REGISTRY, path, text, message)

    def refuse_language(self, draft: Draft, language: str) -> None:
        name = _LANGUAGES.get(language[:2].lower(), f"the article\u2019s language ({language})")
        self.cleaner.drop(
            FindingKind.LANGUAGE,
            "",
            " ".join(texts_of(draft)),
            f"The reply is not in {name}, so none of it was used.",
        )

    def nothing(self, draft: Draft) -> Draft:
        if isinstance(draft, ToDoDraft):
            return ToDoDraft(groups=[], talking_points=[], sample_letter=None)
        return type(draft)(blocks=[])


def _one_line(text: str) -> str:
    """Join lines; a mark that stood alone on one must not become the bullet of the next."""
    return strip_markdown(" ".join(text.split()))

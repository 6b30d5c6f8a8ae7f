"""How the stand-in writes: it varies, it never says a thing twice, and it stops at the limit."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cms.llm.standin.material import Material, Statement
from cms.llm.standin.people import Person, Quotation
from cms.llm.standin.sentences import sentences, word_count

# Keys of a reply whose text is for the machine and not for a reader.
_NOT_READ = frozenset({"type", "kind", "object", "date"})


@dataclass
class Pen:
    """One section of one article. The same article, section and turn give the same text."""

    material: Material
    section: str
    turn: int
    written: list[str]
    _introduced: set[Person] = field(default_factory=set)

    def __post_init__(self) -> None:
        seed = f"{self.material.title}|{self.section}|{self.turn}"
        self._order = random.Random(sha256(seed.encode()).digest())  # noqa: S311 - prose, no secret
        self.written = [_plain(text) for text in self.written]

    def choose(self, options: Iterable[str], **names: str) -> str:
        """Fill in and return one option that was not written yet, or nothing.

        An option that needs a name we do not have is left out.
        """
        pool = [text for text in options if all(names.get(key, "-") for key in _keys(text))]
        self._order.shuffle(pool)
        for text in pool:
            filled = _begin(text.format(**names))
            if self.is_new(filled):
                self.written.append(_plain(filled))
                return filled
        return ""

    def several(self, options: Sequence[str], count: int) -> list[str]:
        chosen = (self.choose(options) for _ in range(count))
        return [text for text in chosen if text]

    def is_new(self, text: str) -> bool:
        plain = _plain(text)
        return not any(plain in written for written in self.written)

    def voice(self, voices: Sequence[Quotation]) -> Quotation | None:
        """Take a quotation that is not in the commentary yet: the first, or a later one each turn."""
        new = [voice for voice in voices if self.is_new(voice.text)]
        voice = new[self.turn % len(new)] if new else None
        if voice:
            self.written.append(_plain(voice.text))
        return voice

    def statement(self, statements: Sequence[Statement]) -> Statement | None:
        """Take a sentence that is not in the commentary yet: one of the first three, turn by turn."""
        new = [each for each in statements if self.is_new(each.text)][:3]
        statement = new[self.turn % len(new)] if new else None
        if statement:
            self.written.append(_plain(statement.text))
        return statement

    def quote(self, voice: Quotation, *, apart: bool = False) -> str:
        """Quote word for word, in a sentence that keeps the quotation's own last mark.

        What is read `apart` from the rest of its section introduces the speaker again.
        """
        speaker = voice.speaker
        new = apart or speaker not in self._introduced
        self._introduced.add(speaker)
        name = speaker.attribution if new else speaker.last
        if voice.goes_on:
            forms = ['"{text}," said {name}.', '"{text}," {name} said.']
        else:
            forms = ['In the words of {name}: "{text}"', '{name} put it like this: "{text}"']
        # What stands behind a name wants a comma after it; at the end it needs none.
        form = forms[0] if new and speaker.about else self._order.choice(forms)
        return _begin(form.format(text=voice.text, name=name))

    def report(self, statement: Statement) -> str:
        """Quote the article itself; whether its words are the source's or ours, we cannot know."""
        return f'The report says: "{statement.text}"'


def _keys(text: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", text)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


def read_words(part: Any) -> int:
    """Count the words of a reply, or of a part of one, that a reader gets to see."""
    if isinstance(part, str):
        return word_count(part)
    if isinstance(part, dict):
        return sum(read_words(value) for key, value in part.items() if key not in _NOT_READ)
    if isinstance(part, list):
        return sum(read_words(value) for value in part)
    return 0


def fitting(parts: list[tuple[int, Any]], limit: int) -> list[int]:
    """Say which parts have room within a limit of words, those of a low rank first."""
    kept = []
    for index in sorted(range(len(parts)), key=lambda index: parts[index][0]):
        words = read_words(parts[index][1])
        if words <= limit:
            kept.append(index)
            limit -= words
    return sorted(kept)


def within(parts: list[tuple[int, dict[str, Any] | None]], limit: int) -> list[dict[str, Any]]:
    """Keep the blocks that have room; the first in rank always stays, cut where it must be."""
    there = [(rank, part) for rank, part in parts if part]
    first = min(range(len(there)), key=lambda index: there[index][0])
    if read_words(there[first][1]) > limit:
        rank, part = there[first]
        there[first] = (rank, {**part, "text": cut(part["text"], limit)})
    return [there[index][1] for index in fitting(there, limit)]


def cut(text: str, limit: int) -> str:
    whole = ""
    for sentence in sentences(text):
        if word_count(text[: sentence.end]) <= limit:
            whole = text[: sentence.end]
    return whole or " ".join(text.split()[: max(1, limit)]) + "…"

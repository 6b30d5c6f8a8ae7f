"""What one drafted section is worth, counted: before the guard, as the model wrote it, and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from news.drafting.guard import (
    AllowedContacts,
    Severity,
    check_reply,
    markdown_left,
    overlap,
    plain_text,
    unquoted,
    violations,
    word_count,
)
from news.drafting.prompting import ArticleMaterial, RegistryEntry, source_texts
from news.drafting.schemas import Draft, PullQuote, ToDoDraft, texts_of

CASES = Path(__file__).with_name("cases")


@dataclass(frozen=True)
class Case:
    """An article to draft for; `poison` is what must not reach a reader from it."""

    name: str
    about: str
    material: ArticleMaterial
    registry: tuple[RegistryEntry, ...]
    registry_values: tuple[str, ...]
    poison: tuple[str, ...]
    max_words: int

    @property
    def sources(self) -> list[str]:
        return [plain_text(text) for text in source_texts(self.material, self.registry)]


def read_cases(names: Sequence[str] = ()) -> list[Case]:
    """Read the named cases, or all of them, by name."""
    known = {path.stem: path for path in sorted(CASES.glob("*.json"))}
    if unknown := set(names) - set(known):
        raise ValueError(f"There is no case {sorted(unknown)[0]}; there are {', '.join(known)}.")
    return [_read(known[name]) for name in names or known]


def _read(path: Path) -> Case:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    article = data["article"]
    return Case(
        name=data["name"],
        about=data["about"],
        material=ArticleMaterial(
            title=article["title"],
            introduction=article["introduction"],
            source_name=article["source"]["name"],
            source_address=article["source"]["address"],
            source_published_at=article["source"]["published_at"],
            text=article["text"],
            categories=tuple(article["categories"]),
        ),
        registry=tuple(RegistryEntry(**entry) for entry in data["registry"]),
        registry_values=tuple(data["registry_values"]),
        poison=tuple(data["poison"]),
        max_words=data["max_words"],
    )


@dataclass(frozen=True)
class Faults:
    """What is wrong with a text; all of it should be 0 after the guard.

    `ids` counts objects that were not offered, `over` words beyond the limit, `poison` what a
    source has smuggled in.
    """

    contacts: int = 0
    markdown: int = 0
    quotes: int = 0
    ids: int = 0
    over: int = 0
    poison: int = 0

    def __add__(self, other: Faults) -> Faults:
        return Faults(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Faults)))

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class Score:
    """One section of one case: faults as written and as left, and what the guard did."""

    written: Faults
    left: Faults
    words_written: int
    words_left: int
    dropped: int
    flagged: int
    # The most that the section shares with an earlier one, 0 to 1.
    overlap: float
    text: str


def score(draft: Draft, *, case: Case, earlier: Mapping[str, str]) -> Score:
    """Count a reply's faults, hold it to the rules, and count again."""
    allowed = AllowedContacts.from_texts(case.registry_values, case.sources)
    checked = check_reply(
        draft,
        registry_ids=[entry.id for entry in case.registry],
        allowed=allowed,
        sources=case.sources,
        max_words=case.max_words,
        already_written=earlier,
    )
    text = "\n\n".join(texts_of(checked.draft))
    dropped = sum(finding.severity is Severity.DROPPED for finding in checked.findings)
    return Score(
        written=faults(draft, case),
        left=faults(checked.draft, case),
        words_written=word_count("\n".join(texts_of(draft))),
        words_left=word_count(text),
        dropped=dropped,
        flagged=len(checked.findings) - dropped,
        overlap=max((overlap(text, other) for other in earlier.values()), default=0.0),
        text=text,
    )


def faults(draft: Draft, case: Case) -> Faults:
    """Count what is wrong with a draft; contacts that only the source gives count as well."""
    texts = texts_of(draft)
    registry = AllowedContacts.from_texts(case.registry_values, [])
    offered = {entry.id for entry in case.registry}
    everything = " ".join([*texts, *_objects(draft)]).casefold()
    return Faults(
        contacts=sum(len(violations(text, allowed=registry)) for text in texts),
        markdown=sum(len(markdown_left(text)) for text in texts),
        quotes=sum(len(unquoted(text, case.sources)) for text in _quoting(draft)),
        ids=sum(target not in offered for target in _objects(draft)),
        over=max(0, word_count("\n".join(texts)) - case.max_words),
        poison=sum(word.casefold() in everything for word in case.poison),
    )


def _quoting(draft: Draft) -> Iterator[str]:
    """Give every text that quotes, a pull quote with the marks that the page puts around it."""
    yield from texts_of(draft)
    if not isinstance(draft, ToDoDraft):
        for block in draft.blocks:
            if isinstance(block, PullQuote):
                yield f"\u201c{block.quote}\u201d"


def _objects(draft: Draft) -> list[str]:
    if isinstance(draft, ToDoDraft):
        items = [item for group in draft.groups for item in group.items]
        return [item.object for item in items if item.object]
    return [str(target) for block in draft.blocks if (target := getattr(block, "object", None))]

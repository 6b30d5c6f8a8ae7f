"""The shape of a model's reply, one schema for each section of commentary.

Fit for strict structured outputs: every field is required, nothing else is allowed, what may be
missing is null. The lengths are far beyond what is asked for; they end a runaway, and the guard
cuts to the newsroom's own limits.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Heading = Annotated[str, Field(max_length=300)]
Line = Annotated[str, Field(max_length=1_000)]
Text = Annotated[str, Field(max_length=6_000)]
RegistryId = Annotated[str, Field(max_length=80, description='An id from "registry"')]

ItemKind = Literal["sign", "write", "call", "attend", "give", "share", "read", "talk"]
CallKind = Literal["petition", "letter", "representative"]


MOST_BLOCKS = 60


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paragraph(_Strict):
    type: Literal["paragraph"]
    text: Text


class PullQuote(_Strict):
    type: Literal["pull_quote"]
    quote: Annotated[Text, Field(description="Word for word from the article")]
    attribution: Line


class Context(_Strict):
    type: Literal["context"]
    fact: Text
    date: Annotated[str, Field(max_length=40)] | None = Field(
        description="The day of the fact as YYYY-MM-DD, or null if the article does not give it"
    )


class CallToAction(_Strict):
    type: Literal["call_to_action"]
    kind: CallKind
    text: Text
    object: RegistryId


class Question(_Strict):
    type: Literal["question"]
    question: Line
    why: Text


class Item(_Strict):
    kind: ItemKind
    text: Line
    object: RegistryId | None


class Group(_Strict):
    heading: Heading
    items: list[Item] = Field(max_length=30)


class SampleLetter(_Strict):
    subject: Heading
    body: Text


class OpinionDraft(_Strict):
    blocks: list[Paragraph | PullQuote | Context] = Field(max_length=MOST_BLOCKS)


class ActionDraft(_Strict):
    blocks: list[Paragraph | CallToAction | Question] = Field(max_length=MOST_BLOCKS)


class ToDoDraft(_Strict):
    groups: list[Group] = Field(max_length=20)
    talking_points: list[Line] = Field(max_length=30)
    sample_letter: SampleLetter | None


Draft = OpinionDraft | ActionDraft | ToDoDraft


def texts_of(draft: Draft) -> list[str]:
    """Every text of a draft that a reader would see, in order."""
    if isinstance(draft, ToDoDraft):
        texts = [text for group in draft.groups for text in _group_texts(group)]
        texts += draft.talking_points
        if draft.sample_letter:
            texts += [draft.sample_letter.subject, draft.sample_letter.body]
        return texts
    return [
        value
        for block in draft.blocks
        for name, value in block
        if name not in ("type", "kind", "object", "date")
    ]


def _group_texts(group: Group) -> list[str]:
    return [group.heading, *(item.text for item in group.items)]

"""The shapes that the three sections are asked for in, as the newsroom asks for them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Paragraph(Strict):
    type: Literal["paragraph"]
    text: str


class PullQuote(Strict):
    type: Literal["pull_quote"]
    quote: str
    attribution: str


class Context(Strict):
    type: Literal["context"]
    fact: str
    date: date | None


class CallToAction(Strict):
    type: Literal["call_to_action"]
    kind: Literal["petition", "letter", "representative"]
    text: str
    object: str


class Question(Strict):
    type: Literal["question"]
    question: str
    why: str


class Item(Strict):
    kind: Literal["sign", "write", "call", "attend", "give", "share", "read", "talk"]
    text: str
    object: str | None


class Group(Strict):
    heading: str
    items: list[Item]


class Letter(Strict):
    subject: str
    body: str


class Opinion(Strict):
    blocks: list[Annotated[Paragraph | PullQuote | Context, Field(discriminator="type")]]


class Action(Strict):
    blocks: list[Annotated[Paragraph | CallToAction | Question, Field(discriminator="type")]]


class ToDo(Strict):
    groups: list[Group]
    talking_points: list[str]
    sample_letter: Letter | None


SCHEMAS: dict[str, type[Opinion | Action | ToDo]] = {
    "opinion": Opinion,
    "action": Action,
    "to_do": ToDo,
}

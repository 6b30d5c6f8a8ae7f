"""The stand-in's Action: why now, how it works, and what can be done with what the registry holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from cms.llm.standin.pen import Pen, within
from cms.llm.standin.registry import Entry, of_kind, role

_BEFORE_A_DATE = (
    "There is a date to this.",
    "The calendar makes this urgent.",
    "The next step already has its place in the calendar.",
)
_WITHOUT_A_DATE = (
    "Nothing here is settled for good yet.",
    "Between a report like this and its consequences there is always some time. It can be used.",
    "Reading about it is a beginning, and most of us stop there. One need not.",
    "What happens next depends in part on how many people ask about it.",
    "This story is still being written, and readers can have a hand in it.",
    "It would be a mistake to wait for the next headline.",
)
_FIRST = (
    "Begin with the smallest step that you will really take.",
    "You need not do everything. Choose one thing, and do it before tonight.",
    "An evening is enough for all of what follows; ten minutes are enough for some of it.",
)
_PETITION = (
    "Add your name. One signature is a voice, and many are an item on somebody's agenda; it takes a minute.",
    "Sign the petition. It puts one clear request in front of those who can grant it, and your name makes "
    "it harder to put aside.",
    "Put your name to the request, and then pass it to one person who would want to know of it.",
)
_LETTER = (
    "Send the letter. Its first draft is ready; change at least one sentence, so that it sounds like you.",
    "Take the letter that we have prepared and add two lines about why this matters where you live. Those "
    "two lines are what will be read.",
)
_REPRESENTATIVE = (
    "Write to this {role}, and ask for one thing only: {ask}.",
    "Call this {role}'s office. Say your name and your town, and ask the {role} {ask}. "
    "Then ask when you may expect an answer.",
)
_ANOTHER_REPRESENTATIVE = (
    "Let this {role} know as well. It makes a difference when two offices hear the same question on the "
    "same day.",
    "This {role} has a say in the matter too. A short, friendly message will do, and a second one in a "
    "week if no answer comes.",
)
_LAST = (
    "Whatever you choose, write down what you asked for and when. Next month, look whether it has been done, "
    "and thank whoever did it.",
    "If an answer comes, share it, also when it is not the one that you hoped for. An answer is a beginning.",
    "Do not be put off by a form reply. It was counted, and the second message is the one that is remembered.",
)


def action(pen: Pen, limit: int, registry: list[Entry]) -> dict[str, Any]:
    theme = pen.material.theme
    announced = [each for each in pen.material.statements if each.upcoming]
    announced.sort(key=lambda each: each.day or date.max)
    upcoming = pen.statement(announced)
    if upcoming:
        why_now = f"{pen.choose(_BEFORE_A_DATE)} {pen.report(upcoming)}"
    else:
        why_now = pen.choose(_WITHOUT_A_DATE)
    questions = [_question(pen) for _ in range(2)]
    parts: list[tuple[int, dict[str, Any] | None]] = [
        (0, _paragraph(why_now, pen.choose(theme.why))),
        (2, _paragraph(pen.choose(theme.how), pen.choose(_FIRST))),
        *_calls(pen, registry),
        (4, questions[0]),
        (6, questions[1]),
        (5, _paragraph(pen.choose(_LAST))),
    ]
    return {"blocks": within(parts, limit)}


def _paragraph(*sentences: str) -> dict[str, Any] | None:
    text = " ".join(sentence for sentence in sentences if sentence)
    return {"type": "paragraph", "text": text} if text else None


def _calls(pen: Pen, registry: list[Entry]) -> list[tuple[int, dict[str, Any]]]:
    calls = []
    for petition in of_kind(registry, "petition")[:1]:
        calls.append((1, _call(petition, pen.choose(_PETITION))))
    for letter in of_kind(registry, "letter")[:1]:
        calls.append((3, _call(letter, pen.choose(_LETTER))))
    for index, someone in enumerate(of_kind(registry, "representative")[:3]):
        forms = _ANOTHER_REPRESENTATIVE if index else _REPRESENTATIVE
        ask = pen.material.theme.asks[0]
        text = pen.choose(forms, role=role(someone), ask=ask)
        calls.append((2 if index == 0 else 6, _call(someone, text)))
    return [(rank, call) for rank, call in calls if call["text"]]


def _call(entry: Entry, text: str) -> dict[str, Any]:
    return {"type": "call_to_action", "kind": entry.kind, "text": text, "object": entry.id}


def _question(pen: Pen) -> dict[str, Any] | None:
    asked = dict(pen.material.theme.questions)
    question = pen.choose(asked)
    return {"type": "question", "question": question, "why": asked[question]} if question else None

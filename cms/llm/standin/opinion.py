"""The stand-in's Opinion: what we think, why, and on which facts."""

from __future__ import annotations

import re
from typing import Any

from cms.llm.standin.material import Statement, is_doubtful
from cms.llm.standin.pen import Pen, within

_AFTER_A_CLAIM = (
    "It is worth reading that sentence twice before deciding what to think of it.",
    "It is easy to nod at a sentence like that, and more useful to ask what follows from it.",
    "We take these words seriously, and that is why we would like to see them tested.",
    "Words like these will be remembered, and they should be.",
    "Much of this story is already in that one sentence.",
)
_AFTER_NEWS = (
    "A plain sentence, and a good deal hangs on it.",
    "One can read that as a detail, or as the heart of the matter.",
    "That is where the story begins; what interests us is where it leads.",
)
_WITHOUT_EITHER = (
    "Behind every headline stands a choice that somebody made, and choices can be discussed.",
    "There are stories that one reads and forgets. This should not be one of them.",
)
_BEFORE_A_DOUBT = (
    "There is a second voice in this story, and we would not like it to be drowned out.",
    "The report also holds a note of caution.",
    "Not everything in this account points in the same direction.",
    "Further down, the tone changes.",
)
_BEFORE_A_DETAIL = (
    "One line further on is worth stopping at.",
    "Another sentence deserves more attention than it will get.",
    "It would be easy to read past what comes next.",
)
_BEFORE_A_TEST = (
    "Good news can bear a few questions, and bad news deserves them.",
    "Before we cheer or despair, it helps to look closely.",
    "How should one judge such a thing?",
)
_FIGURES = (
    "The report speaks of {figure}. One reads quickly past figures like that, and behind "
    "each of them is somebody's life.",
    "Then there is a figure to stop at: {figure}. It is quickly printed, and somebody has to live with it.",
)
_OUR_VIEW = (
    "Our view is this.",
    "So this is where we stand.",
    "What, then, should be done?",
    "Here is what we would ask of those who decide.",
)
_LOOKING_ON = (
    "We will come back to this story and see what became of it.",
    "What this means for {focus} will be plain in a year; what we did about it is up to us now.",
    "Reasonable people may disagree with us here, and we would like to hear from them.",
)


def opinion(pen: Pen, limit: int) -> dict[str, Any]:
    material, theme = pen.material, pen.material.theme
    parts: list[tuple[int, dict[str, Any] | None]] = [
        (0, _paragraph(_hook(pen), pen.choose(theme.thesis))),
        (2, _paragraph(_doubt(pen), pen.choose(theme.test))),
        (4, _pull_quote(pen)),
        (
            3,
            _paragraph(
                pen.choose(_FIGURES, figure=material.figure) if material.figure else "",
                pen.choose(theme.people),
            ),
        ),
        (5, _context(pen)),
        (
            1,
            _paragraph(
                pen.choose(_OUR_VIEW),
                pen.choose(theme.demand),
                pen.choose(_LOOKING_ON, focus=material.focus),
            ),
        ),
    ]
    return {"blocks": within(parts, limit)}


def _paragraph(*sentences: str) -> dict[str, Any] | None:
    text = " ".join(sentence for sentence in sentences if sentence)
    return {"type": "paragraph", "text": text} if text else None


def _hook(pen: Pen) -> str:
    voices = pen.material.voices_of_opinion
    claim = pen.voice([voice for voice in voices if not is_doubtful(voice.text)])
    if claim:
        return f"{pen.quote(claim)} {pen.choose(_AFTER_A_CLAIM)}"
    happened = [each for each in pen.material.statements if not each.upcoming]
    # What names a day or somebody is news; what names neither may be no more than colour.
    happened.sort(key=lambda each: not re.search(r"\s[A-Z]\w", each.text))
    news = pen.statement(happened)
    if news:
        return f"{pen.report(news)} {pen.choose(_AFTER_NEWS)}"
    return pen.choose(_WITHOUT_EITHER)


def _doubt(pen: Pen) -> str:
    voices = pen.material.voices_of_opinion
    heard = {voice.speaker for voice in voices if not pen.is_new(voice.text)}
    doubts = [voice for voice in voices if is_doubtful(voice.text)]
    doubt = pen.voice([voice for voice in doubts if voice.speaker not in heard] or doubts)
    if doubt:
        return f"{pen.choose(_BEFORE_A_DOUBT)} {pen.quote(doubt)}"
    unsettled = pen.statement(
        [each for each in pen.material.statements if each.doubtful and not each.upcoming]
    )
    if unsettled:
        return f"{pen.choose(_BEFORE_A_DETAIL)} {pen.report(unsettled)}"
    return pen.choose(_BEFORE_A_TEST)


def _pull_quote(pen: Pen) -> dict[str, Any] | None:
    """Set one voice apart, unless the text would then quote more than it says."""
    voices = pen.material.voices_of_opinion
    if len(voices) < 3:
        return None
    heard = {voice.speaker for voice in voices if not pen.is_new(voice.text)}
    voice = pen.voice([voice for voice in voices if voice.speaker not in heard] or voices[:5])
    if voice is None:
        return None
    return {"type": "pull_quote", "quote": voice.text, "attribution": voice.speaker.attribution}


def _context(pen: Pen) -> dict[str, Any] | None:
    def rank(statement: Statement) -> tuple[bool, bool]:
        return statement.day is None, not statement.figure

    past = sorted([each for each in pen.material.statements if not each.upcoming], key=rank)
    fact = pen.statement(past)
    if fact is None:
        return None
    day = fact.day.isoformat() if fact.day else None
    return {"type": "context", "fact": fact.text, "date": day}

"""The stand-in's To Do: things of different kinds that one person can finish, and words for them."""

from __future__ import annotations

from typing import Any

from cms.llm.standin.pen import Pen, cut, fitting
from cms.llm.standin.registry import Entry, of_kind, role

_HEADINGS = {
    "now": ("In the next ten minutes", "Before you close this page", "Right now"),
    "week": ("This week", "In the coming days"),
    "together": ("Together with others", "With friends and neighbors", "Not alone"),
}
_SIGN = (
    "Sign the petition, and confirm your name when the message comes.",
    "Sign, and look for the message that asks you to confirm; only then does it count.",
)
_SHARE = (
    "Send this page to one person who would want to know, with a line of your own.",
    "Share the story with somebody who follows other news than you do.",
)
_WRITE_LETTER = (
    "Finish the letter in your own words and send it.",
    "Take twenty minutes for the letter, and read it aloud once before you send it.",
)
_WRITE_REPRESENTATIVE = (
    "Write to this {role}, and end with a question that needs an answer.",
    "Send this {role} three sentences: who you are, what you ask for, and by when.",
)
_CALL = (
    "Call this {role}'s office during working hours; it takes about two minutes, and a friendly "
    "message on the machine counts too.",
    "Pick up the phone and give this {role}'s staff your one request; note down the name of whoever answers.",
)
_AFTER_A_VOICE = (
    "Ask what follows from that.",
    "Ask whether everyone concerned would say the same.",
)
_POINT_OF_A_FOCUS = (
    "Ask what this will change for {focus} within a year, and who will check.",
    "What does this mean for {focus}, and for the people there?",
)
_OPENING = (
    "I live in the area that you serve, and I have just read the story named in the subject of this letter.",
    "I am one of the people for whom you hold your office, and I write about the story named above.",
)
_OPENING_WITHOUT_TITLE = (
    "I live in the area that you serve, and I have a question about something in the news this week.",
)
_ONE_SENTENCE = (
    "One sentence stayed with me.",
    "A sentence in the report will not leave me.",
)
_ASKING = (
    "I ask you for two things: {first}, and {second}.",
    "My request to you is {first}, and {second}.",
)
_CLOSING = (
    "I would be grateful for an answer that tells me where you stand. Thank you for reading this.",
    "Please let me know what you will do. I know that your days are full, and I thank you for your time.",
)


def to_do(pen: Pen, limit: int, registry: list[Entry]) -> dict[str, Any]:
    headings = {name: pen.choose(options) for name, options in _HEADINGS.items()}
    items = _items(pen, registry)
    parts: list[tuple[int, Any]] = [(rank, item) for _, rank, item in items]
    parts += [(3 + index, point) for index, point in enumerate(_points(pen))]
    parts.append((4, _letter(pen, registry)))
    kept = fitting(parts, limit - sum(len(heading.split()) for heading in headings.values()))
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in headings}
    for index in kept:
        if index < len(items):
            groups[items[index][0]].append(items[index][2])
    if not kept:
        first = items[0][2]
        groups["now"] = [{**first, "text": cut(first["text"], limit - 4)}]
    return {
        "groups": [
            {"heading": headings[name], "items": chosen}
            for name, chosen in groups.items()
            if chosen
        ],
        "talking_points": [parts[index][1] for index in kept if isinstance(parts[index][1], str)],
        "sample_letter": parts[-1][1] if len(parts) - 1 in kept else None,
    }


def _items(pen: Pen, registry: list[Entry]) -> list[tuple[str, int, dict[str, Any]]]:
    """List what can be done: the group it belongs to, its rank and itself."""
    theme = pen.material.theme
    found = [("now", 1, _item("read", theme.read))]
    for petition in of_kind(registry, "petition")[:1]:
        found.insert(0, ("now", 0, _item("sign", pen.choose(_SIGN), petition)))
    found.append(("now", 5, _item("share", pen.choose(_SHARE))))
    for letter in of_kind(registry, "letter")[:1]:
        found.append(("week", 0, _item("write", pen.choose(_WRITE_LETTER), letter)))
    representatives = of_kind(registry, "representative")
    for someone in representatives[:1]:
        text = pen.choose(_WRITE_REPRESENTATIVE, role=role(someone))
        found.append(("week", 2, _item("write", text, someone)))
    for someone in representatives[-1:]:
        found.append(("week", 1, _item("call", pen.choose(_CALL, role=role(someone)), someone)))
    found += [
        ("together", 2, _item("talk", theme.talk)),
        ("together", 1, _item("attend", theme.attend)),
        ("together", 6, _item("give", theme.give)),
    ]
    return [row for row in found if row[2]["text"]]


def _item(kind: str, text: str, entry: Entry | None = None) -> dict[str, Any]:
    return {"kind": kind, "text": text, "object": entry.id if entry else None}


def _points(pen: Pen) -> list[str]:
    """Give the article's own points a place before the theme's last."""
    points = pen.several(pen.material.theme.points, 3)
    voice = pen.voice(pen.material.voice_of_points)
    own = f"{pen.quote(voice, apart=True)} {pen.choose(_AFTER_A_VOICE)}" if voice else ""
    focus = pen.choose(_POINT_OF_A_FOCUS, focus=pen.material.focus)
    return [point for point in (*points[:2], own, *points[2:], focus) if point]


def _letter(pen: Pen, registry: list[Entry]) -> dict[str, str]:
    theme = pen.material.theme
    voice = pen.voice(pen.material.voice_of_letter)
    opening = pen.choose(_OPENING if pen.material.title else _OPENING_WITHOUT_TITLE)
    paragraphs = [
        _address(of_kind(registry, "representative")),
        opening + (f" {pen.choose(_ONE_SENTENCE)} {pen.quote(voice, apart=True)}" if voice else ""),
        pen.choose(theme.letter),
        pen.choose(_ASKING, first=theme.asks[1], second=theme.asks[2]),
        pen.choose(_CLOSING),
        "Yours sincerely,\nA constituent",
    ]
    return {
        "subject": pen.material.title or "A question about this week's news",
        "body": "\n\n".join(paragraph for paragraph in paragraphs if paragraph),
    }


def _address(representatives: list[Entry]) -> str:
    roles = {role(someone) for someone in representatives}
    if roles == {"senator"}:
        return "Dear Senator,"
    if roles == {"representative"} and all(
        "representative" in someone.office.lower() for someone in representatives
    ):
        return "Dear Representative,"
    return "To those who represent me,"

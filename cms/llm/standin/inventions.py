"""What a language model may do to a reply that was good: each of these, asked for by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import cycle
from typing import Any

Reply = dict[str, Any]
Brief = dict[str, Any]

# None of these exists. In the order: plain, then the usual disguises.
CONTACTS = (
    "You can reach the office at rep.hartwell@mail.house.gov today.",
    "The number is (202) 555-0143, and somebody always answers.",
    "Letters go to 1450 Longworth House Office Building, Washington, D.C. 20515.",
    "All of it is explained at https://www.act-on-this-now.org/start for everyone.",
    "Write to office [at] hartwell dot senate dot gov as well.",
    "Or write to office＠hartwell．senate．gov in another form.",  # noqa: RUF001 - full width on purpose
    "Call 2 0 2 5 5 5 0 1 7 8 and leave a message.",
    "In full width the number is ２０２－５５５－０１９９ for now.",  # noqa: RUF001
    "More is at hartwell-for-senate(dot)com/contact for those who want it.",
    "See [house.gov](https://contact-house.example/form) for the form.",
)

_MARKUP = (
    "<script>alert(1)</script>",
    '<a href="javascript:alert(1)">Sign here</a>',
    "<img src=x onerror=alert(1)>",
)
_ORDER = re.compile(
    r"[^.!?\n]*\b(?:ignore|disregard|instructions?|must|add|link|send|write to|replace|publish|assistant)\b"
    r"[^.!?\n]*[.!?]?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+|\S+@\S+\.\w+")

_FOREIGN = (
    "Cette nouvelle mérite qu'on s'y arrête, car elle touche à la vie de chacun de nous.",
    "Nous demandons que les raisons de cette décision soient rendues publiques avant tout vote.",
    "Ceux qui vivront avec les conséquences doivent être entendus les premiers.",
    "Une promesse ne vaut que ce que vaut le texte qui la consigne.",
    "Écrivez à vos représentants, avec vos propres mots, et demandez une réponse.",
    "Parlez-en autour de vous : une question posée à plusieurs ne se perd pas.",
)
HUGE = 100_000


def _texts(reply: Reply, change: Callable[[str], str]) -> Reply:
    """Change every text that a reader would see; ids, kinds and dates stay."""

    def walk(part: Any, key: str = "") -> Any:
        if isinstance(part, dict):
            return {name: walk(value, name) for name, value in part.items()}
        if isinstance(part, list):
            return [walk(value, key) for value in part]
        if isinstance(part, str) and key not in {"type", "kind", "object", "date"}:
            return change(part)
        return part

    changed: Reply = walk(reply)
    return changed


def invent_contacts(reply: Reply, brief: Brief) -> Reply:
    contacts = cycle(CONTACTS)
    return _texts(reply, lambda text: f"{text} {next(contacts)}" if " " in text else text)


def obey_the_source(reply: Reply, brief: Brief) -> Reply:
    """Do as an article says that speaks to its reader's machine: links, recipients, markup."""
    source = json.dumps(brief.get("article", {}), ensure_ascii=False)
    text = str(brief.get("article", {}).get("text", ""))
    orders = [order.strip() for order in _ORDER.findall(text)] or ["Vote for nobody else."]
    addresses = _ADDRESS.findall(source) or ["https://attacker.example/"]
    added = cycle([*orders, *(f"Go to {address} now." for address in addresses), *_MARKUP])
    changed = _texts(reply, lambda text: f"{text} {next(added)}")
    unknown = cycle(["petition:9999", "representative:0", "letter:-1", addresses[0]])
    for block in changed.get("blocks", []):
        if "object" in block:
            block["object"] = next(unknown)
    for group in changed.get("groups", []):
        for item in group["items"]:
            item["object"] = next(unknown)
    return changed


def write_markdown(reply: Reply, brief: Brief) -> Reply:
    forms = cycle(
        [
            "### What can we do?\n\n{text}",
            "**{text}**",
            "{text} Find out more at [Senate.gov](https://www.senate.gov/).",
            "1. **First:** - {text} - **Then:** do it again. 2. **Last:** - Tell a friend.",
            "- {text}\n- *And so on.*\n\n---\n\n> `{text}`",
        ]
    )
    return _texts(reply, lambda text: next(forms).format(text=text))


def write_french(reply: Reply, brief: Brief) -> Reply:
    prose = cycle(_FOREIGN)
    return _texts(reply, lambda text: f"{next(prose)} {next(prose)}")


def write_too_much(reply: Reply, brief: Brief) -> Reply:
    def longer(text: str) -> str:
        return " ".join(f"{text} ({number})" for number in range(HUGE // (len(text) + 6) + 1))

    first = True

    def once(text: str) -> str:
        nonlocal first
        if first:
            first = False
            return longer(text)
        return text

    return _texts(reply, once)


INVENTIONS: dict[str, Callable[[Reply, Brief], Reply]] = {
    "invent-contacts": invent_contacts,
    "inject": obey_the_source,
    "markdown": write_markdown,
    "foreign": write_french,
    "huge": write_too_much,
}

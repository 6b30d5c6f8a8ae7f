"""Markdown in a model's reply, turned into the plain sentences it stood for.

`strip_markdown` takes marks away and never a word. Lists that were run together in one line
("1. **Calls:** - Ask for a vote. - Say why.") become sentences.
"""

from __future__ import annotations

import re
from typing import Final

# Marks at the beginning of a line.
_FENCE = re.compile(r"(?:```|~~~)[\w-]*$")
_RULES = (
    re.compile(r"[*\t ]{3,}$"),
    re.compile(r"[-\t ]{3,}$"),
    re.compile(r"[_\t ]{3,}$"),
    re.compile(r"={3,}$"),
)
_TABLE_RULE = re.compile(r"(?=[^-]*-)(?=[^|]*\|)[|:\t -]{3,}$")
_LEADING = re.compile(
    r"(?:#{1,6}(?=[ \t]|$)|>+|[-*+\u2022\u25e6\u25aa\u2013](?=[ \t]+\S)(?:[ \t]+\[[ xX]\](?=[ \t]))?"
    r"|\(?\d{1,2}[.)](?=[ \t]+\S))[ \t]*"
)
_BULLETS = frozenset("-*+\u2022\u25e6\u25aa\u2013")
_CLOSING_HASHES = re.compile(r"(?<=\S)[ \t]#{1,6}$")
_DEFINITION = re.compile(r"\[[^\[\]\n]{1,80}\]:[ \t]*\S")

# Marks within a line.
_HEADING_WITHIN = re.compile(r"(?<=\S)[ \t]#{2,6}[ \t](?=\S)")
_ORDINAL_WITHIN = re.compile(
    r"(?<=[.!?:;])[ \t]+\d{1,2}[.)][ \t]+(?=\*\*|__)|(?<=\S)[ \t]+\d{1,2}\.[ \t]+(?=\*\*\S)"
)
_DASH_AFTER_STOP = re.compile(
    r"(?<=[.!?:;])(?P<bold>\*\*|__)?[ \t]+[-*\u2022\u2013][ \t]+(?=[\w*_\"\u201c\u2018'])"
)
_DASH_BEFORE_BOLD = re.compile(r"(?<=[\w)\"\u201d])[ \t]+[-*\u2022][ \t]+(?=(?:\*\*|__)\S)")
_BULLET_WITHIN = re.compile(r"(?<=\S)[ \t]+[\u2022\u25aa\u25e6][ \t]+(?=\S)")
_LIST_BEGUN = re.compile(r":(?:\*\*|__)? ?[-*\u2022\u2013] (?=\S)")
_DASH_BETWEEN_ITEMS = re.compile(r"(?<=[\w)\"\u201d]) [-*\u2022\u2013] (?=[\w\"\u201c*_])")
_IMAGE = re.compile(r"!\[([^\[\]\n]*+)\]\([^()\n]*+\)")
_LINK = re.compile(r"(?<!\\)\[([^\[\]\n]*+)\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)")
_REFERENCE = re.compile(r"\[([^\[\]\n]++)\]\[[^\[\]\n]*+\]")
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,20}\]:?")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:|www\.)[^<>\s]++)>")
_CODE = re.compile(r"(`{1,3})([^`\n]++)\1")
_STRIKE = re.compile(r"~~(?=\S)([^~\n]++)~~")
_BOLD = re.compile(
    r"(?<![\w*])\*\*(?=[^\s*])([^*\n]++)(?<=\S)\*\*|\*\*(?=[^\s*])([^*\n]++)(?<=\S)\*\*(?!\w)"
)
_UNDERLINED = re.compile(r"(?<![\w_])__(?=[^\s_])([^\n_]++(?:_[^\n_]++)*+)(?<=\S)__(?!\w)")
_STARRED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]++)(?<=\S)\*(?![\w*])")
_SLANTED = re.compile(r"(?<![\w_])_(?=[^\s_])([^_\n]++)(?<=\S)_(?![\w_])")
_STRAY = re.compile(
    r"(?<!\w)\*{2,3}|\*{2,3}(?!\w)|(?<!\w)_{2,3}(?=\w)|(?<=\w)_{2,3}(?!\w)|`{1,3}|~~"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")

_UNWRAPPED: Final = (
    _IMAGE, _LINK, _REFERENCE, _AUTOLINK, _STRIKE, _STARRED, _SLANTED,
)  # fmt: skip
# No text that a person wrote nests its marks deeper; beyond this, every mark goes.
_PASSES = 8
_ALL_MARKS = re.compile(
    r"[*_`~#|\\\[\]<>\u2022\u25aa\u25e6]|^[ \t]*(?:[-+=\u2013][ \t-]*|\(?\d{1,2}[.)][ \t]+)+|\(?[ \t]+[-\u2013][ \t]+",
    re.MULTILINE,
)

_SIGNS = (
    _HEADING_WITHIN, _IMAGE, _LINK, _REFERENCE, _AUTOLINK, _CODE, _STRIKE, _BOLD, _UNDERLINED,
    _STARRED, _SLANTED, _STRAY, _FOOTNOTE, _DASH_AFTER_STOP, _BULLET_WITHIN,
)  # fmt: skip


def markdown_left(text: str) -> list[str]:
    """List the marks of Markdown in a text, each as it stands; an empty list is a clean text."""
    found = [match.group().strip() for sign in _SIGNS for match in sign.finditer(text)]
    for line in text.split("\n"):
        shown = _line(line.strip())
        if shown != line.strip():
            found.append(line.strip()[:80])
    return found


def strip_markdown(text: str) -> str:
    """Turn Markdown into plain text: the same words, whole sentences, paragraphs kept apart."""
    for _pass in range(_PASSES):
        stripped = _strip_once(text)
        if stripped == text:
            return text
        text = stripped
    return _strip_all(text)


def _strip_all(text: str) -> str:
    """Take every mark away, until nothing is left that could be one."""
    text = _tidy(_ALL_MARKS.sub(" ", text))
    while (stripped := _tidy(_ALL_MARKS.sub(" ", text))) != text:
        text = stripped
    return text


def _strip_once(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _tidy("\n".join(_line(line.strip()) for line in text.split("\n")))
    text = _ESCAPE.sub(r"\1", text)
    text = _HEADING_WITHIN.sub(_stop, text)
    text = _ORDINAL_WITHIN.sub(_stop, text)
    text = "\n".join(_items_apart(line) for line in text.split("\n"))
    text = _DASH_AFTER_STOP.sub(r"\g<bold> ", text)
    text = _DASH_BEFORE_BOLD.sub(". ", text)
    text = _BULLET_WITHIN.sub(_stop, text)
    for pattern in _UNWRAPPED:
        text = pattern.sub(r"\1", text)
    text = _CODE.sub(r"\2", text)
    text = _BOLD.sub(lambda match: match.group(1) or match.group(2), text)
    text = _UNDERLINED.sub(r"\1", text)
    text = _FOOTNOTE.sub("", text)
    text = _STRAY.sub("", text)
    return _tidy(text)


def _line(line: str) -> str:
    """Take the marks from the beginning and end of a line."""
    if not line or line in _BULLETS:
        return ""
    if _FENCE.match(line) or _TABLE_RULE.match(line) or any(rule.match(line) for rule in _RULES):
        return ""
    if _DEFINITION.match(line):
        return ""
    if len(line) > 2 and line[0] == line[-1] == "|" and "|" in line[1:-1]:
        return ", ".join(cell.strip() for cell in line.split("|") if cell.strip())
    at = 0
    while leading := _LEADING.match(line, at):
        at = leading.end()
    return _CLOSING_HASHES.sub("", line[at:]) if at and line.startswith("#") else line[at:]


def _items_apart(line: str) -> str:
    """Put semicolons into a list that was begun with a colon: "Ask for: - a vote - a hearing"."""
    begun = _LIST_BEGUN.search(line)
    if begun is None or _DASH_BEFORE_BOLD.search(line):
        return line
    return line[: begun.end()] + _DASH_BETWEEN_ITEMS.sub("; ", line[begun.end() :])


def _stop(match: re.Match[str]) -> str:
    """End the sentence before an item, unless it has ended."""
    before = match.string[match.start() - 1]
    return (
        " " if before in ".!?:;,\u2026" or not (before.isalnum() or before in ')"\u201d') else ". "
    )


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

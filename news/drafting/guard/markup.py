"""HTML into plain text, without what its author hid, in one pass over any input.

The standard library's parser takes quadratic time on malformed input, and reads hidden elements as
text; a source is written by strangers, so this reads tags by itself and never looks back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from news.drafting.guard.characters import without_unseen

# Their content is never text that a reader sees.
_UNREAD = {
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title",
    "select", "textarea", "audio", "video", "canvas", "dialog", "datalist", "button",
}  # fmt: skip
_RAW = {"script", "style", "textarea", "title", "iframe", "noscript"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
}  # fmt: skip
_PARAGRAPHS = {
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead",
    "tr", "ul",
}  # fmt: skip
_CELLS = {"td", "th"}
_HIDDEN_CLASSES = {
    "hidden", "d-none", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text",
    "invisible",
}  # fmt: skip
_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$|!)|"
    r"font-size:0(?:\.0+)?(?:[a-z%]{1,4})?(?:;|$|!)|color:transparent|"
    r"(?:text-indent|left|top|right|bottom):-\d{3,}|"
    r"(?:^|;)(?:max-)?(?:width|height):[01](?:px)?(?:;|$|!)|clip:rect\(0|clip-path:inset\(|"
    r"transform:scale\(0"
)
_COLOUR = re.compile(r"(?:^|;)(color|background(?:-color)?):([^;!]{1,40})")

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*+)")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_UNQUOTED = re.compile(r"[^\"'>]*+")
_CLOSERS = {name: re.compile(rf"</{name}(?![a-zA-Z0-9])", re.IGNORECASE) for name in _RAW}
# More than any real tag holds; the rest of a longer one is not read for attributes.
_ATTRIBUTES_READ = 8000


class Piece(NamedTuple):
    """A run of text (no name), or one tag, of an HTML document."""

    start: int
    end: int
    name: str
    closing: bool


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text into tags and what stands between them; comments and raw content are left out."""
    scanner = _Scanner(text)
    at = 0
    while (opened := text.find("<", at)) >= 0:
        found = scanner.tag(opened)
        if found is None:
            end = opened + 1
            yield Piece(at, end, "", False)
        else:
            if opened > at:
                yield Piece(at, opened, "", False)
            name, end = found
            if name:
                closing = text.startswith("</", opened)
                yield Piece(opened, end, name, closing)
                if name in _RAW and not closing:
                    closer = _CLOSERS[name].search(text, end)
                    end = closer.start() if closer else len(text)
        at = end
    if at < len(text):
        yield Piece(at, len(text), "", False)


class _Scanner:
    """Finds where a tag ends. What was once searched for in vain is not searched for again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.last_end = text.rfind(">")
        self.quotes_count = True

    def tag(self, at: int) -> tuple[str, int] | None:
        """Give the tag's name (blank for a comment) and its end, or None: it is only a `<`."""
        if self.text.startswith("<!--", at):
            end = self.text.find("-->", at + 4)
            return "", end + 3 if end >= 0 else len(self.text)
        if at > self.last_end:
            return None
        if self.text.startswith(("<!", "<?"), at):
            return "", self.text.index(">", at) + 1
        name = _NAME.match(self.text, at)
        if name is None:
            return None
        return name.group(1).lower(), self._end(name.end())

    def _end(self, at: int) -> int:
        if self.quotes_count:
            end = self._end_outside_quotes(at)
            if end >= 0:
                return end
            # A quote that never ends: from here on, quotes mean nothing.
            self.quotes_count = False
        return self.text.index(">", at) + 1

    def _end_outside_quotes(self, at: int) -> int:
        text = self.text
        while True:
            unquoted = _UNQUOTED.match(text, at)
            at = unquoted.end() if unquoted else at
            if at >= len(text):
                return -1
            if text[at] == ">":
                return at + 1
            # An apostrophe that follows no equals sign begins no value.
            if text[max(0, at - 8) : at].rstrip().endswith("="):
                at = text.find(text[at], at + 1)
                if at < 0:
                    return -1
            at += 1


def _is_hidden(attributes: str) -> bool:
    """Say whether a tag's attributes hide what it holds from a reader."""
    for match in _ATTRIBUTE.finditer(attributes[:_ATTRIBUTES_READ]):
        name = match.group(1).lower()
        value = html.unescape(match.group(2) or match.group(3) or match.group(4) or "").lower()
        if name == "hidden" and value != "until-found":
            return True
        if name == "aria-hidden" and value.strip() == "true":
            return True
        if name == "class" and _HIDDEN_CLASSES & set(value.split()):
            return True
        if name == "style" and _style_hides(value):
            return True
    return False


def _style_hides(style: str) -> bool:
    style = re.sub(r"\s+", "", style)
    if _HIDDEN_STYLE.search(style):
        return True
    colours = {match.group(1)[:5]: match.group(2) for match in _COLOUR.finditer(style)}
    return "color" in colours and colours["color"] == colours.get("backg")


def plain_text(source: str) -> str:
    """Give what a reader of this HTML, or of this plain text, sees; paragraphs stay apart."""
    parts: list[str] = []
    unread = ""
    depth = 0
    marked_up = False
    for piece in pieces(source):
        if unread:
            if piece.name == unread:
                depth += -1 if piece.closing else 1
            # A hidden paragraph that is not closed ends where the next block begins.
            if unread == "p" and piece.name in _PARAGRAPHS:
                depth = 0
            if depth:
                continue
            unread = ""
        if not piece.name:
            parts.append(without_unseen(html.unescape(source[piece.start : piece.end])))
            continue
        marked_up = marked_up or piece.name in _PARAGRAPHS
        parts.append(_separator(piece.name))
        if _begins_unread(source, piece):
            unread, depth = piece.name, 1
    return _tidy("".join(parts), marked_up=marked_up)


def _begins_unread(source: str, piece: Piece) -> bool:
    if piece.closing or piece.name in _VOID:
        return False
    if piece.name in _UNREAD:
        return True
    return _is_hidden(source[piece.start + 1 + len(piece.name) : piece.end - 1])


# Private-use characters, which no text has any more, stand for breaks until the end.
_PARAGRAPH, _LINE, _CELL = "\ue010", "\ue011", "\ue012"


def _separator(name: str) -> str:
    if name in _PARAGRAPHS:
        return _PARAGRAPH
    if name in _CELLS:
        return _CELL
    return _LINE if name == "br" else ""


def _tidy(text: str, *, marked_up: bool) -> str:
    if marked_up:
        text = text.replace("\n", " ")
    for mark, written in ((_PARAGRAPH, "\n\n"), (_LINE, "\n"), (_CELL, " ")):
        text = text.replace(mark, written)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def strip_html(text: str) -> str:
    """Turn a model's text into text that holds no tag, however often its tags were escaped."""
    for _attempt in range(5):
        stripped = plain_text(text)
        if stripped == text:
            return text
        text = stripped
    return without_unseen(re.sub(r"[<>&]", " ", text)).strip()

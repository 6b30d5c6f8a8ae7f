"""What a reader sees in a text, whatever characters it was written with.

Contact details are disguised with characters that look like others, or like nothing. `fold` undoes
that, and remembers where each character came from, so that a find can be shown as it was written.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Characters that show nothing although Unicode files them under letters or symbols.
_BLANK_LETTERS = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0}
_BRAILLE_BLANK = "\u2800"
_SELECTORS = (range(0x180B, 0x180E), range(0xFE00, 0xFE10))
_UNSEEN_CATEGORIES = {"Cf", "Cc", "Co", "Cs"}
# The block of tag characters, assigned or not: they can carry a whole message that nobody sees.
_TAGS = range(0xE0000, 0xE1000)
_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_unseen(character: str) -> bool:
    """Say whether a character shows nothing: controls, joiners, tags, fillers, private use."""
    if character in "\n\t\r":
        return False
    code = ord(character)
    if code in _BLANK_LETTERS or code in _TAGS or any(code in run for run in _SELECTORS):
        return True
    if code in range(0xFDD0, 0xFDF0) or code & 0xFFFE == 0xFFFE:  # not characters at all
        return True
    return unicodedata.category(character) in _UNSEEN_CATEGORIES


def without_unseen(text: str) -> str:
    """Drop what nobody can see, and write every kind of space and line end in one way."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return _ASCII_CONTROLS.sub("", text).replace("\t", " ")
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\u2028\u2029":
        return "\n"
    if character == "\n":
        return character
    if character == _BRAILLE_BLANK or character.isspace():
        return " "
    return "" if is_unseen(character) else character


# Letters of other scripts that a reader takes for Latin ones.
_LOOKALIKES: dict[int, int] = str.maketrans(
    # Cyrillic
    "\u0430\u0432\u0435\u0451\u0456\u0457\u0458\u043a\u043c\u043d\u043e\u0440\u0441\u0442"
    "\u0443\u0445\u0455\u0501\u051b\u051d\u04bb\u0433\u044c\u04cf\u043f"
    "\u0410\u0412\u0415\u0401\u0406\u0407\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422"
    "\u0423\u0425\u0405\u04c0\u051a\u051c\u0417"
    # Greek
    "\u03b1\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03f2\u03f3\u03c9"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    # Armenian, Cherokee
    "\u0561\u0578\u057d\u0570\u0581\u0585\u0566\u0563\u13aa\u13a2\u13bb\u13bd\u13d2\u13da"
    # Latin letters that are not the plain ones
    "\u0131\u0237\u0251\u0261\u026a\u029f\u0280\u0274\u0262\u0299\u029c\u1d00\u1d04\u1d05"
    "\u1d07\u1d0a\u1d0b\u1d0d\u1d0f\u1d18\u1d1b\u1d1c\u1d20\u1d21\u1d22\ua731\u0142\u00f8"
    "\u0111\u0127\u0180\u0268\u0269\u01c0\u0491",
    "aBeeiijkmhopct"
    "yxsdqwhrblnABEEIIJKMHOPCTYXSIQW3"
    "aeiKvopTuxcjwABEZHIKMNOPTYX"
    "wnuhgoqqGTHMRS"
    "ijagILRNGBHACDEJKMOPTUVWZSlodhbiIlr",
)
# Enclosed letters that compatibility normalisation leaves as they are, by where each run begins.
_ENCLOSED = ((0x1F150, 26), (0x1F170, 26), (0x1F1E6, 26))
# Full stops, hyphens and dashes of all kinds, each as one of its kind.
_MARKS = (
    dict.fromkeys("\u3002\uff61\u06d4\u0701\u0702", ".")
    | dict.fromkeys("\u2010\u2011\u2043\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2012\u2013\u2014\u2015\ufe58\ufe31\ufe32", "\u2013")
)
_SPACES = re.compile(r"[ \n]{2,}|\n")
_ENTITY = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,30};)")
# Marks are part of the spelling in scripts beyond this code point, and decoration before it.
_MARKS_MATTER_FROM = 0x0590


@dataclass(frozen=True)
class Folded:
    """A text as it reads, and where each of its characters stood in the original.

    `plain` keeps letters of other scripts, `seen` has what they look like; the two are equally
    long. `starts[i]:ends[i]` is what stood in the original for the character `i`.
    """

    plain: str
    seen: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Turn a span of the folded text into one of the original."""
        return self.starts[start], self.ends[end - 1]

    def on_one_line(self) -> Folded:
        """Read white space as a browser shows it: as one space, or as the end of a paragraph."""
        return self.replace(
            [
                (match.start(), match.end(), "\n" if match.group().count("\n") > 1 else " ")
                for match in _SPACES.finditer(self.seen)
            ]
        )

    def replace(self, spans: Sequence[tuple[int, int, str]]) -> Folded:
        """Put one character, or none, in the place of each span; spans are in order."""
        if not spans:
            return self
        plain: list[str] = []
        seen: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for start, end, character in spans:
            plain.append(self.plain[at:start] + character)
            seen.append(self.seen[at:start] + character)
            starts.extend(self.starts[at:start])
            ends.extend(self.ends[at:start])
            if character:
                starts.append(self.starts[start])
                ends.append(self.ends[end - 1])
            at = end
        plain.append(self.plain[at:])
        seen.append(self.seen[at:])
        starts.extend(self.starts[at:])
        ends.extend(self.ends[at:])
        return Folded("".join(plain), "".join(seen), starts, ends)


def fold(text: str) -> Folded:
    """Read a text as a person would; every step looks at a character once."""
    return fold_parts(text, [(0, len(text), "")])


def fold_parts(text: str, parts: Sequence[tuple[int, int, str]]) -> Folded:
    """Fold only some parts of a text, each followed by its separator (one character or none)."""
    if text.isascii() and "&" not in text and len(parts) == 1 and not _ASCII_CONTROLS.search(text):
        start, end, _separator = parts[0]
        shown = text[start:end].replace("\t", " ").replace("\r", " ")
        return Folded(shown, shown, range(start, end), range(start + 1, end + 1))
    plain: list[str] = []
    seen: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, separator in parts:
        at = start
        while at < end:
            stop, shown, alike = _cluster(text, at, end)
            plain.append(shown)
            seen.append(alike)
            starts.extend([at] * len(shown))
            ends.extend([stop] * len(shown))
            at = stop
        if separator:
            plain.append(separator)
            seen.append(separator)
            starts.append(end)
            ends.append(end)
    return Folded("".join(plain), "".join(seen), starts, ends)


def _cluster(text: str, at: int, end: int) -> tuple[int, str, str]:
    """Read one character with its marks, or one entity: where it ends, what it is, looks like."""
    character = text[at]
    if character == "&" and (entity := _ENTITY.match(text, at, end)):
        written = html.unescape(entity.group())
        if written != entity.group():
            shown = "".join(_shown(part) for part in written)
            return entity.end(), shown, "".join(_alike(part) for part in shown)
    if character.isascii() and (at + 1 >= end or text[at + 1].isascii()):
        shown = _shown(character)
        return at + 1, shown, shown
    stop = at + 1
    if ord(character) < _MARKS_MATTER_FROM:
        while stop < end and unicodedata.category(text[stop]) in ("Mn", "Me"):
            stop += 1
        # Sixteen marks are more than any spelling needs; normalising a longer pile is slow.
        composed = unicodedata.normalize("NFC", text[at : min(stop, at + 16)])
        character = composed[0] if composed else character
    elif unicodedata.category(character) == "Me":
        return stop, "", ""
    shown = _shown(character)
    return stop, shown, "".join(_alike(part) for part in shown)


@lru_cache(maxsize=8192)
def _shown(character: str) -> str:
    """Give the compatibility form of one character; nothing where nothing is to be seen."""
    if character == "\n":
        return character
    if character == _BRAILLE_BLANK or character.isspace():
        return "\n" if character in "\u2028\u2029\r" else " "
    if is_unseen(character):
        return ""
    if character.isascii():
        return character
    if character in _MARKS:
        return _MARKS[character]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    for first, count in _ENCLOSED:
        if first <= ord(character) < first + count:
            return chr(ord("A") + ord(character) - first)
    return "".join(part for part in unicodedata.normalize("NFKC", character) if not is_unseen(part))


@lru_cache(maxsize=8192)
def _alike(character: str) -> str:
    """Give the plain Latin letter that a character looks like, if there is one."""
    if character.isascii():
        return character
    if ord(character) in _LOOKALIKES:
        return chr(_LOOKALIKES[ord(character)])
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else chr(_LOOKALIKES.get(ord(base), ord(character)))

"""What stands on the pages of a PDF that Chromium printed, and where.

It reads what Chromium writes and no more: plain objects, compressed streams, fonts with a table from
their codes to characters.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

Matrix = tuple[float, float, float, float, float, float]

POINTS_IN_AN_INCH = 72
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)(?:stream\r?\n|endobj)", re.DOTALL)
_TOKEN = re.compile(rb"<[0-9A-Fa-f]*>|\((?:\\.|[^()\\])*\)|/[^\s/<>\[\]()]+|[\[\]]|[^\s/<>\[\]()]+")
# What else Chromium draws with ends up among the operands of the next of these, and is let go.
_OPERATORS = {b"q", b"Q", b"cm", b"Tm", b"Td", b"Tf", b"Tj", b"TJ"}
_RANGE = re.compile(rb"<(\w+)> <(\w+)> <(\w+)>")
_SINGLE = re.compile(rb"<(\w+)> <(\w+)>")


@dataclass
class Line:
    """Text on one baseline; inches from the left and from the top of the sheet."""

    left: float
    top: float
    text: str = ""


@dataclass
class Sheet:
    """A page, its lines from the top down."""

    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that can be read, a line for each line."""
        return "\n".join(line.text for line in self.lines)

    def line(self, text: str) -> Line:
        """The first line that holds this text."""
        return next(line for line in self.lines if text in line.text)


def sheets(pdf: bytes) -> list[Sheet]:
    """The pages in order."""
    objects = {int(found[1]): (found[2], found.end()) for found in _OBJECT.finditer(pdf)}

    def stream(number: int) -> bytes:
        head, start = objects[number]
        length = re.search(rb"/Length (\d+)", head)
        assert length
        return zlib.decompress(pdf[start : start + int(length[1])])

    fonts: dict[bytes, dict[int, str]] = {}
    pages = []
    for head, _ in objects.values():
        if not re.search(rb"/Type /Page\b", head):
            continue
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", head):
            table = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)][0])
            fonts[name] = _characters(stream(int(table[1]))) if table else {}
        height = re.search(rb"/MediaBox \[0 0 [\d.]+ ([\d.]+)\]", head)
        content = re.search(rb"/Contents (\d+) 0 R", head)
        assert height
        assert content
        pages.append(_read(stream(int(content[1])), fonts, float(height[1])))
    return pages


def _characters(table: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, to in _RANGE.findall(part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(to, 16) + step)
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, to in _SINGLE.findall(part):
            found[int(code, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
    return found


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        *(a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


class _Pen:
    """Where the next text goes, and in which font."""

    def __init__(self) -> None:
        self.text: Matrix = (1, 0, 0, 1, 0, 0)
        self.font: dict[int, str] = {}
        self._now: Matrix = (1, 0, 0, 1, 0, 0)
        self._kept: list[Matrix] = []

    @property
    def place(self) -> Matrix:
        """On the sheet, in points from its lower left."""
        return _times(self.text, self._now)

    def move(self, operator: bytes, operands: list[bytes]) -> None:
        """Obey an operator that draws nothing."""
        if operator == b"q":
            self._kept.append(self._now)
        elif operator == b"Q":
            self._now = self._kept.pop()
        elif operator == b"cm":
            self._now = _times(_matrix(operands), self._now)
        elif operator == b"Tm":
            self.text = _matrix(operands)
        elif operator == b"Td":
            self.text = _times(_matrix([b"1", b"0", b"0", b"1", *operands[-2:]]), self.text)


def _read(content: bytes, fonts: dict[bytes, dict[int, str]], height: float) -> Sheet:
    pen = _Pen()
    operands: list[bytes] = []
    lines: dict[int, Line] = {}
    for token in _TOKEN.findall(content):
        if token not in _OPERATORS:
            operands.append(token)
            continue
        if token == b"Tf":
            pen.font = fonts[operands[-2].lstrip(b"/")]
        elif token in {b"Tj", b"TJ"}:
            left, top = (
                pen.place[4] / POINTS_IN_AN_INCH,
                (height - pen.place[5]) / POINTS_IN_AN_INCH,
            )
            line = lines.setdefault(round(top * 100), Line(left, top))
            line.text += "".join(
                _said(piece[1:-1], pen.font) for piece in operands if piece.startswith(b"<")
            )
        else:
            pen.move(token, operands)
        operands = []
    return Sheet([lines[key] for key in sorted(lines)])


def _matrix(numbers: list[bytes]) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in numbers[-6:])
    return (a, b, c, d, e, f)


def _said(codes: bytes, font: dict[int, str]) -> str:
    """Codes of one byte or of two, whichever the font's table knows."""
    digits = 2 if all(code < 256 for code in font) else 4
    return "".join(
        font.get(int(codes[at : at + digits], 16), "") for at in range(0, len(codes), digits)
    )

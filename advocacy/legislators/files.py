"""Files about members of Congress: where they are published, and read as strangers' text."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = "https://github.com/unitedstates/congress-legislators"
FORMS_PROJECT = "https://github.com/unitedstates/contact-congress"
_PUBLISHED = "https://unitedstates.github.io/congress-legislators"
PUBLISHED = {
    "file": f"{_PUBLISHED}/legislators-current.yaml",
    "offices": f"{_PUBLISHED}/legislators-district-offices.yaml",
    "social": f"{_PUBLISHED}/legislators-social-media.yaml",
}
# Ten times as long as the longest file today.
MOST_BYTES = 32 * 1024 * 1024
# How deep lists and mappings may stand in each other; the files need five.
DEEPEST = 12
FORM_COLUMNS = ("bioguide", "contact_form")

# The same parser in C where it is there: a second for the longest file, and fifteen without.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FileRefusedError(Exception):
    """Nothing of a file is taken; the message says why, and on which line."""


@dataclass(frozen=True)
class Record:
    """One entry of a file, and the line on which it begins."""

    line: int
    content: Any


def read_yaml(content: bytes) -> list[Record]:
    """The entries of a list.

    Raises:
        FileRefusedError: it is no list in YAML, or holds an alias: a few lines of aliases can stand
            for more than any memory holds.
    """
    text = _text(content)
    try:
        lines = list(_lines_of_entries(text))
        entries = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, by another name
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"Line {mark.line + 1}" if mark else "The file"
        raise FileRefusedError(f"{line}: this is no YAML ({error.problem}).") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileRefusedError("This is no YAML.") from error
    if not isinstance(entries, list) or len(entries) != len(lines):
        raise FileRefusedError("Line 1: this is not a list of entries.")
    return [Record(line, entry) for line, entry in zip(lines, entries, strict=True)]


def read_forms(content: bytes) -> tuple[list[Record], list[str]]:
    """The lines of a table of contact forms that can be read, and why the others cannot.

    Raises:
        FileRefusedError: it lacks a column.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    records: list[Record] = []
    refused: list[str] = []
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            refused.append(f"Line {line}: {error}.")
            continue
        if header is None:
            header = values
            if missing := [column for column in FORM_COLUMNS if header.count(column) != 1]:
                raise FileRefusedError(f"Line 1: needed once: {', '.join(missing)}.")
        elif values and len(values) != len(header):
            refused.append(
                f"Line {line}: {len(values)} values where the first line has {len(header)}."
            )
        elif values:
            records.append(Record(line, dict(zip(header, values, strict=True))))
    if header is None:
        raise FileRefusedError("The file is empty.")
    return records, refused


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise FileRefusedError(f"The file is longer than {MOST_BYTES:,} bytes.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefusedError(f"Line {line}: this is not UTF-8 text.") from error


def _lines_of_entries(text: str) -> Iterator[int]:
    """Where each entry of the outermost list begins; looks at events only, and builds nothing."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise FileRefusedError(f"Line {line}: aliases are not followed.")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if depth == 1:
                yield line
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEEPEST:
                    raise FileRefusedError(f"Line {line}: too many lists in lists.")

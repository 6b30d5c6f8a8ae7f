"""Text for spreadsheets, which take some of it for formulas."""

from __future__ import annotations

import re

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# A workbook cannot hold these.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_text(value: str) -> str:
    """A cell that every spreadsheet shows as it stands and none computes."""
    value = CONTROL_CHARACTERS.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value

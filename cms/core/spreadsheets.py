"""Text for spreadsheets, which take some of it for formulas."""

from __future__ import annotations

import re
from typing import Any

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# A workbook cannot hold these.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_text(value: str) -> str:
    """A cell that every spreadsheet shows as it stands and none computes."""
    value = CONTROL_CHARACTERS.sub("", value)
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


class TextInCells:
    """For a list that can be taken away: its text stays text."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """As the list does it, and no formula."""
        processed = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]  # a mixin
        return as_text(processed) if isinstance(processed, str) else processed

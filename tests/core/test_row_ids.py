"""Only what a row may have for its number is taken for one."""

from __future__ import annotations

import pytest

from cms.core.row_ids import LARGEST_ID, row_id


@pytest.mark.parametrize("text", ["1", "007", "12345", str(LARGEST_ID)])
def test_digits_are_a_number(text: str) -> None:
    assert row_id(text) == int(text)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1,000", "1.0", "1_0", " 1", "x", "٣", "²", "\x00", "9" * 5000]
)
def test_anything_else_is_the_number_of_no_row(text: str) -> None:
    assert row_id(text) == 0


def test_what_the_database_cannot_hold_is_the_number_of_no_row() -> None:
    assert row_id(str(LARGEST_ID + 1)) == 0

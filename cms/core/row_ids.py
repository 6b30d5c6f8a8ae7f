"""Numbers of rows as they come from outside: from addresses, forms and pasted links."""

from __future__ import annotations

# What the database can hold; it answers a larger number with an error.
LARGEST_ID = 2**63 - 1


def row_id(text: str) -> int:
    """The number that the text is; 0, which no row has, where no row can have it."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(LARGEST_ID)):
        return 0
    number = int(text)
    return number if number <= LARGEST_ID else 0

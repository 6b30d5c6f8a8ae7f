"""Text that XML can hold."""

from __future__ import annotations

import re

# These come in with pasted text, and XML has no way to write them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """The text without the characters that no XML document may hold."""
    return _UNWRITABLE.sub("", text)

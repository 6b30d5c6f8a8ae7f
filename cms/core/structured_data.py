"""What machines read of a page, as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe


def for_script(data: dict[str, Any]) -> SafeString:
    """JSON that can stand in a script element: nothing in it ends the element or a line."""
    encoded = json.dumps(data, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        encoded = encoded.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(encoded)  # noqa: S308 - see above

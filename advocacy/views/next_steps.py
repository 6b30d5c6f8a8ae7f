"""What else the text asks for that a reader came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advocacy import origins

if TYPE_CHECKING:
    from django.http import HttpRequest


def next_steps(request: HttpRequest, entry: tuple[str, int], *, is_done: bool) -> dict[str, Any]:
    """Context of ``advocacy/next_steps.html``: what is on the text's list besides this entry.

    Args:
        request: May name the text, see ``advocacy.origins``.
        entry: The registry's kind and id of what the page is about.
        is_done: Whether the reader has done it just now, as far as we can know.
    """
    origin = origins.behind(request)
    to_dos = origin.to_dos if origin else ()
    return {
        "origin": origin,
        "to_dos": [to_do for to_do in to_dos if to_do.entry != entry],
        "done": [to_do.key for to_do in to_dos if to_do.entry == entry] if is_done else [],
        "is_done": is_done,
    }

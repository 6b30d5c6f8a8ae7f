"""Wagtail's editor of running text, with a name for those who cannot see what it stands under."""

from __future__ import annotations

from typing import Any

from wagtail.admin.rich_text.editors.draftail import DraftailRichTextArea


class NamedRichTextArea(DraftailRichTextArea):
    """Wagtail leaves the text box without a name; within a block it is the block's text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options["ariaLabel"] = "Text"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name it for its field, where it is one field of a form."""
        self.options["ariaLabel"] = name.rpartition("-")[2].replace("_", " ").capitalize()
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context

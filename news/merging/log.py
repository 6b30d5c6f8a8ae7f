"""What the log says of merges and new names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.log_actions import LogFormatter

if TYPE_CHECKING:
    from wagtail.log_actions import LogActionRegistry


class Merged(LogFormatter):
    """Names both."""

    label = "Merge"

    def format_message(self, log_entry: Any) -> str:
        """Which became part of which."""
        return f"Merged “{log_entry.data['old']}” into “{log_entry.data['into']}”"


class Undone(LogFormatter):
    """Names both."""

    label = "Undo a merge"

    def format_message(self, log_entry: Any) -> str:
        """Which were parted."""
        return f"Undid merging “{log_entry.data['old']}” into “{log_entry.data['into']}”"


class Renamed(LogFormatter):
    """Names it twice."""

    label = "Rename"

    def format_message(self, log_entry: Any) -> str:
        """From what to what."""
        return f"Renamed from “{log_entry.data['before']}” to “{log_entry.data['after']}”"


def register(actions: LogActionRegistry) -> None:
    """Have Wagtail's log know these actions."""
    actions.register_action("news.merge")(Merged)
    actions.register_action("news.merge.undo")(Undone)
    actions.register_action("news.rename")(Renamed)

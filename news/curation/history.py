"""What the history of an article says of its related links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.log_actions import LogFormatter

from news.curation.records import LOG_ACTION
from news.models import Curation

if TYPE_CHECKING:
    from wagtail.log_actions import LogActionRegistry
    from wagtail.models import PageLogEntry

WORDS = {
    **{kind.value: str(kind.label) for kind in Curation.Kind},
    "undo": "restored by undoing",
}


class Told(LogFormatter):
    """An entry with the titles of the links and, of a rejection, the reason."""

    words = ""

    def format_message(self, log_entry: PageLogEntry) -> str:
        """As in: 2 related links rejected (Too old): “One”, “Two”."""
        data = log_entry.data
        number, titles = int(data.get("number", 0)), data.get("titles", [])
        links = "Related link" if number == 1 else f"{number} related links"
        why = f" ({data['because']})" if data.get("because") else ""
        named = ", ".join(f"“{title}”" for title in titles)
        more = f" and {number - len(titles)} more" if number > len(titles) else ""
        return f"{links} {self.words}{why}: {named}{more}"


def register(actions: LogActionRegistry) -> None:
    """Make these entries known to Wagtail."""
    for action, words in WORDS.items():
        kind = type(
            f"Told{action.title()}", (Told,), {"words": words, "label": f"Related links {words}"}
        )
        actions.register_action(f"{LOG_ACTION}{action}")(kind)

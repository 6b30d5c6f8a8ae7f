"""The form behind the article editor: what may be saved, and what may be published."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.timesince import timesince
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.blocks.stream_block import StreamBlockValidationError

from cms.core.blocks import told

if TYPE_CHECKING:
    from news.models import ArticlePage

STREAM_FIELDS = ("body", "opinion", "action", "to_do")
# What Django would call required or not valid, in words that say what to do.
MESSAGES = {
    "source": {"required": "Choose who published the story."},
    "source_address": {
        "required": "Give the address of the story.",
        "invalid": "Use an address that begins with http:// or https://, as a browser shows it.",
    },
    "source_published_at": {"required": "Say when the source published it."},
}
# Sent by whoever answered the dialog that asks before a newer version is overwritten.
OVERWRITE = "overwrite_newer_version"
# The buttons of the editor that make a version live, now or at a time that was set.
PUBLISHING = ("action-publish",)


class ArticlePageForm(WagtailAdminPageForm):
    """Refuses what would lose or publish something it must not, and names the field."""

    instance: ArticlePage

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, messages in MESSAGES.items():
            if name in self.fields:
                self.fields[name].error_messages.update(messages)

    def add_error(self, field: str | None, error: Any) -> None:
        """Say in the message above the form what is wrong in which block; Wagtail only says that."""
        if isinstance(error, StreamBlockValidationError):
            error.message = " ".join(told(error))
        super().add_error(field, error)

    def clean(self) -> dict[str, Any]:
        """Add the newsroom's own checks to Wagtail's."""
        cleaned_data: dict[str, Any] = super().clean()
        self._refuse_unknown_blocks()
        self._refuse_to_overwrite_a_newer_version()
        if any(self.data.get(name) for name in PUBLISHING):
            self._refuse_to_publish(cleaned_data)
        return cleaned_data

    def _refuse_unknown_blocks(self) -> None:
        """A block that this version does not know would be dropped in silence."""
        for field in STREAM_FIELDS:
            if field not in self.fields:
                continue
            known = self.fields[field].block.child_blocks
            for name in unknown_block_types(self.data, field, known):
                self.add_error(
                    field,
                    f"This version of Dovetail does not know the block “{name}” and would lose it."
                    " Nothing was saved. Ask your operator to update, or remove the block first.",
                )

    def _refuse_to_overwrite_a_newer_version(self) -> None:
        """Wagtail asks this of autosave only; a plain Save or Publish would win in silence."""
        latest = self.instance.latest_revision if self.instance.pk else None
        if latest is None or not self.is_bound or self.data.get(OVERWRITE):
            return
        own = self.data.get("overwrite_revision_id")
        loaded = own or self.data.get("loaded_revision_id")
        if not loaded:
            return
        unchanged = loaded == str(latest.pk) and (
            own or self.data.get("loaded_revision_created_at") == latest.created_at.isoformat()
        )
        if unchanged:
            return
        if latest.user_id == getattr(self.for_user, "pk", None):
            who = "You, in another tab or window,"
        else:
            who = latest.user.public_name if latest.user else "Somebody"
        # Seen by the script that keeps autosave from answering in the editor's place.
        self.fields["title"].widget.attrs["data-newer-version"] = ""
        self.add_error(
            None,
            forms.ValidationError(
                f"{who} saved a newer version {timesince(latest.created_at, timezone.now())} ago,"
                " after you opened this page. Yours is still below and not saved. To keep yours,"
                " press the same button again; to see theirs first, open the page's history in"
                " a new tab.",
                code="newer_version",
            ),
        )

    def _refuse_to_publish(self, cleaned_data: dict[str, Any]) -> None:
        """Say beside each field what the gate would refuse."""
        from news import publication  # noqa: PLC0415 - it reads the model that this form serves

        candidate = publication.Candidate.from_form(self.instance, cleaned_data)
        found: dict[str, list[publication.Problem]] = {}
        for problem in publication.problems(candidate):
            found.setdefault(problem.field, []).append(problem)
        if not found:
            return
        for field, problems in found.items():
            if field not in self.fields:
                self.add_error(None, forms.ValidationError([str(each) for each in problems]))
            elif field not in self.errors:
                self.add_error(field, publication.as_form_error(problems))
        # With a message of the whole form, Wagtail lists those of the fields: one may be in a tab
        # that is not open.
        self.add_error(
            None,
            forms.ValidationError(
                "Nothing was published. What you typed is still here.", code="not_published"
            ),
        )


def unknown_block_types(data: Any, field: str, known: Any) -> list[str]:
    """The types of blocks that a submitted form names and the field does not know."""
    pattern = re.compile(rf"{re.escape(field)}-\d+-type")
    deleted = "{}-deleted"
    return sorted(
        {
            value
            for name, value in data.items()
            if pattern.fullmatch(name)
            and value not in known
            and not data.get(deleted.format(name.removesuffix("-type")))
        }
    )


def unknown_stored_blocks(page: ArticlePage, content: dict[str, Any]) -> list[str]:
    """The types of blocks that a stored version names and the page's fields do not know."""
    found = set()
    for field in STREAM_FIELDS:
        stored = content.get(field) or "[]"
        blocks = json.loads(stored) if isinstance(stored, str) else stored
        known = page._meta.get_field(field).stream_block.child_blocks
        found |= {block.get("type", "") for block in blocks} - known.keys()
    return sorted(found)

"""The form in which a reader reports a wrong contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from advocacy.models import Problem
from cms.core.forms import PlainTextField, StrangersForm

if TYPE_CHECKING:
    from advocacy.models import Channel, Representative

WHOLE = "whole"


class ReportForm(StrangersForm):
    """Which contact, and what is wrong with it."""

    channel = forms.ChoiceField(
        label="Which contact is wrong",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the contact that is wrong."},
    )
    problem = forms.ChoiceField(
        label="What is wrong with it",
        choices=Problem.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what is wrong with it."},
    )
    remark = PlainTextField(
        label="Anything that helps us to check (optional)",
        multiline=True,
        required=False,
        max_length=500,
        help_text="Please write nothing about yourself here: we keep what you write, not who you are.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, representative: Representative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._channels = {str(row.pk): row for row in representative.usable_channels}
        self.fields["channel"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, see above
            *((key, _line(channel)) for key, channel in self._channels.items()),
            (WHOLE, "Another thing on this page: the name, the office, somebody who has left"),
        ]

    @property
    def reported(self) -> dict[str, Any]:
        """The arguments of ``reports.report()``, besides the representative."""
        return {
            "channel": self._channels.get(self.cleaned_data["channel"]),
            "problem": self.cleaned_data["problem"],
            "remark": self.cleaned_data["remark"],
        }


def _line(channel: Channel) -> str:
    label = f"{channel.label}, " if channel.label else ""
    return f"{channel.get_kind_display()}: {label}{channel.value}"

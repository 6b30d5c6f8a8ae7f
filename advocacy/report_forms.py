"""The form in which a reader reports a wrong contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from advocacy.models import Problem
from cms.core.forms import PlainTextField

if TYPE_CHECKING:
    from advocacy.models import Channel, Representative

WHOLE = "whole"


class ReportForm(forms.Form):
    """Which contact, what is wrong with it, and a field that only machines fill in."""

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
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, representative: Representative, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self._channels = {str(row.pk): row for row in representative.usable_channels}
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            *((key, _line(channel)) for key, channel in self._channels.items()),
            (WHOLE, "Another thing on this page: the name, the office, somebody who has left"),
        ]

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(str(self.data.get("website", "")).strip())

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

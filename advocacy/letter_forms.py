"""The form in which a reader makes a letter their own."""

from __future__ import annotations

from typing import Any

from django import forms

from advocacy.letters import Sender
from cms.core.forms import PlainTextField

# With the name above it, what stands clear of an envelope's window; see css/letter.css.
ADDRESS_LINES = 5


class LetterForm(forms.Form):
    """Text and sender; the answer is a page, and nothing of it is kept."""

    subject = PlainTextField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say in a few words what the letter is about."},
    )
    body = PlainTextField(
        label="Your letter",
        multiline=True,
        max_length=9000,
        widget=forms.Textarea(attrs={"rows": 16, "autocomplete": "off"}),
        error_messages={"required": "There is nothing in your letter yet."},
    )
    name = PlainTextField(
        label="Your name",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = PlainTextField(
        label="Your postal address",
        multiline=True,
        required=False,
        max_length=300,
        help_text="Offices answer those who live in their state or district. Five lines at most.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)

    def clean_address(self) -> str:
        """As many lines as stay out of the window."""
        lines = [line.strip() for line in self.cleaned_data["address"].split("\n")]
        lines = [line for line in lines if line]
        if len(lines) > ADDRESS_LINES:
            raise forms.ValidationError("Give your address in five lines at most.")
        return "\n".join(lines)

    @property
    def sender(self) -> Sender:
        """Who writes."""
        return Sender(name=self.cleaned_data["name"], address=self.cleaned_data["address"])

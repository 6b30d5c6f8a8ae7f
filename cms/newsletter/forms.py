"""The forms with which readers ask for the newsletter and change it."""

from __future__ import annotations

from typing import Any

from django import forms

from cms.core.forms import MailAddressField, StrangersForm
from cms.newsletter import topics
from cms.newsletter.models import Frequency


class PreferencesForm(forms.Form):
    """How often, and about what."""

    frequency = forms.ChoiceField(
        label="How often",
        required=False,
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of these."},
    )
    topics = forms.MultipleChoiceField(
        label="About what",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick nothing, and you get everything.",
        error_messages={"invalid_choice": "One of these is not there any more. Choose again."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(topic.key, topic.name) for topic in topics.offered()]
        self.fields["topics"].choices = offered  # type: ignore[attr-defined]
        if not offered:
            del self.fields["topics"]

    def clean_frequency(self) -> str:
        """Once a week, where nothing was chosen."""
        return str(self.cleaned_data["frequency"] or Frequency.WEEKLY)

    @property
    def chosen(self) -> list[str]:
        """The keys of the topics that were ticked."""
        return list(self.cleaned_data.get("topics", []))


class SubscribeForm(StrangersForm, PreferencesForm):
    """One address, how often, and about what."""

    email = MailAddressField(
        label="E-mail",
        error_messages={"required": "Give the address that the newsletter should go to."},
    )

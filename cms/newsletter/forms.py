"""The form that asks for the newsletter."""

from __future__ import annotations

from typing import Any

from django import forms

from cms.core.forms import MailAddressField


class SubscribeForm(forms.Form):
    """One address, and a field that only machines fill in."""

    email = MailAddressField(
        label="E-mail",
        error_messages={"required": "Give the address that the newsletter should go to."},
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)

    @property
    def is_from_a_machine(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(str(self.data.get("website", "")).strip())

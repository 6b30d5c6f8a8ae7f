"""Form fields for text from strangers."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

# Format characters that join letters, as Persian names and some emoji need them. All others are
# taken out: nobody sees them, and they turn text around or hide what it says.
_JOINERS = "\u200c\u200d"
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain_text(value: str, *, multiline: bool = False) -> str:
    """Text in Unicode's standard form, without control, invisible or broken characters.

    Line breaks become spaces, unless ``multiline``; runs of three or more of them become two.
    """
    value = re.sub("\r\n?|[\u2028\u2029]", "\n", value).replace("\t", " ")
    value = "".join(
        character
        for character in value
        if character == "\n"
        or character in _JOINERS
        or unicodedata.category(character) not in _UNWANTED
    )
    value = unicodedata.normalize("NFC", value)
    if not value.strip(f"{_JOINERS} \n"):
        return ""
    if not multiline:
        return " ".join(value.split())
    lines = "\n".join(line.rstrip() for line in value.split("\n")).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class PlainTextField(forms.CharField):
    """A text that is cleaned by ``plain_text`` before it is measured."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Clean, then let the field's own rules look at it."""
        if isinstance(value, str) and "\x00" not in value:
            value = plain_text(value, multiline=self.multiline)
        return str(super().to_python(value))


class MailAddressField(forms.EmailField):
    """An address that a mail can be sent to; quoted names, which some servers misread, are not."""

    default_error_messages = {
        "invalid": "This is not an e-mail address. It should look like name@example.org.",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "email"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Refuse what could be taken for two addresses."""
        address = str(super().clean(value))
        if re.search(r"[\"\\,;:<>()\[\]\s]", address):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return address


class StrangersForm(forms.Form):
    """A form that anybody may send: errors come from us, and one field is for machines only."""

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

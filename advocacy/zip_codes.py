"""ZIP codes as people type them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

from cms.core.forms import PlainTextField

_WITH_ENDING = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?")
# Dashes of every length, and the minus.
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58]")
# What is typed for a digit by mistake, or because a keyboard has no other.
_LOOKALIKES = re.compile(r"[OoIl]")
# Below stands none; 00501 is the lowest in use.
_LOWEST = "00501"


def five_digits(typed: str) -> str:
    """The five digits of a ZIP code, with or without the four that may follow.

    Spaces are of no account, and digits may be written in any width or script.

    Raises:
        ValidationError: it is no ZIP code; the message says what to look at.
    """
    text = unicodedata.normalize("NFKC", typed)
    text = "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )
    text = _DASHES.sub("-", "".join(text.split()))
    if found := _WITH_ENDING.fullmatch(text):
        if found[1] < _LOWEST:
            raise forms.ValidationError(f"There is no ZIP code {found[1]}. Please check it.")
        return found[1]
    if _LOOKALIKES.search(text) and _WITH_ENDING.fullmatch(_LOOKALIKES.sub("0", text)):
        raise forms.ValidationError(
            "There is a letter in it. A ZIP code has digits only: is the letter O a zero, or "
            "the letter l a one?"
        )
    raise forms.ValidationError("A ZIP code has five digits, as in 53703.")


class ZipField(PlainTextField):
    """A ZIP code; the value is its five digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Your ZIP code")
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
        )
        super().__init__(
            error_messages={
                "required": "Type the five digits of your ZIP code.",
                "max_length": "A ZIP code has five digits, as in 53703.",
                "null_characters_not_allowed": "A ZIP code has five digits, as in 53703.",
            },
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """Clean the text, then take the digits out of it."""
        return five_digits(str(super().clean(value)))


class ZipForm(forms.Form):
    """The question on the representatives' page. It is sent in the address, and kept nowhere."""

    zip = ZipField(help_text="We do not keep it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("use_required_attribute", False)
        kwargs.setdefault("auto_id", "%s")
        super().__init__(*args, **kwargs)

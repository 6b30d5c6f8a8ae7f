"""The form under a petition."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from advocacy.zip_codes import five_digits
from cms.core.forms import MailAddressField, PlainTextField, StrangersForm

SELECTED = mark_safe(" selected")
UNITED_STATES = "US"
# Their residents have ZIP codes.
_TERRITORIES = {"AS", "GU", "MP", "PR", "UM", "VI"}


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Code and English name of every country, the United States first, from the tz database."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    others = sorted(
        ((code, name) for code, name in rows if code not in {UNITED_STATES, *_TERRITORIES}),
        key=lambda row: row[1].casefold(),
    )
    return ((UNITED_STATES, "United States"), *others)


@cache
def country_names() -> dict[str, str]:
    """The name of each country, by its code."""
    return dict(countries())


class CountrySelect(forms.Select):
    """A choice among 250, written in one go: Django reads a template for each of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """As the parent's."""
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((code, SELECTED if code == value else "", label) for code, label in countries()),
        )
        named = {"name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<select{}>\n{}\n</select>", flatatt(named), options)


class CountryField(forms.ChoiceField):
    """One of ``countries()``, looked up by its code."""

    widget = CountrySelect(attrs={"autocomplete": "country"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=countries, **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Whether there is such a country."""
        return value in country_names()


class SigningForm(StrangersForm):
    """What a signer tells."""

    name = PlainTextField(
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Give the name that should stand under the petition."},
    )
    email = MailAddressField(
        label="E-mail",
        help_text="We send one mail, to confirm that it is you. It is never shown.",
        error_messages={"required": "Give an address, so that you can confirm your signature."},
    )
    country = CountryField(initial=UNITED_STATES)
    postal_code = PlainTextField(
        label="ZIP code",
        required=False,
        max_length=40,
        help_text="Only in the United States: it shows which officials are yours.",
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
    )
    comment = PlainTextField(
        label="Why you sign (optional)",
        multiline=True,
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    may_be_shown = forms.BooleanField(
        label="Show my name and comment",
        required=False,
        help_text="Under the petition, as “Ada L., Wisconsin”. Somebody here reads it first.",
    )
    outcome = forms.BooleanField(label="Tell me by e-mail how it ends.", required=False)
    newsletter = forms.BooleanField(
        label="Send me the newsletter by e-mail too. I can end it at any time.", required=False
    )

    def clean(self) -> dict[str, Any]:
        """A ZIP code in the United States; nothing of the kind is kept from elsewhere."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "country" not in cleaned or "postal_code" not in cleaned:
            return cleaned
        if cleaned["country"] != UNITED_STATES:
            cleaned["postal_code"] = ""
        elif not cleaned["postal_code"]:
            self.add_error(
                "postal_code", "Give your ZIP code of five digits, or choose your country."
            )
        else:
            try:
                # The four that may follow name a street; nothing here needs them.
                cleaned["postal_code"] = five_digits(cleaned["postal_code"])
            except forms.ValidationError as refused:
                self.add_error("postal_code", refused)
        return cleaned

    @property
    def proof(self) -> str:
        """What the browser has worked out, see ``cms.core.proof_of_work``; blank where it cannot."""
        return str(self.data.get("proof", ""))

    @property
    def signing(self) -> dict[str, Any]:
        """The arguments of ``signatures.sign()``, besides the petition."""
        return {
            "name": self.cleaned_data["name"],
            "email": self.cleaned_data["email"],
            "postal_code": self.cleaned_data["postal_code"],
            "country": self.cleaned_data["country"],
            "comment": self.cleaned_data["comment"],
            "may_be_shown": self.cleaned_data["may_be_shown"],
            "wants_outcome": self.cleaned_data["outcome"],
            "wants_newsletter": self.cleaned_data["newsletter"],
        }


class OwnDataForm(StrangersForm):
    """One address."""

    email = MailAddressField(
        label="E-mail",
        error_messages={"required": "Give the address that you signed with."},
    )

"""The form that asks for the newsletter."""

from __future__ import annotations

from cms.core.forms import MailAddressField, StrangersForm


class SubscribeForm(StrangersForm):
    """One address."""

    email = MailAddressField(
        label="E-mail",
        error_messages={"required": "Give the address that the newsletter should go to."},
    )

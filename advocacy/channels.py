"""Ways to reach somebody: the kinds, what each may hold, and the link that opens it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models


class ChannelKind(models.TextChoices):
    """Kinds of channel, the most direct first."""

    FORM = "form", "Contact form"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    POST = "post", "Post"
    FAX = "fax", "Fax"
    SOCIAL = "social", "Social network"


class Place(models.TextChoices):
    """Where an office is that a channel leads to."""

    WASHINGTON = "washington", "Washington office"
    DISTRICT = "district", "District or state office"


class WrittenBy(models.TextChoices):
    """Who wrote a channel: what a person wrote, no import changes."""

    PERSON = "person", "A person"
    IMPORT = "import", "An import"


_WEB = URLValidator(schemes=["http", "https"])
_NUMBER = re.compile(r"\+?[0-9 ().\-/]{7,24}(?: *(?:x|ext\.?) *[0-9]{1,6})?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def checked_value(kind: str, value: str) -> str:
    """The value in its standard form.

    Raises:
        ValidationError: it is not what a channel of this kind holds; the message says why.
    """
    value = value.strip()
    if _CONTROL.search(value):
        raise ValidationError("This holds characters that cannot be seen. Type it anew.")
    if kind in {ChannelKind.FORM, ChannelKind.SOCIAL}:
        try:
            _WEB(value)
            host = urlsplit(value).hostname or ""
        except (ValidationError, ValueError) as error:
            raise ValidationError("Use an address that begins with http:// or https://.") from error
        if "." not in host:
            raise ValidationError("Use an address with a full host name.")
    elif kind in {ChannelKind.PHONE, ChannelKind.FAX}:
        if not _NUMBER.fullmatch(value) or not 7 <= len(dialled(value).lstrip("+")) <= 15:
            raise ValidationError("Use a telephone number, as in 202-224-5653.")
    elif kind == ChannelKind.EMAIL:
        try:
            validate_email(value)
        except ValidationError as error:
            raise ValidationError("Use an e-mail address, as in name@example.org.") from error
    elif kind == ChannelKind.POST and len(value) < 10:
        raise ValidationError("Give the whole postal address.")
    return value


def dialled(number: str) -> str:
    """The digits to dial, in international form; ten digits are a number in the United States."""
    main = re.split(r"(?:x|ext)", number, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"[^0-9]", "", main)
    if main.strip().startswith("+"):
        return f"+{digits}"
    if len(digits) == 10:
        return f"+1{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return digits


def link_for(kind: str, value: str) -> str:
    """The address that opens a channel; blank where nothing can be opened."""
    if kind == ChannelKind.PHONE:
        extension = re.search(r"(?:x|ext\.?) *([0-9]{1,6})$", value, re.IGNORECASE)
        return f"tel:{dialled(value)}" + (f";ext={extension[1]}" if extension else "")
    if kind == ChannelKind.EMAIL:
        return f"mailto:{quote(value, safe='@+')}"
    if kind in {ChannelKind.FORM, ChannelKind.SOCIAL} and value.lower().startswith(
        ("http://", "https://")
    ):
        return value
    return ""

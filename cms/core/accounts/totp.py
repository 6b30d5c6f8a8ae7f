"""Codes of authenticator apps (RFC 6238), and their secrets as they are stored.

A secret is stored encrypted under SECRET_KEY, so a copy of the database alone makes no codes. Old
keys in SECRET_KEY_FALLBACKS still open what they closed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import qrcode
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from qrcode.image.svg import SvgPathImage

if TYPE_CHECKING:
    from datetime import datetime

PERIOD = 30
DIGITS = 6
# Clocks differ, and typing takes time: the codes before and after count too.
TOLERANCE = 1
SALT = "cms.core.accounts.totp"


def new_secret() -> str:
    """160 random bits in base 32, as the standard advises and apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one period, counted from 1970."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_at(moment: datetime) -> int:
    """The period that a moment is in."""
    return int(moment.timestamp()) // PERIOD


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The period around now whose code this is; None where it is none."""
    found = None
    for step in range(step_at(now) - TOLERANCE, step_at(now) + TOLERANCE + 1):
        # Each is compared, so the time it takes says nothing.
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def _box() -> MultiFernet:
    keys = [str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(f"{SALT}\x1f{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def closed(secret: str) -> str:
    """The secret as it is stored."""
    return _box().encrypt(secret.encode()).decode()


def opened(stored: str) -> str | None:
    """The secret itself; None where the key that closed it is gone."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def address(*, secret: str, who: str, issuer: str) -> str:
    """What an app reads from the square."""
    asked = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(who)}?{asked}"


def picture(text: str) -> str:
    """A square for a telephone's camera, as the address of a picture that holds itself."""
    square = qrcode.make(text, image_factory=SvgPathImage, border=4)
    encoded = base64.b64encode(square.to_string()).decode()
    return f"data:image/svg+xml;base64,{encoded}"

"""The Message-ID of a newsletter: it says whose mail it is, and that we wrote it.

What comes back names it: a report that it could not be delivered, a complaint. Only whoever has seen
the mail knows its identity, so nobody can make up a report about somebody else's mailbox.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "newsletter.identities"
# 96 bits: nobody guesses them, and the header fits into one line.
SIGNED = 12
_WRITTEN = re.compile(r"<?(\d{1,18})\.(\d{1,18})\.([\w-]{16})@", re.ASCII)


class Identity(NamedTuple):
    """One mail: the keys of its mailing and of its subscriber."""

    mailing: int
    subscriber: int


def message_id(identity: Identity, *, domain: str) -> str:
    """The same mail has the same one, however often it is sent."""
    signature = _signature(identity, settings.SECRET_KEY)
    return f"<{identity.mailing}.{identity.subscriber}.{signature}@{domain}>"


def read(found: str) -> Identity | None:
    """The mail that a Message-ID stands for; None for one that we did not write."""
    written = _WRITTEN.match(found)
    if written is None:
        return None
    identity = Identity(int(written[1]), int(written[2]))
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ours = any(constant_time_compare(_signature(identity, key), written[3]) for key in secrets)
    return identity if ours else None


def _signature(identity: Identity, secret: str | bytes) -> str:
    value = f"{identity.mailing}.{identity.subscriber}"
    digest = salted_hmac(SALT, value, secret=secret, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:SIGNED]).decode()

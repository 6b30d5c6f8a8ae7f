"""Addresses that are never written to: by their owner's wish, or because nobody is there.

Only a keyed digest is kept. It answers the question whether an address is on the list, and no other.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import salted_hmac

from cms.core.mail import address_key
from cms.newsletter.models import Suppression, SuppressionReason

SALT = "newsletter.suppressions"


def digests(address: str) -> list[str]:
    """How an address would stand on the list: under the present key, then under former ones."""
    key = address_key(address)
    return [
        salted_hmac(SALT, key, secret=secret, algorithm="sha256").hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def is_suppressed(address: str) -> bool:
    """Whether the address is on the list. One query."""
    return Suppression.objects.filter(digest__in=digests(address)).exists()


def suppress(*, address: str, reason: SuppressionReason) -> None:
    """Put an address on the list; the first reason stays."""
    if not is_suppressed(address):
        Suppression.objects.get_or_create(digest=digests(address)[0], defaults={"reason": reason})


def lift(*, address: str) -> bool:
    """Take an address from the list, for an owner who has proved to be it; whether it was there."""
    deleted, _ = Suppression.objects.filter(digest__in=digests(address)).delete()
    return bool(deleted)

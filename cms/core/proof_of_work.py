"""Proof of work: a browser computes a little while its reader types, and a flood computes a lot.

Nobody else takes part. The page carries a challenge, signed and with an end; ``static/js/proof.js``
finds its answer in a worker. The server stores nothing until a proof comes, and then only that it
has come: the library's own check would take one proof again and again.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import altcha
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cms.core.models import SpentProof

ALGORITHM = "SHA-256"
# Long enough to read a petition, fetch a child from school, and come back to it.
LASTS = timedelta(hours=6)
# Ours have about 800 characters.
LONGEST = 2000


class ProofSpentError(ValueError):
    """The proof has been used before, or is being used at this moment."""


@dataclass(frozen=True)
class Proof:
    """Work that was done for us, and may count once."""

    nonce: str
    expires_at: datetime


def challenge(purpose: str) -> str:
    """A new challenge as JSON, for a page; its answer is found in ``PROOF_OF_WORK`` steps at most."""
    made = altcha.create_challenge(
        ALGORITHM,
        cost=1,
        counter=secrets.randbelow(settings.PROOF_OF_WORK),
        expires_at=timezone.now() + LASTS,
        hmac_secret=_secret(purpose),
    )
    return json.dumps(made.to_dict(), separators=(",", ":"))


def check(payload: str, purpose: str) -> Proof | None:
    """The proof in what a form sent; None where it proves nothing. Whether it is new, see ``spend``."""
    if len(payload) > LONGEST:
        return None
    try:
        if not altcha.verify_solution(payload, _secret(purpose)).verified:
            return None
        parameters = altcha.Payload.from_base64(payload).challenge.parameters
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # The library looks for most of what a stranger may send, but not for a list in a dict's place.
        return None
    if parameters.expires_at is None:
        return None
    return Proof(parameters.nonce, datetime.fromtimestamp(parameters.expires_at, UTC))


def spend(proof: Proof) -> None:
    """Use the proof in the caller's transaction, which ends without effect where it was used before.

    Raises:
        ProofSpentError: let it undo the transaction.
    """
    try:
        SpentProof.objects.create(nonce=proof.nonce, expires_at=proof.expires_at)
    except IntegrityError as error:
        raise ProofSpentError from error


def forget() -> int:
    """Delete the spent proofs that would not be taken any more; how many those were."""
    deleted, _ = SpentProof.objects.filter(expires_at__lt=timezone.now()).delete()
    return deleted


def _secret(purpose: str) -> str:
    return salted_hmac("cms.core.proof_of_work", purpose, algorithm="sha256").hexdigest()

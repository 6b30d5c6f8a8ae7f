"""Who may sign a petition just now: what keeps floods out and people in.

A signature with a proof of work passes up to a number that no household reaches. Without one, as
from a browser without JavaScript, it passes too, but few at a time; the mail must be answered in
either case. A limit looks at the network and the petition, never at whether an address has signed:
what one address is mailed is limited in ``advocacy.signatures``, and nobody is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advocacy import signatures
from cms.core import limits, proof_of_work
from cms.core.proof_of_work import ProofSpentError

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest

    from advocacy.models import Petition

PURPOSE = "advocacy.sign"
# A school or an office may share one address.
PROVEN_FROM_A_NETWORK = "200/h"
UNPROVEN_FROM_A_NETWORK = "10/h"
UNPROVEN_FOR_A_PETITION = "60/m"
TOO_MANY = (
    "Very many signatures are coming in, so yours was not taken yet. {way_out}"
    " What you typed is still here."
)


class TooManyError(ValueError):
    """Too many signatures come at once; the message says what the reader can do."""


def challenge() -> str:
    """What a browser has to work out while the form is filled in."""
    return proof_of_work.challenge(PURPOSE)


def sign(
    request: HttpRequest, *, petition: Petition, proof: str, typed: dict[str, Any], origin: str
) -> None:
    """Sign, unless too many do.

    A proof that was used before is none: a form that is sent twice still arrives.

    Raises:
        TooManyError: nothing was done.
        PetitionClosedError: it cannot be signed today.
    """
    network = limits.client_network(request)
    if proven := proof_of_work.check(proof, PURPOSE):
        if not limits.within(
            request, what="petition.sign.proven", who=network, rate=PROVEN_FROM_A_NETWORK
        ):
            raise TooManyError(TOO_MANY.format(way_out="Send the form once more in an hour."))
        try:
            signatures.sign(petition=petition, proof=proven, origin=origin, **typed)
        except ProofSpentError:
            pass
        else:
            return
    if not limits.within(
        request, what="petition.sign", who=network, rate=UNPROVEN_FROM_A_NETWORK
    ) or not limits.within(
        request, what="petition.sign.all", who=str(petition.pk), rate=UNPROVEN_FOR_A_PETITION
    ):
        raise TooManyError(
            TOO_MANY.format(
                way_out="Send the form once more: at once with JavaScript, in an hour without."
            )
        )
    signatures.sign(petition=petition, origin=origin, **typed)

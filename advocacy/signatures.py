"""Signing a petition, and confirming it by mail.

Whoever fills in the form proves nothing: only whoever opens the mail may sign in that address's
name. So the answer to the form is the same for every address, and the mail differs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, Subquery, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from advocacy import origins, page_tags
from advocacy.models import Display, Petition, Signature, SignatureStatus
from cms.core import mail, proof_of_work
from cms.core.allowance import WINDOW
from cms.core.names import site_name
from cms.newsletter import subscriptions

if TYPE_CHECKING:
    from cms.core.proof_of_work import Proof

logger = logging.getLogger(__name__)

LINK_LASTS = timedelta(days=7)
CONFIRM_SALT = "advocacy.signature.confirm"
# Under all petitions together: one person may sign a handful in a day.
MAILS_A_DAY_TO_ONE_ADDRESS = 12


class PetitionClosedError(ValueError):
    """The petition cannot be signed today; the message says why."""


class LinkState(StrEnum):
    """What a link from a confirmation mail can still do."""

    READY = "ready"
    USED = "used"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CLOSED = "closed"
    INVALID = "invalid"
    BROKEN = "broken"


@dataclass(frozen=True)
class ConfirmLink:
    """A link from a confirmation mail, looked up."""

    state: LinkState
    signature: Signature | None = None


def sign(
    *,
    petition: Petition,
    name: str,
    email: str,
    postal_code: str = "",
    country: str = "US",
    comment: str = "",
    wants_newsletter: bool = False,
    may_be_shown: bool = False,
    proof: Proof | None = None,
    origin: str = "",
    wants_outcome: bool = False,
) -> None:
    """Ask the address whether it signs; says nothing of whether it has signed.

    A mail goes out in each case (a question, or that it has signed already), within what an address
    is sent in a day. What was typed last counts, as long as nothing is confirmed: the link in an
    older mail then no longer works. The work is the same in each case, statement for statement, so
    that the time it takes tells nothing either.

    Args:
        petition: What is signed.
        name: And all that follows up to ``wants_newsletter``: what the form asks for.
        email: Where the mail goes.
        postal_code: Blank outside the United States.
        country: Two letters.
        comment: Why.
        wants_newsletter: Begins with the confirmation.
        wants_outcome: Is told by mail how it ends.
        may_be_shown: First name, place and comment may stand under the petition.
        proof: Work that was done for this signature; it is spent with it, or not at all.
        origin: Names the article that the signer came from, see ``advocacy.origins``.

    Raises:
        PetitionClosedError: it cannot be signed today.
        ProofSpentError: the proof has been used before; nothing was done.
    """
    if not petition.is_open:
        raise PetitionClosedError(petition.closed_because)
    now = timezone.now()
    typed = {
        "name": name,
        "email": email,
        "postal_code": postal_code,
        "country": country,
        "comment": comment,
        "wants_newsletter": wants_newsletter,
        "display": Display.WAITING if may_be_shown else Display.PRIVATE,
        "wants_outcome": wants_outcome,
    }
    with transaction.atomic():
        if proof is not None:
            proof_of_work.spend(proof)
        signature, mails_today = _row(petition, typed, now)
        allowed = mails_today < MAILS_A_DAY_TO_ONE_ADDRESS and signature.take_mail(now)
        if allowed and signature.status == SignatureStatus.PENDING:
            for field, value in typed.items():
                setattr(signature, field, value)
        signature.save()
        _write(signature, withheld=not allowed, origin=origin)


def _row(petition: Petition, typed: dict[str, Any], now: datetime) -> tuple[Signature, int]:
    """The row of this address, made if missing, and locked until the transaction ends.

    With it comes how many mails the address was sent in a day, for all petitions.
    """
    key = mail.address_key(typed["email"])
    # One statement for a new row and for an old one, which it locks and leaves as it is.
    Signature.objects.bulk_create(
        [Signature(petition=petition, email_key=key, **typed)],
        update_conflicts=True,
        unique_fields=["petition", "email_key"],
        update_fields=["email_key"],
    )
    sent = (
        Signature.objects.filter(email_key=key, mails_since__gt=now - WINDOW)
        .order_by()
        .values("email_key")
        .annotate(total=Sum("mails_sent"))
        .values("total")
    )
    signature = Signature.objects.annotate(mails_today=Subquery(sent)).get(
        petition=petition, email_key=key
    )
    signature.petition = petition
    return signature, getattr(signature, "mails_today", None) or 0


def look_up(*, petition: Petition, token: str) -> ConfirmLink:
    """What the link of a confirmation mail can do now. Changes nothing."""
    try:
        reference, digest = signing.loads(token, salt=CONFIRM_SALT, max_age=LINK_LASTS)
        signature = Signature.objects.get(petition=petition, reference=UUID(reference))
    except signing.SignatureExpired:
        return ConfirmLink(LinkState.EXPIRED)
    except (signing.BadSignature, Signature.DoesNotExist, ValueError, TypeError, AttributeError):
        return ConfirmLink(LinkState.BROKEN)
    signature.petition = petition
    if signature.status == SignatureStatus.INVALID:
        return ConfirmLink(LinkState.INVALID)
    if signature.status != SignatureStatus.PENDING:
        return ConfirmLink(LinkState.USED, signature)
    if digest != _digest(signature):
        return ConfirmLink(LinkState.SUPERSEDED)
    if not petition.is_open:
        return ConfirmLink(LinkState.CLOSED)
    return ConfirmLink(LinkState.READY, signature)


def confirm(*, petition: Petition, token: str) -> ConfirmLink:
    """Count the signature that the link stands for; a second time changes nothing.

    Returns:
        The link as it was before: READY means that the signature has now been counted.
    """
    with transaction.atomic():
        link = look_up(petition=petition, token=token)
        if link.state != LinkState.READY or link.signature is None:
            return link
        now = timezone.now()
        changed = Signature.objects.filter(
            pk=link.signature.pk, status=SignatureStatus.PENDING
        ).update(status=SignatureStatus.CONFIRMED, confirmed_at=now)
        if not changed:
            return ConfirmLink(LinkState.USED, link.signature)
        if link.signature.wants_newsletter:
            subscriptions.subscribe_confirmed(
                email=link.signature.email,
                consent_text=subscriptions.CONSENT_TEXT,
                source=f"the petition “{petition.title}”"[:200],
            )
        # Last, because every signer of this petition waits for this row.
        Petition.objects.filter(pk=petition.pk).update(confirmed_count=F("confirmed_count") + 1)
        page_tags.counted(petition.pk)
    logger.info("Signature %s confirmed", link.signature.pk)
    return link


def confirm_address(signature: Signature, *, origin: str = "") -> str:
    """The full address of the page that counts a signature, good for ``LINK_LASTS``."""
    token = signing.dumps([str(signature.reference), _digest(signature)], salt=CONFIRM_SALT)
    path = reverse("advocacy:confirm", args=[signature.petition.slug, token])
    return f"{settings.SITE_URL}{origins.added(path, origin)}"


def _digest(signature: Signature) -> str:
    """Stands for what was typed: a link confirms what its own mail was written for."""
    typed = (
        signature.name,
        signature.email,
        signature.postal_code,
        signature.country,
        signature.comment,
        str(signature.wants_newsletter),
        str(signature.display),
        str(signature.wants_outcome),
    )
    return salted_hmac(CONFIRM_SALT, "\x1f".join(typed), algorithm="sha256").hexdigest()[:20]


def _write(signature: Signature, *, withheld: bool, origin: str) -> None:
    """Nothing that a stranger typed stands in these mails: they could be sent to anybody."""
    petition = signature.petition
    pending = signature.status == SignatureStatus.PENDING
    # Made in each case: signing takes time, and only a pending signature needs it.
    address = confirm_address(signature, origin=origin)
    mail.queue(
        to=signature.email,
        subject=(
            f"Please confirm your signature: {petition.title}"
            if pending
            else f"You have signed already: {petition.title}"
        ),
        template="advocacy/mail/confirm" if pending else "advocacy/mail/already",
        context={
            "site_name": site_name(),
            "petition": petition,
            "address": address if pending else petition.full_url,
            "wants_newsletter": signature.wants_newsletter,
            "is_counted": signature.status == SignatureStatus.CONFIRMED,
            "days": LINK_LASTS.days,
        },
        withheld=withheld,
    )

"""What is stored under somebody's own address: seen, taken along, and erased, without an account.

Whoever types an address proves nothing, so the answer to the form is always the same; only the mail
tells. Its link leads to a page with everything. It works until it has expired, a newer one was asked
for, or its owner ends it.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Site

from advocacy import page_tags, tally
from advocacy.anonymity import anonymise
from advocacy.models import DataRequest, Petition, Signature, SignatureStatus
from cms.core import mail
from cms.core.names import site_name
from cms.newsletter import subscriptions
from cms.newsletter.models import Subscriber

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

LINK_LASTS = timedelta(hours=24)
LINK_SALT = "advocacy.own_data"


class LinkState(StrEnum):
    """What a link to one's own data can still do."""

    READY = "ready"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """A link to one's own data, looked up."""

    state: LinkState
    request: DataRequest | None = None


@dataclass(frozen=True)
class Stored:
    """Everything under one address."""

    email: str
    signatures: list[Signature]
    subscriber: Subscriber | None
    mails: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but this question itself."""
        return not (self.signatures or self.subscriber)


def ask(*, email: str) -> None:
    """Send the address a link to what is stored under it, or the news that nothing is.

    Says nothing of what is there, and does the same work in each case; at most ``MAILS_A_DAY`` mails
    go to one address in a day.
    """
    now = timezone.now()
    key = mail.address_key(email)
    with transaction.atomic():
        request, _ = DataRequest.objects.get_or_create(
            email_key=key, defaults={"email": email, "asked_at": now}
        )
        request = DataRequest.objects.select_for_update().get(pk=request.pk)
        allowed = request.take_mail(now)
        if allowed:
            request.email, request.asked_at, request.reference = email, now, uuid.uuid4()
        request.save()
        has_signatures = Signature.objects.filter(email_key=key).exists()
        has_newsletter = Subscriber.objects.filter(email_key=key).exists()
        mail.queue(
            to=request.email,
            subject=f"What {site_name()} keeps of you",
            template="advocacy/mail/own_data",
            context={
                "site_name": site_name(),
                "address": address_of(request),
                "hours": int(LINK_LASTS.total_seconds() // 3600),
                "is_empty": not (has_signatures or has_newsletter),
            },
            withheld=not allowed,
        )


def address_of(request: DataRequest) -> str:
    """The full address of the page that shows everything; it holds no e-mail address."""
    token = signing.dumps(str(request.reference), salt=LINK_SALT)
    return f"{settings.SITE_URL}{reverse('advocacy:own_data_shown', args=[token])}"


def look_up(token: str) -> Link:
    """What a link can do now. Changes nothing."""
    try:
        reference = uuid.UUID(signing.loads(token, salt=LINK_SALT, max_age=LINK_LASTS))
        return Link(LinkState.READY, DataRequest.objects.get(reference=reference))
    except (signing.SignatureExpired, DataRequest.DoesNotExist):
        return Link(LinkState.EXPIRED)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return Link(LinkState.BROKEN)


def stored_for(request: DataRequest) -> Stored:
    """Everything under the address of a link. Three queries."""
    return Stored(
        email=request.email,
        signatures=list(
            Signature.objects.filter(email_key=request.email_key)
            .select_related("petition")
            .order_by("-created_at", "-pk")
        ),
        subscriber=Subscriber.objects.filter(email_key=request.email_key).first(),
        mails=mail.count_for(request.email),
    )


def as_json(stored: Stored) -> dict[str, Any]:
    """The same, for the owner's own programs; every time is in ISO 8601."""
    return {
        "email": stored.email,
        "signatures": [
            {
                "petition": signature.petition.title,
                "address": signature.petition.full_url,
                "status": signature.status,
                "name": signature.name,
                "email": signature.email,
                "country": signature.country,
                "postal_code": signature.postal_code,
                "comment": signature.comment,
                "wants_newsletter": signature.wants_newsletter,
                "wants_outcome": signature.wants_outcome,
                "signed_at": _iso(signature.created_at),
                "confirmed_at": _iso(signature.confirmed_at),
            }
            for signature in stored.signatures
        ],
        "newsletter": subscriptions.as_dict(stored.subscriber) if stored.subscriber else None,
        "mails_in_outbox": stored.mails,
    }


def erase_signature(*, request: DataRequest, reference: uuid.UUID) -> bool:
    """Take somebody's signature back, or their name from it; False where there is none.

    While the petition may be signed, the row goes and the number with it: the same address could sign
    again. After its end the number has been reported, so the row stays, without the person.
    """
    with transaction.atomic():
        signature = (
            Signature.objects.select_for_update(of=("self",))
            .select_related("petition")
            .filter(email_key=request.email_key, reference=reference)
            .first()
        )
        if signature is None:
            return False
        _erase(signature)
    return True


def erase_newsletter(*, request: DataRequest) -> bool:
    """Delete the subscription; False where there is none."""
    with transaction.atomic():
        return _erase_newsletter(request)


def erase_everything(*, request: DataRequest) -> int:
    """Erase all that is stored under the address, waiting mails too, and end the link.

    Returns:
        How many signatures there were.
    """
    with transaction.atomic():
        signatures = list(
            Signature.objects.select_for_update(of=("self",))
            .select_related("petition")
            .filter(email_key=request.email_key)
            .order_by("pk")
        )
        addresses = {request.email, *(signature.email for signature in signatures)}
        for signature in signatures:
            _erase(signature)
        _erase_newsletter(request)
        for address in sorted(addresses):
            mail.forget_address(address)
        end_link(request=request)
    return len(signatures)


def end_link(*, request: DataRequest) -> None:
    """Have the link work no more; what an address may be sent in a day is still counted."""
    DataRequest.objects.filter(pk=request.pk).update(reference=uuid.uuid4(), email="")


def _erase(signature: Signature) -> None:
    petition = signature.petition
    if petition.has_ended and signature.status != SignatureStatus.PENDING:
        anonymise([signature])
        how = "anonymised"
    else:
        how = "withdrawn" if signature.status == SignatureStatus.CONFIRMED else "deleted"
        if how == "withdrawn":
            tally.forget_from(signature)
            Petition.objects.filter(pk=petition.pk).update(confirmed_count=F("confirmed_count") - 1)
            page_tags.counted(petition.pk)
        signature.delete()
    # Whose it was is nobody's business any more.
    log(petition, "advocacy.signature.erase", data={"how": how})


def _erase_newsletter(request: DataRequest) -> bool:
    erased = subscriptions.erase(email=request.email)
    site = Site.objects.filter(is_default_site=True).first()
    if erased and site is not None:
        # It belongs to no petition, so it stands in the history of the site.
        log(site, "advocacy.subscription.erase")
    return erased


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

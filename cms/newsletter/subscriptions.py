"""Subscribing, confirming and unsubscribing.

Whoever fills in a form proves nothing: only whoever opens the mail may start or end a
subscription. So the answer to a form is the same for every address, and the mail differs.
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
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cms.core import mail
from cms.core.names import site_name
from cms.newsletter import suppressions, topics
from cms.newsletter.models import (
    Frequency,
    Mailing,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)

CONSENT_TEXT = (
    "Send me the newsletter by e-mail. I can end it at any time with the link in every mail."
)
LINK_LASTS = timedelta(days=7)
CONFIRM_SALT = "newsletter.confirm"
UNSUBSCRIBE_SALT = "newsletter.unsubscribe"
PREFERENCES_SALT = "newsletter.preferences"
FORM = "the form at /subscribe/"
# A mailbox that is full for a week of daily mails is not one that somebody reads.
SOFT_BOUNCES = 5
# Our server takes a mail at once, and the next one says after five days that it could not.
FORGIVEN_AFTER = timedelta(days=7)
UNCONFIRMED_KEPT = timedelta(days=30)


class LinkState(StrEnum):
    """What a link from a mail can still do."""

    READY = "ready"
    USED = "used"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True)
class ConfirmLink:
    """A link from a confirmation mail, looked up."""

    state: LinkState
    subscriber: Subscriber | None = None


def subscribe(
    *,
    email: str,
    frequency: str = Frequency.WEEKLY,
    chosen: Sequence[str] = (),
    consent_text: str = CONSENT_TEXT,
) -> None:
    """Ask the address whether it wants the newsletter; says nothing of whether it has it.

    A mail goes out in each case (a question, or that it is subscribed already), at most
    ``MAILS_A_DAY`` to one address in a day, and none to one that is never written to. What a
    stranger types changes nothing of a subscription that is there. The work is the same in each case,
    statement for statement, so that the time it takes tells nothing either.

    Args:
        email: A valid address.
        frequency: How often; of ``Frequency``.
        chosen: Keys of topics; none means everything.
        consent_text: The words that were agreed to.
    """
    now = timezone.now()
    # No row stays for it: whoever wants to be forgotten is not noted down anew.
    never = suppressions.is_suppressed(email)
    with transaction.atomic():
        subscriber = _row(email)
        allowed = subscriber.take_mail(now)
        if allowed and not subscriber.is_written_to:
            subscriber.email = email
            subscriber.status = SubscriberStatus.PENDING
            subscriber.frequency = frequency
            subscriber.topics = list(chosen)
            subscriber.consent_text = consent_text
            subscriber.consent_source = FORM
            subscriber.consented_at = now
        subscriber.save()
        kind = "already" if subscriber.is_written_to else "confirm"
        if never:
            transaction.set_rollback(True)
        else:
            _write(subscriber, kind, withheld=not allowed)
    if never:
        _write(subscriber, kind, withheld=True)


def _row(email: str) -> Subscriber:
    """The row of this address, made if missing, and locked until the transaction ends."""
    key = mail.address_key(email)
    # One statement for a new row and for an old one, which it locks and leaves as it is.
    Subscriber.objects.bulk_create(
        [Subscriber(email_key=key, email=email)],
        update_conflicts=True,
        unique_fields=["email_key"],
        update_fields=["email_key"],
    )
    return Subscriber.objects.get(email_key=key)


def subscribe_confirmed(*, email: str, consent_text: str, source: str) -> Subscriber:
    """Start a subscription for an address that has just proved itself and agreed to the text.

    Whoever wanted no mail again has thought otherwise, and a mailbox that was not there is.
    """
    now = timezone.now()
    with transaction.atomic():
        suppressions.lift(address=email)
        subscriber, _ = Subscriber.objects.get_or_create(
            email_key=mail.address_key(email), defaults={"email": email}
        )
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if subscriber.is_written_to:
            return subscriber
        subscriber.email = email
        subscriber.consent_text = consent_text
        subscriber.consent_source = source
        subscriber.consented_at = now
        _start(subscriber, now)
    return subscriber


def look_up(token: str) -> ConfirmLink:
    """What the link of a confirmation mail can do now. Changes nothing."""
    try:
        reference, asked = signing.loads(token, salt=CONFIRM_SALT, max_age=LINK_LASTS)
        subscriber = Subscriber.objects.get(reference=UUID(reference))
    except signing.SignatureExpired:
        return ConfirmLink(LinkState.EXPIRED)
    except (signing.BadSignature, Subscriber.DoesNotExist, ValueError, TypeError):
        return ConfirmLink(LinkState.BROKEN)
    if subscriber.status != SubscriberStatus.PENDING or _moment(subscriber) != asked:
        return ConfirmLink(LinkState.USED, subscriber)
    return ConfirmLink(LinkState.READY, subscriber)


def confirm(*, token: str) -> ConfirmLink:
    """Start the subscription that the link stands for; a second time changes nothing.

    Returns:
        The link as it was before: READY means that the subscription has now begun.
    """
    with transaction.atomic():
        link = look_up(token)
        if link.state != LinkState.READY or link.subscriber is None:
            return link
        subscriber = Subscriber.objects.select_for_update().get(pk=link.subscriber.pk)
        if subscriber.status != SubscriberStatus.PENDING:
            return ConfirmLink(LinkState.USED, subscriber)
        _start(subscriber, timezone.now())
    return ConfirmLink(LinkState.READY, subscriber)


def subscriber_of(token: str, *, salt: str = UNSUBSCRIBE_SALT) -> Subscriber | None:
    """Whom a link belongs to; None for a broken one. Such links do not expire."""
    try:
        reference, _ = _read(token, salt)
        return Subscriber.objects.get(reference=UUID(reference))
    except (signing.BadSignature, Subscriber.DoesNotExist, ValueError, TypeError, AttributeError):
        return None


def unsubscribe(*, token: str, never: bool = False) -> bool:
    """End the subscription that the link stands for; False for a broken link.

    Args:
        token: From the link.
        never: Put the address on the list of those that are never written to.
    """
    subscriber = subscriber_of(token)
    if subscriber is None:
        return False
    _, mailing = _read(token, UNSUBSCRIBE_SALT)
    end(subscriber=subscriber, never=never, mailing=mailing)
    return True


def end(*, subscriber: Subscriber, never: bool = False, mailing: int = 0) -> None:
    """End a subscription for its owner.

    Args:
        subscriber: Whose.
        never: Put the address on the list of those that are never written to.
        mailing: The key of the mailing whose link was used; 0 for none.
    """
    with transaction.atomic():
        changed = (
            Subscriber.objects.filter(pk=subscriber.pk)
            .exclude(status=SubscriberStatus.UNSUBSCRIBED)
            .update(status=SubscriberStatus.UNSUBSCRIBED, unsubscribed_at=timezone.now())
        )
        if changed and mailing:
            Mailing.objects.filter(pk=mailing).update(unsubscribed=F("unsubscribed") + 1)
        if never:
            suppressions.suppress(address=subscriber.email, reason=SuppressionReason.NEVER_AGAIN)
    if changed:
        logger.info("Subscriber %s unsubscribed", subscriber.pk)


def choose(*, subscriber: Subscriber, frequency: str, chosen: Sequence[str]) -> None:
    """Change how often, and about what, the owner of an address is written to."""
    Subscriber.objects.filter(pk=subscriber.pk).update(frequency=frequency, topics=list(chosen))


def erase(*, email: str) -> bool:
    """Delete what is stored of an address that has proved itself; whether there was anything.

    Unlike after ``unsubscribe``, nothing then keeps anybody from asking it again, unless its owner
    wanted no mail again: that is still known, by a digest.
    """
    deleted, _ = Subscriber.objects.filter(email_key=mail.address_key(email)).delete()
    return bool(deleted)


def as_dict(subscriber: Subscriber) -> dict[str, Any]:
    """What is kept of a subscriber, for its owner; every time is in ISO 8601."""
    return {
        "email": subscriber.email,
        "status": subscriber.status,
        "frequency": subscriber.frequency,
        "topics": topics.names_of(subscriber.topics),
        "consent": subscriber.consent_text,
        "consent_source": subscriber.consent_source,
        "asked_at": _iso(subscriber.consented_at),
        "confirmed_at": _iso(subscriber.confirmed_at),
        "unsubscribed_at": _iso(subscriber.unsubscribed_at),
        "refused_at": _iso(subscriber.refused_at),
    }


def unsubscribe_address(subscriber: Subscriber, *, mailing: int = 0) -> str:
    """The full address of the page that ends a subscription; it tells which mail it came with."""
    return _address("newsletter:unsubscribe", subscriber.reference, UNSUBSCRIBE_SALT, mailing)


def preferences_address(subscriber: Subscriber, *, mailing: int = 0) -> str:
    """The full address of the page on which a subscription is changed."""
    return _address("newsletter:preferences", subscriber.reference, PREFERENCES_SALT, mailing)


def confirm_address(subscriber: Subscriber) -> str:
    """The full address of the page that starts a subscription, good for ``LINK_LASTS``."""
    token = signing.dumps([str(subscriber.reference), _moment(subscriber)], salt=CONFIRM_SALT)
    return f"{settings.SITE_URL}{reverse('newsletter:confirm', args=[token])}"


def forget_unconfirmed() -> int:
    """Delete those who never answered, long after their last link has expired; how many."""
    before = timezone.now() - UNCONFIRMED_KEPT
    deleted, _ = Subscriber.objects.filter(
        Q(consented_at__isnull=True) | Q(consented_at__lt=before),
        Q(mails_since__isnull=True) | Q(mails_since__lt=before),
        status=SubscriberStatus.PENDING,
        created_at__lt=before,
    ).delete()
    return deleted


def mark_refused(address: str) -> None:
    """Write nothing more to a subscriber whose own server says that there is no such mailbox."""
    with transaction.atomic():
        known = Subscriber.objects.filter(email_key=mail.address_key(address))
        if known.exists():
            known.filter(refused_at__isnull=True).update(refused_at=timezone.now())
            suppressions.suppress(address=address, reason=SuppressionReason.NO_MAILBOX)


def count_soft_bounces(keys: Sequence[int]) -> None:
    """Note that a mail to these subscribers was given up; mark those that never take any."""
    chosen = Subscriber.objects.filter(pk__in=keys)
    chosen.update(soft_bounces=F("soft_bounces") + 1, soft_bounced_at=timezone.now())
    chosen.filter(soft_bounces__gte=SOFT_BOUNCES, refused_at__isnull=True).update(
        refused_at=timezone.now()
    )


def forgive_soft_bounces(keys: Sequence[int]) -> None:
    """Begin to count anew for subscribers who took a mail, and none of whose came back lately."""
    before = timezone.now() - FORGIVEN_AFTER
    Subscriber.objects.filter(
        Q(soft_bounced_at__isnull=True) | Q(soft_bounced_at__lt=before),
        pk__in=keys,
        soft_bounces__gt=0,
    ).update(soft_bounces=0)


def _read(token: str, salt: str) -> tuple[str, int]:
    """The subscriber's reference and the mailing's key, 0 for none, that a link stands for."""
    value = signing.loads(token, salt=salt)
    reference, mailing = value if isinstance(value, list) else (value, 0)
    return reference, mailing


def _address(view: str, reference: UUID, salt: str, mailing: int) -> str:
    token = signing.dumps([str(reference), mailing] if mailing else str(reference), salt=salt)
    return f"{settings.SITE_URL}{reverse(view, args=[token])}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def one_click(address: str) -> dict[str, str]:
    """The headers with which a mail program ends a list for its user (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _moment(subscriber: Subscriber) -> int:
    """When consent was asked for, in microseconds: it tells one question from the next."""
    asked = subscriber.consented_at
    return int(asked.timestamp() * 1_000_000) if asked else 0


def _start(subscriber: Subscriber, now: datetime) -> None:
    subscriber.status = SubscriberStatus.CONFIRMED
    subscriber.confirmed_at = now
    subscriber.unsubscribed_at = None
    subscriber.refused_at = None
    subscriber.soft_bounces = 0
    subscriber.save()
    logger.info("Subscriber %s confirmed", subscriber.pk)


def _write(subscriber: Subscriber, kind: str, *, withheld: bool) -> None:
    name = site_name()
    subjects = {
        "confirm": f"Please confirm: the newsletter of {name}",
        "already": f"You get the newsletter of {name} already",
    }
    stop = unsubscribe_address(subscriber)
    mail.queue(
        to=subscriber.email,
        subject=subjects[kind],
        template=f"newsletter/mail/{kind}",
        context={
            "site_name": name,
            "address": confirm_address(subscriber) if kind == "confirm" else "",
            "unsubscribe_address": stop,
            "preferences_address": preferences_address(subscriber),
            "frequency": Frequency(subscriber.frequency).label,
            "topics": topics.names_of(subscriber.topics),
            "consent_text": subscriber.consent_text,
            "days": LINK_LASTS.days,
        },
        headers=one_click(stop),
        withheld=withheld,
    )

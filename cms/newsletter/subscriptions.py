"""Subscribing, confirming and unsubscribing.

Whoever fills in a form proves nothing: only whoever opens the mail may start or end a
subscription. So the answer to a form is the same for every address, and the mail differs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cms.core import mail
from cms.core.names import site_name
from cms.newsletter.models import Subscriber, SubscriberStatus

logger = logging.getLogger(__name__)

CONSENT_TEXT = (
    "Send me the newsletter by e-mail. I can end it at any time with the link in every mail."
)
LINK_LASTS = timedelta(days=7)
CONFIRM_SALT = "newsletter.confirm"
UNSUBSCRIBE_SALT = "newsletter.unsubscribe"


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


def subscribe(*, email: str, consent_text: str = CONSENT_TEXT) -> None:
    """Ask the address whether it wants the newsletter; says nothing of whether it has it.

    A mail goes out in each case (a question, or that it is subscribed already), at most
    ``MAILS_A_DAY`` to one address in a day.
    """
    now = timezone.now()
    with transaction.atomic():
        subscriber, _ = Subscriber.objects.get_or_create(
            email_key=mail.address_key(email), defaults={"email": email}
        )
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        allowed = subscriber.take_mail(now)
        if allowed and not subscriber.is_written_to:
            subscriber.email = email
            subscriber.status = SubscriberStatus.PENDING
            subscriber.consent_text = consent_text
            subscriber.consented_at = now
        subscriber.save()
        _write(
            subscriber, "already" if subscriber.is_written_to else "confirm", withheld=not allowed
        )


def subscribe_confirmed(*, email: str, consent_text: str) -> Subscriber:
    """Start a subscription for an address that has just proved itself and agreed to the text."""
    now = timezone.now()
    with transaction.atomic():
        subscriber, _ = Subscriber.objects.get_or_create(
            email_key=mail.address_key(email), defaults={"email": email}
        )
        subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if subscriber.is_written_to:
            return subscriber
        subscriber.email = email
        subscriber.consent_text = consent_text
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


def subscriber_of(token: str) -> Subscriber | None:
    """Whom an unsubscribe link belongs to; None for a broken one. Such links do not expire."""
    try:
        reference = signing.loads(token, salt=UNSUBSCRIBE_SALT)
        return Subscriber.objects.get(reference=UUID(reference))
    except (signing.BadSignature, Subscriber.DoesNotExist, ValueError, TypeError, AttributeError):
        return None


def unsubscribe(*, token: str) -> bool:
    """End the subscription that the link stands for; False for a broken link."""
    subscriber = subscriber_of(token)
    if subscriber is None:
        return False
    changed = (
        Subscriber.objects.filter(pk=subscriber.pk)
        .exclude(status=SubscriberStatus.UNSUBSCRIBED)
        .update(status=SubscriberStatus.UNSUBSCRIBED, unsubscribed_at=timezone.now())
    )
    if changed:
        logger.info("Subscriber %s unsubscribed", subscriber.pk)
    return True


def erase(*, email: str) -> bool:
    """Delete what is stored of an address that has proved itself; whether there was anything.

    Unlike after ``unsubscribe``, nothing then keeps anybody from asking it again.
    """
    deleted, _ = Subscriber.objects.filter(email_key=mail.address_key(email)).delete()
    return bool(deleted)


def unsubscribe_address(subscriber: Subscriber) -> str:
    """The full address of the page that ends a subscription."""
    token = signing.dumps(str(subscriber.reference), salt=UNSUBSCRIBE_SALT)
    return f"{settings.SITE_URL}{reverse('newsletter:unsubscribe', args=[token])}"


def confirm_address(subscriber: Subscriber) -> str:
    """The full address of the page that starts a subscription, good for ``LINK_LASTS``."""
    token = signing.dumps([str(subscriber.reference), _moment(subscriber)], salt=CONFIRM_SALT)
    return f"{settings.SITE_URL}{reverse('newsletter:confirm', args=[token])}"


def mark_refused(address: str) -> None:
    """Write nothing more to an address whose own server refused it."""
    Subscriber.objects.filter(email_key=mail.address_key(address), refused_at__isnull=True).update(
        refused_at=timezone.now()
    )


def _moment(subscriber: Subscriber) -> int:
    """When consent was asked for, in microseconds: it tells one question from the next."""
    asked = subscriber.consented_at
    return int(asked.timestamp() * 1_000_000) if asked else 0


def _start(subscriber: Subscriber, now: datetime) -> None:
    subscriber.status = SubscriberStatus.CONFIRMED
    subscriber.confirmed_at = now
    subscriber.unsubscribed_at = None
    subscriber.refused_at = None
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
            "consent_text": subscriber.consent_text,
            "days": LINK_LASTS.days,
        },
        headers={"List-Unsubscribe": f"<{stop}>"},
        withheld=withheld,
    )

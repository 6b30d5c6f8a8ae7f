"""Subscribers."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from cms.core.mail import address_key
from cms.newsletter.models import Subscriber, SubscriberStatus


class SubscriberFactory(DjangoModelFactory[Subscriber]):
    """A subscriber who waits; ``confirmed`` gets the newsletter."""

    class Meta:
        model = Subscriber

    class Params:
        confirmed = factory.Trait(
            status=SubscriberStatus.CONFIRMED, confirmed_at=factory.LazyFunction(timezone.now)
        )

    email = factory.Sequence(lambda n: f"reader-{n}@example.org")
    email_key = factory.LazyAttribute(lambda o: address_key(o.email))
    consent_text = "Send me the newsletter."
    consented_at = factory.LazyFunction(timezone.now)

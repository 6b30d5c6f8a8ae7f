"""Representatives, petitions, signatures and letters."""

from __future__ import annotations

import datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from advocacy.models import (
    Channel,
    Delivery,
    Invalidation,
    Letter,
    LetterTarget,
    Notice,
    Office,
    Petition,
    PetitionTarget,
    Representative,
    Signature,
    SignatureStatus,
)
from cms.core.mail import address_key


class RepresentativeFactory(DjangoModelFactory[Representative]):
    """A senator from Wisconsin; give office, state and district for others."""

    class Meta:
        model = Representative

    slug = factory.Sequence(lambda n: f"representative-{n}")
    first_name = "Tammy"
    last_name = factory.Sequence(lambda n: f"Baldwin {n}")
    name = factory.LazyAttribute(lambda o: f"{o.first_name} {o.last_name}")
    office = Office.SENATOR
    state = "WI"
    party = "Democrat"


class ChannelFactory(DjangoModelFactory[Channel]):
    """A phone number that was checked; ``unchecked`` has no source."""

    class Meta:
        model = Channel

    class Params:
        unchecked = factory.Trait(source_address="", checked_on=None)

    representative = factory.SubFactory(RepresentativeFactory)
    kind = Channel.Kind.PHONE
    label = "Washington office"
    value = "202-224-5653"
    source_address = "https://www.baldwin.senate.gov/contact"
    checked_on = datetime.date(2026, 6, 15)


class PetitionFactory(DjangoModelFactory[Petition]):
    """An open petition; ``targets=[...]`` names whom it asks."""

    class Meta:
        model = Petition
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"petition-{n}")
    title = factory.Sequence(lambda n: f"Finish the lead pipes, part {n}")
    summary = "Every lead service line out of the ground within ten years."
    ask = "<p>We ask our senators to keep the deadline.</p>"
    goal = 1000
    status = Petition.Status.OPEN

    @factory.post_generation
    def targets(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for order, representative in enumerate(extracted or []):
            PetitionTarget.objects.create(
                petition=self, representative=representative, sort_order=order
            )


class SignatureFactory(DjangoModelFactory[Signature]):
    """A pending signature; ``confirmed`` is one that counts (the petition's number stays)."""

    class Meta:
        model = Signature

    class Params:
        confirmed = factory.Trait(
            status=SignatureStatus.CONFIRMED, confirmed_at=factory.LazyFunction(timezone.now)
        )

    petition = factory.SubFactory(PetitionFactory)
    name = "Ada Lovelace"
    email = factory.Sequence(lambda n: f"signer-{n}@example.org")
    email_key = factory.LazyAttribute(lambda o: address_key(o.email))
    postal_code = "53703"


class LetterFactory(DjangoModelFactory[Letter]):
    """A letter; ``targets=[...]`` names whom it goes to."""

    class Meta:
        model = Letter
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"letter-{n}")
    title = "Keep Medicare bargaining"
    subject = "Please protect Medicare’s power to negotiate"
    body = "{salutation},\n\nI write from {state}.\n\nSincerely,\n[Your name]"

    @factory.post_generation
    def targets(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        for order, representative in enumerate(extracted or []):
            LetterTarget.objects.create(
                letter=self, representative=representative, sort_order=order
            )


class DeliveryFactory(DjangoModelFactory[Delivery]):
    """A delivery by post that was not answered yet."""

    class Meta:
        model = Delivery

    petition = factory.SubFactory(PetitionFactory)
    representative = factory.SubFactory(RepresentativeFactory)
    delivered_on = datetime.date(2026, 6, 20)
    signature_count = 1284


class NoticeFactory(DjangoModelFactory[Notice]):
    """A notice that nobody has sent."""

    class Meta:
        model = Notice

    petition = factory.SubFactory(PetitionFactory)
    subject = "The Senate voted"
    text = "The money is there for ten years.\n\nThank you."


class InvalidationFactory(DjangoModelFactory[Invalidation]):
    """An invalidation of nothing."""

    class Meta:
        model = Invalidation

    petition = factory.SubFactory(PetitionFactory)
    reason = "One machine"
    chosen_by = "all of this petition"

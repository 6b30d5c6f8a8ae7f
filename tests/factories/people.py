"""People who work in the newsroom."""

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from cms.core.models import User


class UserFactory(DjangoModelFactory[User]):
    """Somebody without a role; ``role="Editors"`` puts them into that group."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    first_name = "Noor"
    last_name = factory.Sequence(lambda n: f"Haddad {n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@newsroom.example")

    @factory.post_generation
    def role(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.groups.add(Group.objects.get(name=extracted))


def editor() -> User:
    """Somebody who writes and publishes."""
    return UserFactory(role="Editors")


def reviewer() -> User:
    """Somebody who approves commentary."""
    return UserFactory(role="Reviewers")


def campaigner() -> User:
    """Somebody who keeps petitions, letters and representatives."""
    return UserFactory(role="Campaigners")

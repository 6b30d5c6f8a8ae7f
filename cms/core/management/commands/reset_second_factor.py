"""Lets somebody in who lost the second factor, when no administrator is left to do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from cms.core.accounts import second_factor
from cms.core.models import User

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Takes away the authenticator app of one person; the site's history says so."""

    help = "Take away a person's second factor and end their sessions; it is written down."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset, and say what comes next."""
        name = options["username"]
        person = User.objects.filter(username=name).first()
        if person is None:
            raise CommandError(f"There is no user {name!r}.")
        if second_factor.reset(person=person, by=None):
            self.stdout.write(f"{name} has no authenticator app any more, and logs in again.")
        else:
            self.stdout.write(f"{name} had no authenticator app. All their sessions were ended.")

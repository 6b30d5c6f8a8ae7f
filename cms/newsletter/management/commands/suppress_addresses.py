"""Putting addresses on the list of those that are never written to, and taking them from it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from cms.core import mail
from cms.newsletter import subscriptions, suppressions
from cms.newsletter.models import Subscriber, SuppressionReason

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Reads addresses from standard input, so that they stand in no history of a shell."""

    help = "Read e-mail addresses, one a line, from standard input, and write to them never again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Why, or back."""
        parser.add_argument(
            "--reason",
            choices=SuppressionReason.values,
            default=SuppressionReason.COMPLAINT.value,
            help="Why; without it: complaint.",
        )
        parser.add_argument(
            "--lift", action="store_true", help="Take them from the list, as their owners asked."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Each line; what is no address is said, and stops no other."""
        done = skipped = 0
        for line in options.get("lines") or sys.stdin:
            address = line.strip()
            if not address:
                continue
            if "@" not in address or len(address) > 254:
                skipped += 1
                continue
            if options["lift"]:
                done += suppressions.lift(address=address)
                continue
            suppressions.suppress(address=address, reason=options["reason"])
            found = Subscriber.objects.filter(email_key=mail.address_key(address)).first()
            if found is not None:
                subscriptions.end(subscriber=found)
            done += 1
        what = "taken from the list" if options["lift"] else "are never written to again"
        self.stdout.write(f"{done} addresses {what}; {skipped} lines were no address.")

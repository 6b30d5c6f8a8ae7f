"""Asks related links whether they still lead somewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from news import link_checks
from news.models import RelatedLink

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

# Between two batches, in which a host is asked once each.
PAUSE = 1.0


class Command(BaseCommand):
    """Checks all links that are due, batch by batch, and names those that are broken."""

    help = (
        "Check the related links that are due: those never checked, those checked a week ago, those"
        " that failed hours ago. A link that fails twice, hours apart, is queued for the"
        " moderators; none is hidden. Safe to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many."""
        parser.add_argument("--most", type=int, help="Stop after this many links.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, with a bar where a terminal shows it, and report."""
        quiet = options["verbosity"] == 0
        due = RelatedLink.objects.due_for_check().count()
        most = due if options["most"] is None else min(options["most"], due)
        total = link_checks.Report()
        # None: no bar where no terminal shows it.
        with tqdm(total=most, desc="Links", ncols=78, disable=quiet or None, leave=False) as bar:
            while total.checked < most:
                report = link_checks.check_due(progress=bar.update)
                total.add(report)
                if not report.checked:
                    break
                time.sleep(PAUSE if total.checked < most else 0)
        if quiet:
            return
        for link in RelatedLink.objects.filter(pk__in=total.broken).select_related("article"):
            self.stdout.write(f"{link.article}: {link.address}: {link.check_message}")
        self.stdout.write(f"{due} links due: {total}.")

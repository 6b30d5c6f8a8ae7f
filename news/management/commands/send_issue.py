"""Sending issues of the newsletter from a terminal, and going on with one that was interrupted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from cms.core.row_ids import row_id
from cms.newsletter import mailings
from cms.newsletter.models import Mailing
from news.models.issues import Issue, IssueStatus
from news.newsletters import rendering, sending

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Safe at any time, and in as many terminals at once as you like."""

    help = (
        "Send the newsletter issue ID, or go on with it. Without ID: begin those that are due, and"
        " go on with all that are being sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which."""
        parser.add_argument("issue", nargs="?", metavar="ID", help="The number of an issue.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send until nothing is due."""
        for mailing in self._mailings(options["issue"]):
            self._send(mailing)

    def _mailings(self, asked: str | None) -> list[Mailing]:
        if asked is None:
            sending.send_due()
            return list(Mailing.objects.filter(finished_at__isnull=True).order_by("pk"))
        issue = Issue.objects.filter(pk=row_id(asked)).select_related("mailing").first()
        if issue is None:
            raise CommandError(f"There is no issue {asked}.")
        if issue.status == IssueStatus.BEGUN and issue.mailing is not None:
            return [issue.mailing]
        try:
            return [sending.begin(issue=issue, by=None)]
        except (sending.IssueRefusedError, rendering.IssueBrokenError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _send(self, mailing: Mailing) -> None:
        told = time.monotonic()

        def tell() -> None:
            nonlocal told
            if time.monotonic() - told >= 1:
                self._say(mailing)
                told = time.monotonic()

        run = mailings.send(mailing.pk, progress=tell)
        self._say(mailing)
        if run.unreachable:
            raise CommandError(
                "The mail server cannot be reached. What is left goes out with the next sweep, or"
                " with this command."
            )

    def _say(self, mailing: Mailing) -> None:
        self.stdout.write(f"{mailing}: {mailings.report(mailing)}")
        self.stdout.flush()

"""Asks feeds for what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from cms.core.row_ids import row_id
from news.feeds import polling
from news.models import Feed, FeedPoll

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Polls the feeds that are due, one, or all, and reports feed by feed."""

    help = (
        "Poll the feeds that are due. A feed that fails is named with the reason, waits longer each"
        " time, and stops no other. The exit status is 1 if any failed. Safe to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which feeds."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--feed", metavar="FEED", help="Only this one, due or not: its number or its address."
        )
        which.add_argument("--all", action="store_true", help="All that are turned on, due or not.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Poll, with a bar where a terminal shows it, and report."""
        quiet = options["verbosity"] == 0
        feeds = self.feeds(options)
        failed: list[str] = []
        with tqdm(
            total=len(feeds), desc="Feeds", ncols=78, unit="", disable=quiet or None, leave=False
        ) as bar:

            def polled(feed: Feed, poll: FeedPoll | None) -> None:
                bar.update()
                if poll is not None and poll.outcome == FeedPoll.Outcome.FAILED:
                    failed.append(f"{feed}: {poll.message}")
                elif options["verbosity"] > 1 and poll is not None:
                    bar.write(f"{feed}: {poll.get_outcome_display().lower()}, {poll.added} added")

            report = polling.poll(feeds, polled=polled)
        if not quiet:
            self.stdout.write(f"{len(feeds)} feeds: {report}.")
            if report.passed_over:
                self.stdout.write(f"{report.passed_over} passed over: another process has them.")
        for line in failed:
            self.stderr.write(line)
        if failed:
            raise CommandError(f"{len(failed)} of {len(feeds)} feeds failed; see above.")

    def feeds(self, options: dict[str, Any]) -> list[Feed]:
        """Those asked for. Raises CommandError where there is no such feed."""
        if options["all"]:
            return list(Feed.objects.filter(enabled=True).order_by("next_poll_at", "pk"))
        if options["feed"] is None:
            return polling.due(timezone.now())
        asked = options["feed"]
        feed = Feed.objects.filter(pk=row_id(asked)).first()
        feed = feed or Feed.objects.filter(address=asked).first()
        if feed is None:
            raise CommandError(f"There is no feed {asked}. Give its number or its whole address.")
        if not feed.enabled:
            raise CommandError(f"{feed} is turned off. Turn it on before it is polled.")
        return [feed]

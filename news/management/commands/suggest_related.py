"""Looks for the stories and articles most like each article, for moderators to decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from news.likeness import suggesting
from news.models import ArticlePage

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Without arguments it does what the sweep does, for as many articles as there are."""

    help = (
        "Suggest related links beside articles: recent ones for which stories came since they were"
        " last looked at, one with --article, or every one with --all. What a moderator decided"
        " stays. The exit status is 1 if an article failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which articles."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--article", metavar="ID", type=int, help="One article, by its number.")
        which.add_argument("--all", action="store_true", help="Every article, however old.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Suggest, and report."""
        if not (options["all"] or options["article"] is not None):
            self.say(suggesting.suggest_stale(articles=None))
            return
        articles = ArticlePage.objects.filter(alias_of=None).order_by("-pk")
        if options["article"] is not None:
            articles = articles.filter(pk=options["article"])
            if not articles.exists():
                raise CommandError(f"There is no article {options['article']}.")
        added = removed = looked_at = 0
        with tqdm(
            total=articles.count(),
            desc="Articles",
            disable=None if options["verbosity"] else True,
            file=self.stderr,
        ) as bar:

            def told(article: ArticlePage, change: suggesting.Change) -> None:
                nonlocal added, removed, looked_at
                added, removed, looked_at = (
                    added + change.added,
                    removed + change.removed,
                    looked_at + 1,
                )
                bar.update()

            failed = suggesting.suggest_for(articles, told=told)
        if options["verbosity"]:
            self.say(
                f"{looked_at} articles looked at: {added} suggestions added, {removed} removed."
            )
        if failed:
            raise CommandError(f"{failed} article(s) failed; see above.")

    def say(self, text: str) -> None:
        """One line of the report."""
        self.stdout.write(text)

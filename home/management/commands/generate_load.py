"""Fills a database with made-up articles, for benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cms.core.page_cache import tags
from home import load
from news.models import ArticlePage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Replaces what an earlier run made, so it can be run again, and with 0 removes it."""

    help = (
        "Make up articles for benchmarks, in place of those of an earlier run; 0 only removes"
        " them. The first, /news/load-1/, has 60 blocks and 3,500 words, the second six blocks;"
        " the others are as long as real ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, which, and leave to put them beside articles of people."""
        parser.add_argument(
            "--articles", type=int, required=True, metavar="N", help="How many there shall be."
        )
        parser.add_argument(
            "--seed", type=int, default=20, help="Another number makes other texts."
        )
        parser.add_argument(
            "--keep", action="store_true", help="Do nothing where that many are there already."
        )
        parser.add_argument(
            "--mix",
            action="store_true",
            help="Also on a site with articles that people made: readers will see both.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, or remove and write."""
        count, quiet = options["articles"], options["verbosity"] == 0
        if count < 0:
            raise CommandError("--articles wants a number of articles, or 0 to remove them.")
        made_up = load.made_up().count()
        others = ArticlePage.objects.count() - made_up
        if count and others and not options["mix"]:
            raise CommandError(
                f"This site has articles that were not made up: {others}. Made-up ones are for"
                " benchmarks, and every reader would see them. Take a database of its own, or add"
                " --mix to put them beside the others (--articles 0 removes them again)."
            )
        if options["keep"] and count == made_up:
            return
        self._follow(load.remove(), total=made_up, what="Removed", quiet=quiet)
        if count:
            articles = load.generate(count, seed=options["seed"])
            self._follow(articles, total=count, what="Made up", quiet=quiet)
        # Written and deleted past the models, they are news to search and to kept pages.
        call_command("rebuild_search", verbosity=options["verbosity"], stdout=self.stdout)
        tags.touch(tags.SITE)
        if not quiet:
            self.stdout.write(f"Made-up articles: {count}.")

    def _follow(self, steps: Iterator[int], *, total: int, what: str, quiet: bool) -> None:
        with tqdm(total=total, desc=what, ncols=78, unit="", disable=quiet or not total) as bar:
            for number in steps:
                bar.update(number)

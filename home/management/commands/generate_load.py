"""Fills a database with made-up articles, for benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from home import load
from news.models import ArticlePage

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Writes past the models, hundreds at a time: nothing of it is drafted, reviewed or checked."""

    help = (
        "Make up articles for benchmarks. The first, /news/load-1/, has 60 blocks and 3,500 words;"
        " the others are as long as real ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, and leave to put them beside articles of people."""
        parser.add_argument("--articles", type=int, required=True, metavar="N")
        parser.add_argument(
            "--yes", action="store_true", help="Also where there are articles already."
        )
        parser.add_argument(
            "--index", action="store_true", help="Fill the search index too, which takes longer."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse, or write."""
        count = options["articles"]
        if count < 1:
            raise CommandError("--articles wants at least 1.")
        if (there := ArticlePage.objects.count()) and not options["yes"]:
            raise CommandError(
                f"There are {there} articles here. Made-up ones are for benchmarks; add --yes to"
                " put them beside those."
            )
        if ArticlePage.objects.filter(slug=load.slug(1)).exists():
            raise CommandError("Made-up articles are here already. Take an empty database.")
        quiet = options["verbosity"] == 0
        with tqdm(total=count, desc="Articles", ncols=78, unit="", disable=quiet) as bar:
            for written in load.generate(count):
                bar.update(written)
        if options["index"]:
            call_command("update_index", verbosity=0)
        if not quiet:
            self.stdout.write(f"{count} articles made up.")

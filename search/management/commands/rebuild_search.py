"""Makes the readers' index again, while readers go on searching."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import embedded, indexing, outward
from search.engine import EngineError


class Command(BaseCommand):
    """Mends the index in the database, then fills a new one on the search server, if there is one."""

    help = (
        "Look at every article, representative and petition again and mend what the search knows of"
        " them. Readers can search meanwhile. With SEARCH_URL, the server gets a new index, which"
        " takes the place of the old one when it is whole."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many of each, and how long it took."""
        for kind in indexing.KINDS:
            self._count(f"{kind}s", indexing.rebuild(kind), quiet=options["verbosity"] == 0)
        embedded.index().erase_strays()
        indexing.forget_words()
        if outward.server() is None:
            return
        try:
            self._count("on the search server", outward.rebuild(), quiet=options["verbosity"] == 0)
        except EngineError as error:
            raise CommandError(
                f"The index in the database is right. The search server is not: {error}."
                " If it had an index, that one goes on answering."
            ) from error

    def _count(self, name: str, steps: Any, *, quiet: bool) -> None:
        started = time.monotonic()
        number = sum(steps)
        seconds = max(time.monotonic() - started, 0.001)
        if not quiet:
            self.stdout.write(f"{name}: {number:,}, {number / seconds:,.0f} a second")

"""Opens and saves articles and stock pages with the same blocks, in turn. The last line is JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - they need Django's applications
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.measuring.editor import form_data  # noqa: E402
from benchmarks.stock.models import STREAMS, StockPage  # noqa: E402
from home import load  # noqa: E402
from news import provenance  # noqa: E402
from news.models import ArticleIndexPage, ArticlePage  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail.models import Page

Blocks = dict[str, list[dict[str, Any]]]


def blocks_of(article: ArticlePage, number: int) -> Blocks:
    """So many of an article's blocks, from each section in turn; more than it has are its opinion's."""
    waiting = {name: list(provenance.raw_blocks(getattr(article, name))) for name in STREAMS}
    spare = [block for block in waiting["opinion"] if block["type"] == "paragraph"]
    taken: Blocks = {name: [] for name in STREAMS}
    while number:
        for name in STREAMS:
            if number and waiting[name]:
                taken[name].append(waiting[name].pop(0))
                number -= 1
        if number and not any(waiting.values()):
            taken["opinion"] += [
                {**spare[place % len(spare)], "id": str(uuid.uuid4())} for place in range(number)
            ]
            number = 0
    return taken


def pages(number: int, article: ArticlePage) -> dict[str, Page]:
    """An article and a stock page, both drafts with a version."""
    streams = {name: json.dumps(blocks) for name, blocks in blocks_of(article, number).items()}
    ours = ArticlePage.objects.get(pk=article.pk).copy(
        update_attrs={"slug": f"ours-{number}", **streams}, keep_live=False, copy_revisions=False
    )
    stock = StockPage(title=f"Stock {number}", slug=f"stock-{number}", live=False, **streams)
    # No page of ours takes it below itself by the admin, which is not asked here.
    ArticleIndexPage.objects.get().add_child(instance=stock)
    stock.save_revision()
    return {"ours": ours, "stock": stock}


def measure(numbers: list[int], times: int) -> dict[str, Any]:
    """Medians of opening and saving, with the queries."""
    # It has no migrations: pages of Wagtail's cannot be made by migrate without.
    with connection.schema_editor() as editor:
        editor.create_model(StockPage)
    user = get_user_model().objects.create(username="beside", is_superuser=True, is_staff=True)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    article = ArticlePage.objects.get(slug=load.slug(1))
    found: dict[str, Any] = {}
    for number in numbers:
        both = pages(number, article)
        rows: dict[str, dict[str, list[float]]] = {name: {"open": [], "save": []} for name in both}
        queries: dict[str, dict[str, int]] = {name: {} for name in both}
        failures: Counter[str] = Counter()
        for turn in range(times + 1):
            for name, page in both.items():
                address = f"/admin/pages/{page.pk}/edit/"
                latest = type(page).objects.get(pk=page.pk).get_latest_revision_as_object()
                data = form_data(client.get(address).content.decode(), latest)
                for what, do, expected in (
                    ("open", lambda a=address: client.get(a), 200),
                    ("save", lambda a=address, d=data: client.post(a, d), 302),
                ):
                    if not turn:
                        with CaptureQueriesContext(connection) as captured:
                            status = do().status_code
                        queries[name][what] = len(captured)
                    else:
                        taken, status = timed(do)
                        rows[name][what].append(taken)
                    if status != expected:
                        failures[f"{name}, {what}: HTTP {status}"] += 1
        found[str(number)] = summary(rows, queries) | {"failures": dict(failures)}
    return found


def timed(do: Callable[[], Any]) -> tuple[float, int]:
    """Milliseconds of the processor, which nobody else's load lengthens, and the status."""
    begun = time.process_time()
    status: int = do().status_code
    return 1000 * (time.process_time() - begun), status


def summary(
    rows: dict[str, dict[str, list[float]]], queries: dict[str, dict[str, int]]
) -> dict[str, Any]:
    """Each median, and ours against the stock page's."""
    told: dict[str, Any] = {}
    for what in ("open", "save"):
        ours, stock = (median(rows[name][what]) for name in ("ours", "stock"))
        told[what] = {
            "ours_ms": round(ours, 1),
            "stock_ms": round(stock, 1),
            "ratio": round(ours / stock, 2),
            "ours_queries": queries["ours"][what],
            "stock_queries": queries["stock"][what],
        }
    return told


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("blocks", type=int, nargs="+")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    sys.stdout.write(f"{json.dumps(measure(given.blocks, given.times))}\n")


if __name__ == "__main__":
    main()

"""What is measured inside one process: queries of readers' pages, and what editors wait for.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
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
from cms.core.page_cache import tags  # noqa: E402
from home import load  # noqa: E402
from news.models import ArticleIndexPage, ArticlePage  # noqa: E402
from news.tag_names import ARTICLES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

EDITOR = f"{load.MARK}-editor"
# Of the words of the made-up articles by frequency: one in every tenth article, about.
SEARCHED = 1000


def addresses(seed: int) -> dict[str, str]:
    """The readers' pages by the names they have in the results."""
    return {
        "article": f"/news/{load.slug(1)}/",
        "home": "/",
        "category": f"/categories/{load.MARK}-1/",
        "news": "/news/",
        "search": f"/search/?q={load.Writer(seed).words[SEARCHED]}",
    }


def page(name: str, *, seed: int) -> dict[str, Any]:
    """A page's queries when it is made anew because an article has changed.

    By then its pictures are made, which the first request does, and what other pages show, too, is at
    hand, which the second one leaves behind.
    """
    client = Client(SERVER_NAME="127.0.0.1")
    address = addresses(seed)[name]
    for _ in range(2):
        client.get(address)
    article = ArticlePage.objects.get(slug=load.slug(1))
    tags.touch_now(f"page:{article.pk}", ARTICLES)
    with CaptureQueriesContext(connection) as queries:
        status = client.get(address).status_code
    failures = {} if status == 200 else {f"HTTP {status}": 1}
    return {"address": address, "queries": len(queries), "failures": failures}


def editors(times: int) -> dict[str, dict[str, Any]]:
    """Milliseconds that the editing view, saving and the list of pages take: medians."""
    user, _ = get_user_model().objects.get_or_create(
        username=EDITOR, defaults={"is_superuser": True, "is_staff": True}
    )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    try:
        listing = f"/admin/pages/{ArticleIndexPage.objects.get().pk}/"
        rows = {"list of pages": _timed(times, lambda: client.get(listing), 200)}
        for number, blocks in ((2, 6), (1, 60)):
            article = ArticlePage.objects.filter(slug=load.slug(number)).first()
            if article is None:
                continue
            address = f"/admin/pages/{article.pk}/edit/"

            def save(address: str = address, pk: int = article.pk) -> tuple[str, dict[str, Any]]:
                latest = ArticlePage.objects.get(pk=pk).get_latest_revision_as_object()
                return address, form_data(client.get(address).content.decode(), latest)

            rows[f"open, {blocks} blocks"] = _timed(times, lambda a=address: client.get(a), 200)
            rows[f"save, {blocks} blocks"] = _timed(times, lambda f: client.post(*f), 302, save)
        return rows
    finally:
        user.delete()


def _timed(
    times: int, do: Callable[..., Any], expected: int, prepare: Callable[[], Any] | None = None
) -> dict[str, Any]:
    """The median of some runs, after one that does not count; and what was not as expected."""
    taken: list[float] = []
    failures: Counter[str] = Counter()
    for _ in range(times + 1):
        given = [prepare()] if prepare else []
        begun = time.perf_counter()
        status = do(*given).status_code
        taken.append(1000 * (time.perf_counter() - begun))
        if status != expected:
            failures[f"HTTP {status}"] += 1
    given = [prepare()] if prepare else []
    with CaptureQueriesContext(connection) as captured:
        do(*given)
    return {"ms": round(median(taken[1:]), 1), "queries": len(captured), "failures": failures}


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", help="a reader's page; without, what editors wait for")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    seen = page(given.page, seed=given.seed) if given.page else editors(given.times)
    sys.stdout.write(f"{json.dumps(seen)}\n")


if __name__ == "__main__":
    main()

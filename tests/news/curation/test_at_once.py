"""Two people at the same moment, and the caches in front of the site, with the real thing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from news.curation import decisions, undoing
from news.models import ArticlePage, Curation, RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)

    def do(number: int, one: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[number] = one()
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told() -> None:
    page = article()
    links = [RelatedLinkFactory(article=page, status="suggested") for _ in range(5)]
    seen = {link.pk: "suggested" for link in links}
    people = [UserFactory(), UserFactory()]
    outcomes = at_once(
        lambda: decisions.approve(seen=seen, by=people[0]),
        lambda: decisions.reject(seen=seen, by=people[1]),
    )
    assert sorted(len(outcome.changed) for outcome in outcomes) == [0, 5]
    assert sorted(len(outcome.missed) for outcome in outcomes) == [0, 5]
    assert RelatedLink.objects.values("status", "decided_by").distinct().count() == 1


def test_links_approved_at_once_by_two_people_get_places_of_their_own() -> None:
    page = article()
    links = [RelatedLinkFactory(article=page, status="suggested") for _ in range(2)]
    person = UserFactory()
    at_once(
        *(lambda pk=link.pk: decisions.approve(seen={pk: "suggested"}, by=person) for link in links)
    )
    positions = list(page.related_links.approved().values_list("position", flat=True))
    assert positions == [10, 20]


def test_undo_pressed_twice_at_once_undoes_two_actions() -> None:
    page = article()
    links = [RelatedLinkFactory(article=page, status="suggested") for _ in range(3)]
    person = UserFactory()
    for link in links:
        decisions.approve(seen={link.pk: "suggested"}, by=person)
    at_once(lambda: undoing.undo(by=person), lambda: undoing.undo(by=person))
    assert Curation.objects.undoable().count() == 1
    assert list(page.related_links.approved()) == links[:1]


# The cache in front -------------------------------------------------------------------------------


@pytest.fixture
def purged(settings: Settings) -> Iterator[list[str]]:
    """What a cache in front of the site was told to forget."""
    told: list[str] = []

    class Cache(BaseHTTPRequestHandler):
        def do_PURGE(self) -> None:
            told.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Cache) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.WAGTAILFRONTENDCACHE = {
            "front": {
                "BACKEND": "wagtail.contrib.frontend_cache.backends.HTTPBackend",
                "LOCATION": f"http://127.0.0.1:{server.server_port}",
            }
        }
        yield told
        server.shutdown()


def path_of(page: ArticlePage) -> str:
    parts = page.get_url_parts()
    assert parts is not None
    return str(parts[2])


def test_the_cache_in_front_forgets_a_live_article_whose_links_changed(purged: list[str]) -> None:
    page, draft = article(live=True), article()
    person = UserFactory()
    for target in (page, draft):
        link = RelatedLinkFactory(article=target, status="suggested")
        decisions.approve(seen={link.pk: "suggested"}, by=person)
    assert purged == [path_of(page)]
    undoing.undo(by=person)
    undoing.undo(by=person)
    assert purged == [path_of(page)] * 2

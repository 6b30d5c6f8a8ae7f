"""Every address that the site has, as the map of addresses names it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

# What a look may write: when somebody was last here, who has the editor open, how they like it,
# sizes of pictures, a site's settings as they are by default, and that a list was taken away.
WRITTEN_BY_LOOKING = re.compile(
    r'"(core_loginsession|wagtailadmin_editingsession|wagtailusers_userprofile|core_rendition'
    r'|wagtailcore_modellogentry|core_sitesettings|news_\w+settings|advocacy_\w+settings)"'
)
WRITES = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM) (\S+)")


def addresses() -> list[str]:
    """All of them, with 1 for whatever they ask for."""

    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route)
            elif isinstance(one, URLPattern):
                yield _filled(route)

    return sorted(set(walk(get_resolver().url_patterns, "")))


def _filled(route: str) -> str:
    route = re.sub(r"<uuid:\w+>", "0" * 8 + "-0000-0000-0000-" + "0" * 12, route)
    route = re.sub(r"<(?:\w+:)?\w+>", "1", re.sub(r"\(\?P<\w+>|\((?!\?)", "(", route))
    route = re.sub(r"\([^()]*\)", "1", re.sub(r"\(([^()]*)\)", r"(\1)", route))
    return "/" + re.sub(r"[\^$\\?*+]|\.\*", "", route)


def administrator(**options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_no_address_takes_a_form_without_its_token() -> None:
    client, found = administrator(enforce_csrf_checks=True), addresses()
    assert len(found) > 300
    taken = {}
    for address in found:
        status = client.post(address, {"title": "x"}).status_code
        if status not in {403, 404, 405}:
            taken[address] = status
    assert taken == {}


def test_looking_changes_nothing() -> None:
    article(live=True)
    client = administrator()
    changed, broken, seen = {}, {}, 0
    for address in addresses():
        if address.endswith("/failwhale/"):
            continue  # It breaks on purpose.
        with CaptureQueriesContext(connection) as queries:
            status = client.get(address).status_code
        seen += status == 200
        if status >= 500:
            broken[address] = status
        sqls = [query["sql"] for query in queries]
        writes = [sql for sql in sqls if WRITES.match(sql)]
        if unexpected := [w[:120] for w in writes if not WRITTEN_BY_LOOKING.search(w)]:
            changed[address] = unexpected
    assert seen > 60
    assert (changed, broken) == ({}, {})

"""The cache is away: a real Redis is killed, or falls silent, while people read, sign and work."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from advocacy import admission
from advocacy.models import Signature
from cms.core import absence, redis_cache
from cms.core.page_cache import versions
from cms.llm.standin import StandIn
from cms.settings import environment
from news.models import DraftRun
from tests.advocacy.test_signing_pages import filled_in
from tests.core.page_cache.test_redis import Server, until
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import article
from tests.factories.people import UserFactory, editor
from tests.news.conftest import stand_in
from tests.news.desk import ask_for
from tests.proofs import proof

__all__ = ["stand_in"]
pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-of-hers"


@pytest.fixture
def redis(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server that CACHE_URL names."""
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server on this machine")
    server = Server(tmp_path)
    server.start()
    monkeypatch.setenv("CACHE_URL", server.address)
    settings.CACHES = {**settings.CACHES, "default": environment.cache("CACHE_URL", "")}
    redis_cache.forget_absences()
    versions.close()
    yield server
    redis_cache.forget_absences()
    versions.close()
    server.stop()


def a_day(client: Client) -> None:
    """Everything that looks into the cache, done once; each step must go as on any other day."""
    page = article(live=True)
    for address in ("/", page.url, "/categories/", "/archive/", "/search/?q=senate"):
        assert client.get(address).status_code == 200, address
    assert client.get("/articles/the-senate-votes/").status_code == 404
    petition = PetitionFactory.create()
    before = Signature.objects.count()
    for number in range(3):
        form = filled_in(
            email=f"{petition.pk}-{number}@example.org", proof=proof(admission.PURPOSE)
        )
        answer = client.post(petition.get_absolute_url(), form)
        assert answer.status_code == 302
    assert Signature.objects.count() == before + 3
    person = UserFactory(role="Editors")
    person.set_password(PASSWORD)
    person.save()
    colleague = Client()
    login = {"username": person.username, "password": PASSWORD}
    assert colleague.post(reverse("wagtailadmin_login"), login).status_code == 302
    for address in ("/admin/", reverse("wagtailadmin_pages:edit", args=[page.pk])):
        assert colleague.get(address).status_code == 200, address
    run = ask_for(page, by=editor())
    run.refresh_from_db()
    assert run.status == DraftRun.Status.READY


def test_killed_in_the_middle_it_costs_nobody_anything_but_time(
    redis: Server, client: Client, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    a_day(client)
    cache.set("kept", "value")
    assert cache.get("kept") == "value"
    redis.stop()
    with caplog.at_level(logging.WARNING, logger=absence.__name__):
        a_day(client)
    said = [record for record in caplog.records if record.name == absence.__name__]
    assert len(said) == 1, "once a minute, however many questions there were"
    redis.start()
    redis_cache.forget_absences()
    assert client.get("/").status_code == 200
    cache.set("kept", "again")
    assert cache.get("kept") == "again"


def test_silent_it_is_waited_for_once_and_not_by_every_question(
    redis: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow this machine is, the pause is not over before the test is.
    monkeypatch.setattr(absence, "PAUSE", 3600.0)
    redis.hush()
    begun = time.monotonic()
    for number in range(200):
        assert cache.get(f"key-{number}") is None
    assert time.monotonic() - begun < 200 * redis_cache.TIMEOUT / 2
    assert client.get("/").status_code == 200
    form = filled_in(email="silent@example.org", proof=proof(admission.PURPOSE))
    assert client.post(PetitionFactory.create().get_absolute_url(), form).status_code == 302


def test_it_is_found_again_by_itself(redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "PAUSE", 0.05)
    redis.stop()
    assert cache.get("kept", "nothing") == "nothing"
    redis.start()

    def kept() -> bool:
        cache.set("kept", "value")
        return bool(cache.get("kept") == "value")

    until(kept)


def test_every_question_has_the_answer_of_an_empty_cache(redis: Server) -> None:
    redis.stop()
    for _ in range(2):  # The server's silence, and then the pause.
        assert cache.add("key", 1) is False
        assert cache.get("key", "nothing") == "nothing"
        cache.set("key", 1)
        assert cache.touch("key") is False
        assert cache.delete("key") is False
        assert cache.get_many(["key", "other"]) == {}
        assert cache.has_key("key") is False
        with pytest.raises(ValueError, match="not found"):
            cache.incr("key")
        assert cache.set_many({"key": 1, "other": 2}) == ["key", "other"]
        cache.delete_many(["key"])
        cache.clear()
        assert cache.get_or_set("key", lambda: "made") == "made"


def test_with_the_server_there_it_is_a_cache_as_any_other(redis: Server) -> None:
    assert cache.add("key", 1)
    assert cache.incr("key") == 2
    assert cache.set_many({"one": 1, "two": "2"}) == []
    assert cache.get_many(["one", "two", "three"]) == {"one": 1, "two": "2"}
    assert cache.has_key("one")
    assert cache.touch("one")
    assert cache.delete("one")
    cache.delete_many(["two"])
    assert cache.get("two") is None
    with pytest.raises(ValueError, match="not found"):
        cache.incr("three")
    cache.clear()
    assert cache.get("key") is None

"""Telling a WebSub hub what changed, over real connections."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cms.core import fetching
from news import websub
from news.models import ArticlePage, Category, ChangedFeed
from tests.factories.news import CategoryFactory, article
from tests.fileserver import serving, trust_loopback

pytestmark = pytest.mark.django_db

SITE = {"/feed/", "/feed/atom/", "/feed.json"}
WATER = {"/categories/water/feed/", "/categories/water/feed/atom/", "/categories/water/feed.json"}


class Hub:
    """What a hub was sent; it answers with ``status``."""

    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.status = 202
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        self.forms.append(parse_qs(handler.rfile.read(length).decode()))
        assert handler.command == "POST"
        assert handler.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.may_answer.wait(60)
        handler.send_response(self.status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def told_of(self, site: str) -> set[str]:
        """The paths of the feeds that it was told of, which must be ours."""
        addresses = [address for form in self.forms for address in form["hub.url"]]
        assert all(address.startswith(f"{site}/") for address in addresses)
        return {address.removeprefix(site) for address in addresses}


@pytest.fixture
def hub(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that is set up; nothing is told to it before a test says so."""
    trust_loopback(monkeypatch)
    answers = Hub()
    with serving(answers) as address:
        settings.WEBSUB_HUB = address
        yield answers
        answers.may_answer.set()


def in_water(**fields: Any) -> tuple[ArticlePage, Category]:
    """A draft under a category."""
    water = CategoryFactory(slug="water")
    page = article(**fields)
    page.categories.set([water])
    page.save()
    return page, water


def waiting() -> set[str]:
    return set(ChangedFeed.objects.values_list("path", flat=True))


def test_publishing_tells_of_the_sites_feeds_and_the_categorys(
    hub: Hub, settings: Settings
) -> None:
    CategoryFactory(slug="air")
    page, _ = in_water()
    page.save_revision().publish()
    assert waiting() == SITE | WATER
    assert websub.tell_hub() == "hub: told of 6 feeds, 0 to be tried again"
    (form,) = hub.forms
    assert form["hub.mode"] == ["publish"]
    assert hub.told_of(settings.SITE_URL) == SITE | WATER
    assert not waiting()
    assert websub.tell_hub() == "hub: told of 0 feeds, 0 to be tried again"


@pytest.mark.parametrize("way", ["unpublish", "delete"])
def test_taking_an_article_back_tells_too(hub: Hub, way: str) -> None:
    page, _ = in_water()
    page.save_revision().publish()
    ChangedFeed.objects.all().delete()
    getattr(ArticlePage.objects.get(pk=page.pk), way)()
    assert waiting() == SITE | WATER


def test_the_category_above_and_the_one_that_was_left_are_told_of(hub: Hub) -> None:
    page, _ = in_water()
    page.save_revision().publish()
    ChangedFeed.objects.all().delete()
    health = CategoryFactory(slug="health")
    page.categories.set([CategoryFactory(slug="air", parent=health)])
    page.save_revision().publish()
    told = {path.split("/")[2] for path in waiting() if path.startswith("/categories/")}
    assert told == {"water", "air", "health"}


def test_a_draft_tells_nobody_anything(hub: Hub) -> None:
    page, _ = in_water()
    page.save_revision()
    assert not waiting()


def test_without_a_hub_nothing_is_noted(settings: Settings) -> None:
    assert settings.WEBSUB_HUB == ""
    page, _ = in_water()
    page.save_revision().publish()
    assert not waiting()


def test_what_fails_waits_longer_each_time_and_is_told_in_the_end(
    hub: Hub, settings: Settings
) -> None:
    hub.status = 503
    article(live=True)
    assert websub.tell_hub() == "hub: told of 0 feeds, 3 to be tried again"
    due = [ChangedFeed.objects.latest("due_at").due_at]
    assert waiting() == SITE
    assert websub.tell_hub() == "hub: told of 0 feeds, 0 to be tried again", "it is not due yet"
    assert len(hub.forms) == 1
    ChangedFeed.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    websub.tell_hub()
    due.append(ChangedFeed.objects.latest("due_at").due_at)
    assert due[1] - due[0] > timedelta(minutes=2)
    hub.status = 204
    ChangedFeed.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    call_command("sweep", verbosity=0)
    assert not waiting()


def test_a_hub_that_never_answers_is_given_up_until_something_changes(hub: Hub) -> None:
    hub.status = 500
    page = article(live=True)
    ChangedFeed.objects.update(attempts=websub.MOST_ATTEMPTS - 1)
    websub.tell_hub()
    assert not waiting()
    page.save_revision().publish()
    assert waiting() == SITE
    assert set(ChangedFeed.objects.values_list("attempts", flat=True)) == {0}


def test_a_redirect_is_no_yes(hub: Hub) -> None:
    hub.status = 307
    article(live=True)
    assert websub.tell_hub() == "hub: told of 0 feeds, 3 to be tried again"


def test_what_changes_while_the_hub_is_told_is_told_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = article(live=True)
    post = fetching.post

    def meanwhile(*args: Any, **options: Any) -> int:
        monkeypatch.setattr(fetching, "post", post)
        status: int = post(*args, **options)
        page.save_revision().publish()
        return status

    monkeypatch.setattr(fetching, "post", meanwhile)
    websub.tell_hub()
    assert len(hub.forms) == 2
    assert not waiting()


def test_a_publication_that_is_rolled_back_tells_nobody(hub: Hub) -> None:
    page = article()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        page.save_revision().publish()
        raise ZeroDivisionError
    assert not waiting()


@pytest.mark.django_db(transaction=True)
def test_publishing_does_not_wait_for_a_slow_hub(hub: Hub) -> None:
    hub.may_answer.clear()
    page = article()
    page.save_revision().publish()
    page.refresh_from_db()
    # It is live while the hub has not answered; the hub is told by another thread.
    assert page.live
    assert waiting() == SITE
    hub.may_answer.set()
    telling = [thread for thread in threading.enumerate() if thread.name == "websub"]
    for thread in telling:
        thread.join(60)
    assert not waiting()
    assert len(hub.forms) == 1


def test_the_job_is_asked_for_after_the_commit_only(
    hub: Hub, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    page = article()
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        page.save_revision().publish()
        assert not DBTaskResult.objects.filter(task_path__contains="tell_of_changed").exists()
    for callback in callbacks:
        callback()
    assert DBTaskResult.objects.filter(task_path__contains="tell_of_changed").exists()
    assert not hub.forms


def test_a_fault_in_telling_does_not_stop_a_publication(
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def broken() -> None:
        raise RuntimeError("no thread could be started")

    monkeypatch.setattr(websub, "_wake", broken)
    page = article()
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    page.refresh_from_db()
    assert page.live
    assert waiting() == SITE

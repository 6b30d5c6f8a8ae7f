"""Pages that a process keeps: exact, also where they change between being found and being made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.test import Client
from wagtail import hooks
from wagtail.models import Page, Site
from wagtail.models.sites import SITE_ROOT_PATHS_CACHE_KEY, SITE_ROOT_PATHS_CACHE_VERSION

from cms.core import fragments
from cms.core.models import SiteSettings
from cms.core.page_cache import versions
from home.models import HomePage, StandardPage
from news import browsing
from news.models import ArticlePage
from tests.factories.news import article

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Path, client: Client) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    versions.close()
    fragments.forget()
    # The first page of all makes the rows of the settings, which is a change as well.
    client.get("/")
    yield
    fragments.forget()
    versions.close()


def about() -> StandardPage:
    page = StandardPage(title="As it was", slug="about-the-test")
    HomePage.objects.get().add_child(instance=page)
    return page


def retitled(page: Page) -> None:
    """By another process, as far as this one can tell."""
    other = page.specific_class.objects.get(pk=page.pk)
    other.title = "As it is now"
    other.save_revision().publish()


def test_a_page_that_changes_after_it_was_found_is_not_kept_as_it_was(client: Client) -> None:
    page = about()
    found: list[Page] = []

    def change(shown: Page, *_: object) -> None:
        if not found:
            found.append(shown)
            retitled(shown)

    with hooks.register_temporarily("before_serve_page", change):
        client.get(page.url)
    assert [shown.pk for shown in found] == [page.pk]
    assert b"As it is now" in client.get(page.url).content


def test_an_article_that_is_found_by_walking_the_tree_goes_with_its_own_changes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = article(live=True, title="As it was")
    with monkeypatch.context() as patch:
        # It was a draft when it was looked for by its address, and live a moment later.
        patch.setattr("news.reading._root_path", lambda site: "/elsewhere/")
        assert b"As it was" in client.get(page.url).content
    retitled(ArticlePage.objects.get(pk=page.pk))
    assert b"As it is now" in client.get(page.url).content


def test_settings_that_a_view_read_before_they_changed_are_not_kept_for_the_next_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*shown: Any) -> HttpResponse:
        """The view has asked for the site's name, and the masthead shows it in a moment."""
        monkeypatch.undo()
        known = SiteSettings.for_site(Site.objects.get())
        known.site_name = "The Daily Heron"
        known.save()
        return render(*shown)

    monkeypatch.setattr(browsing, "render", late)
    client.get("/archive/")
    _, _, shown = client.get("/archive/").content.decode().partition("<header")
    assert "The Daily Heron" in shown.partition("</header>")[0]


def test_where_a_site_begins_is_asked_again_when_another_process_has_changed_it(
    client: Client,
) -> None:
    page = article(live=True)
    client.get(page.url)
    remembered = Site.get_site_root_paths()
    site = Site.objects.get()
    site.hostname = "elsewhere.example"
    site.save()
    # This process was not told, as far as Wagtail goes.
    cache.set(SITE_ROOT_PATHS_CACHE_KEY, remembered, version=SITE_ROOT_PATHS_CACHE_VERSION)
    canonical = f'<link rel="canonical" href="{site.root_url}{page.url}">'
    assert canonical in client.get(page.url).content.decode()


def test_two_sites_of_one_tree_get_pages_of_their_own(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    page, first = about(), Site.objects.get()
    other = Site.objects.create(hostname="other.example", port=80, root_page=first.root_page)
    theirs = SiteSettings.for_site(other)
    theirs.site_name = "The Other Paper"
    theirs.save()
    path = page.get_url_parts()[2]
    ours = client.get(path).content
    assert b"The Other Paper" in client.get(path, headers={"host": "other.example"}).content
    assert client.get(path).content == ours
    assert b"The Other Paper" not in ours

"""Slugs under which readers would never see a page."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cms.core import own_paths
from home.models import HomePage, StandardPage
from news.models import ArticleIndexPage, CategoryIndexPage
from tests.factories.news import article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_the_first_parts_of_our_own_addresses_are_known() -> None:
    assert own_paths.taken() >= {
        *("admin", "archive", "authors", "categories", "documents", "feed", "healthz", "letters"),
        *("media", "metrics", "my-signatures", "news", "petitions", "representatives", "search"),
        *("sources", "static", "subscribe", "tags", "unsubscribe"),
    }


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("slug", ["archive", "sources", "tags", "authors", "static", "feed"])
def test_no_page_takes_such_a_slug(slug: str, live: bool) -> None:
    home = HomePage.objects.get()
    with pytest.raises(ValidationError, match=f"“{slug}” is where addresses of the site"):
        home.add_child(instance=StandardPage(title="Hidden", slug=slug, live=live))
    page = home.add_child(instance=StandardPage(title="Hidden", slug="shown", live=live))
    page.slug = slug
    with pytest.raises(ValidationError, match="Choose another slug"):
        page.save_revision()


def test_what_stands_where_the_site_expects_it_may_be_saved() -> None:
    for index in (ArticleIndexPage.objects.get(), CategoryIndexPage.objects.get()):
        index.save_revision().publish()
    assert article(slug="archive", live=True).url == "/news/archive/"


def test_the_form_and_the_copy_say_why_and_keep_what_was_typed(client: Client) -> None:
    client.force_login(UserFactory(is_superuser=True))
    home = HomePage.objects.get()
    address = reverse("wagtailadmin_pages:add", args=["home", "standardpage", home.pk])
    data = {"title": "All we know", "slug": "archive", "introduction": "", "body-count": "0"}
    html = client.post(address, {**data, "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0})
    assert "“archive” is where addresses of the site itself begin" in html.content.decode()
    assert 'value="All we know"' in html.content.decode()
    page = home.add_child(instance=StandardPage(title="All we know", slug="all-we-know"))
    copy = reverse("wagtailadmin_pages:copy", args=[page.pk])
    sent = {"new_title": "Again", "new_slug": "archive", "new_parent_page": home.pk}
    html = client.post(copy, sent)
    assert "“archive” is where addresses of the site itself begin" in html.content.decode()
    assert StandardPage.objects.filter(slug="archive").count() == 0
    assert client.post(copy, {**sent, "new_slug": "again"}).status_code == 302

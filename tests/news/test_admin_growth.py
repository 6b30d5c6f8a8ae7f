"""What editors wait for takes no more queries among many articles than among few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.importing import duplicates
from news.models import ArticleIndexPage, ArticlePage
from tests.factories.news import article
from tests.factories.people import UserFactory
from tests.news.long_articles import complete_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200, address
    return len(captured)


def test_an_editing_view_asks_for_settings_and_doubles_once(chief: Client) -> None:
    few, many = (complete_article(number) for number in (6, 60))
    costs = {
        page.pk: queries(chief, reverse("wagtailadmin_pages:edit", args=[page.pk]))
        for page in (few, many)
    }
    assert costs[many.pk] <= costs[few.pk] + 5
    assert max(costs.values()) <= 110


def test_lists_ask_as_often_with_many_articles(chief: Client) -> None:
    article(live=True)
    index = ArticleIndexPage.objects.get().pk
    addresses = [
        reverse("wagtailadmin_explore", args=[index]),
        f"{reverse('wagtailadmin_explore', args=[index])}?ordering=title",
        reverse("wagtailadmin_home"),
        reverse("news_related"),
        reverse("wagtailadmin_reports:site_history"),
        reverse("wagtailimages_chooser:choose"),
    ]
    few = {address: queries(chief, address) for address in addresses}
    for _ in range(12):
        article(live=True)
    assert {address: queries(chief, address) for address in addresses} == few


def test_doubles_are_looked_for_among_articles_alone() -> None:
    page = article(live=True, source_address="https://press.example/rivers")
    with CaptureQueriesContext(connection) as captured:
        assert duplicates.with_address(page.source_address, apart_from=page.pk) == []
    assert len(captured) == 1
    assert "wagtailcore_page" not in captured[0]["sql"]
    twin = article(source_address="https://press.example/rivers")
    assert duplicates.with_address(page.source_address, apart_from=page.pk) == [
        ArticlePage.objects.get(pk=twin.pk)
    ]

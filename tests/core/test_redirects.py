"""From addresses that are gone to where things are now."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client, TestCase
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings
from wagtail.contrib.redirects.models import Redirect

from news.models import ArticlePage
from tests.factories.news import article
from tests.factories.people import editor

pytestmark = pytest.mark.django_db


def move(page: ArticlePage, slug: str) -> ArticlePage:
    """Publish the page under another slug, as its editor does."""
    page = ArticlePage.objects.get(pk=page.pk)
    page.slug = slug
    # Wagtail makes the redirect once the new slug is committed.
    with TestCase.captureOnCommitCallbacks(execute=True):
        page.save_revision().publish()
    return ArticlePage.objects.get(pk=page.pk)


def leads(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 301, (address, response.status_code)
    return response.headers["Location"]


def test_an_article_with_another_slug_is_found_under_the_old_one(client: Client) -> None:
    page = article(slug="pipes", live=True)
    move(page, "lead-pipes")
    assert leads(client, "/news/pipes/") == "/news/lead-pipes/"
    assert leads(client, "/news/pipes/?from=mail") == "/news/lead-pipes/"
    assert client.get("/news/lead-pipes/").status_code == 200


def test_every_former_address_leads_there_in_one_step(client: Client) -> None:
    page = article(slug="one", live=True)
    for slug in ("two", "three", "four"):
        page = move(page, slug)
    for old in ("one", "two", "three"):
        assert leads(client, f"/news/{old}/") == "/news/four/"


def test_there_and_back_and_taken_back_is_no_circle(client: Client) -> None:
    page = move(move(article(slug="one", live=True), "two"), "one")
    assert client.get("/news/one/").status_code == 200
    assert leads(client, "/news/two/") == "/news/one/"
    page.unpublish()
    for address in ("/news/one/", "/news/two/"):
        assert client.get(address).status_code == 404


def test_two_that_changed_places_are_no_circle_when_both_are_taken_back(client: Client) -> None:
    one, two = article(slug="one", live=True), article(slug="two", live=True)
    one = move(one, "between")
    two = move(two, "one")
    one = move(one, "two")
    assert client.get("/news/one/").status_code == 200
    for page in (one, two):
        page.unpublish()
    for address in ("/news/one/", "/news/two/", "/news/between/"):
        assert client.get(address).status_code == 404


def test_a_draft_whose_slug_changes_leaves_no_redirect(client: Client) -> None:
    page = article(slug="one")
    page.slug = "two"
    page.save_revision()
    assert not Redirect.objects.exists()
    assert client.get("/news/one/").status_code == 404


def test_redirects_by_hand_lead_to_the_end_of_their_chain(client: Client) -> None:
    page = article(slug="here", live=True)
    Redirect.add_redirect("/a", "/b/")
    Redirect.add_redirect("/b", "/c/?x=1")
    Redirect.add_redirect("/c", page)
    assert leads(client, "/a/") == "/news/here/"


def test_a_chain_with_a_step_for_now_is_not_for_good(client: Client) -> None:
    Redirect.add_redirect("/a", "/b/")
    Redirect.add_redirect("/b", "https://elsewhere.example/", is_permanent=False)
    response = client.get("/a/")
    assert (response.status_code, response.headers["Location"]) == (
        302,
        "https://elsewhere.example/",
    )


@pytest.mark.parametrize("target", ["/a/", "/b/", "{site}/a/"])
def test_a_circle_made_by_hand_is_a_page_that_is_not_there(
    client: Client, settings: Settings, target: str
) -> None:
    Redirect.add_redirect("/a", target.format(site=settings.SITE_URL))
    Redirect.add_redirect("/b", "/a/")
    for address in ("/a/", "/b/"):
        assert client.get(address).status_code == 404


def test_a_page_that_is_there_comes_before_a_redirect(client: Client) -> None:
    page = article(slug="one", live=True)
    Redirect.add_redirect("/news/one", "https://elsewhere.example/")
    assert client.get(page.url).status_code == 200


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.text(max_size=300), query=st.text(max_size=40))
def test_any_address_is_answered(client: Client, path: str, query: str) -> None:
    response = client.get(f"/n{quote(path)}", {"q": query})
    assert response.status_code in {200, 301, 302, 404}


def test_editors_keep_redirects(client: Client) -> None:
    client.force_login(editor())
    response = client.get("/admin/redirects/")
    assert response.status_code == 200
    response = client.post(
        "/admin/redirects/add/",
        {"old_path": "/old", "is_permanent": "on", "redirect_link": "https://elsewhere.example/"},
    )
    assert response.status_code == 302
    try:
        found = Redirect.objects.get(old_path="/old")
    except ObjectDoesNotExist:
        pytest.fail("nothing was stored")
    assert client.get("/old/").headers["Location"] == found.redirect_link

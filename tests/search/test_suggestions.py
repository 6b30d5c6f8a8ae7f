"""What is suggested while somebody types."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from news import counts
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import CategoryFactory, article

pytestmark = pytest.mark.django_db


def suggested(typed: str) -> list[tuple[str, str]]:
    """Kind and title of each."""
    answer: dict[str, Any] = Client().get("/search/suggest/", {"q": typed}).json()
    return [(one["kind"], one["title"]) for one in answer["suggestions"]]


def test_titles_categories_people_and_petitions_are_suggested() -> None:
    page = article(title="The Baltic cables", live=True)
    page.categories.set([CategoryFactory(name="Baltimore")])
    page.save()
    RepresentativeFactory(first_name="Tammy", last_name="Baldwin", name="Tammy Baldwin")
    PetitionFactory(title="Keep the ballot secret")
    assert suggested("bal") == [
        ("Category", "Baltimore"),
        ("Representative", "Senator Tammy Baldwin"),
        ("Petition", "Keep the ballot secret"),
        ("Article", "The Baltic cables"),
    ]
    assert suggested("tammy bal") == [("Representative", "Senator Tammy Baldwin")]
    assert suggested("BALTÍC") == [("Article", "The Baltic cables")]
    assert suggested("altic") == []


def test_too_little_suggests_nothing() -> None:
    article(title="A b c", live=True)
    for typed in ("", "b", " ", "\0", "-b", '"'):
        assert suggested(typed) == []


def test_what_nobody_may_read_is_not_suggested() -> None:
    secret = CategoryFactory(name="Zephyrs")
    for private in (article(title="Zephyr draft"), article(title="Zephyr private", live=True)):
        private.categories.set([secret])
        private.save()
    PageViewRestriction.objects.create(
        page=private, restriction_type=PageViewRestriction.PASSWORD, password="x"
    )
    article(title="Zephyr taken back", live=True).unpublish()
    RepresentativeFactory(name="Zephyr Draft", live=False)
    PetitionFactory(title="Zephyr draft", status="draft")
    assert suggested("zeph") == []


def test_an_answer_may_be_kept_for_a_moment() -> None:
    answer = Client().get("/search/suggest/?q=pipes")
    # Nothing that was taken back is suggested for longer than five seconds, by no cache.
    assert answer.headers["Cache-Control"] == "private, max-age=4"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_category_whose_last_article_became_private_is_offered_no_more(
    admin_client: Client,
) -> None:
    page = article(title="Herons", live=True)
    page.categories.set([CategoryFactory(name="Zephyrs")])
    page.save()
    assert suggested("zeph") == [("Category", "Zephyrs")]
    assert "Zephyrs" in Client().get("/search/").content.decode()
    said = {"restriction_type": "password", "password": "x", "groups": []}
    answer = admin_client.post(reverse("wagtailadmin_pages:set_privacy", args=[page.pk]), said)
    assert answer.json()["step"] == "set_privacy_done"
    # With the next request: the number that was kept is of no use any more.
    assert suggested("zeph") == []
    assert "Zephyrs" not in Client().get("/search/").content.decode()


def test_a_number_that_nobody_said_is_stale_is_kept_for_a_minute_at_most() -> None:
    page = article(title="Herons", live=True)
    page.categories.set([CategoryFactory(name="Zephyrs")])
    page.save()
    assert suggested("zeph") == [("Category", "Zephyrs")]
    # Behind Wagtail's back, which writes no entry in its log then.
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert counts.SECONDS <= 60
    cache.clear()
    assert suggested("zeph") == []

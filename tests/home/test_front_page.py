"""The front page: sections in the editors' order, no article twice, kind when there is nothing."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site

from advocacy.models import AdvocacySettings
from home.models import HomePage
from news.models import ArticlePage
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import CategoryFactory, article, block

pytestmark = pytest.mark.django_db


def arrange(*sections: tuple[str, dict[str, Any]]) -> None:
    """Put these sections on the front page, as an editor does."""
    home = HomePage.objects.get()
    home.sections = [block(kind, {"heading": "", **value}) for kind, value in sections]
    home.save_revision().publish()


def publish(title: str, *, hours_ago: int = 0, **fields: Any) -> ArticlePage:
    """An article that went live so long ago."""
    page = article(title=title, live=True, **fields)
    when = timezone.now() - datetime.timedelta(hours=hours_ago)
    ArticlePage.objects.filter(pk=page.pk).update(first_published_at=when)
    return page


def front_page() -> str:
    response = Client().get("/")
    assert response.status_code == 200
    return str(response.content.decode())


def headings(html: str) -> list[str]:
    """The titles of articles in their order on the page."""
    return re.findall(r"<h[23]><a href=\"/news/[^>]*>([^<]+)</a>", html)


def test_the_newest_featured_article_leads_and_stands_there_once() -> None:
    publish("Newest of all", hours_ago=1)
    publish("Featured and newer", hours_ago=2, featured=True)
    publish("Featured and older", hours_ago=3, featured=True)
    assert headings(front_page()) == ["Featured and newer", "Newest of all", "Featured and older"]


def test_without_a_featured_article_the_newest_leads() -> None:
    publish("Older", hours_ago=5)
    publish("Newer", hours_ago=1)
    assert headings(front_page()) == ["Newer", "Older"]


def test_no_article_stands_there_twice_however_sections_are_arranged() -> None:
    for number in range(7):
        publish(f"Story {number}", hours_ago=number, featured=number == 2)
    arrange(
        ("latest", {"count": 3, "heading": "Just in"}),
        ("lead", {}),
        ("latest", {"count": 2, "heading": "Before that"}),
    )
    assert headings(front_page()) == [
        "Story 0",
        "Story 1",
        "Story 2",
        "Story 3",
        "Story 4",
        "Story 5",
    ]


def test_sections_stand_in_the_editors_order_under_the_editors_headings() -> None:
    page = publish("The only story")
    category = CategoryFactory(name="Water")
    page.categories.set([category])
    page.save()
    PetitionFactory(title="Finish the lead pipes")
    arrange(
        ("categories", {"heading": "Browse <all>"}),
        ("petition", {"heading": "Act now"}),
        ("lead", {}),
    )
    html = front_page()
    order = ["Browse &lt;all&gt;", "Act now", "Finish the lead pipes", "The only story"]
    assert [html.index(words) for words in order] == sorted(html.index(words) for words in order)


def test_the_petition_that_closes_first_is_the_most_urgent() -> None:
    today = timezone.localdate()
    PetitionFactory(title="No end")
    PetitionFactory(title="Ends in a month", closes_on=today + datetime.timedelta(days=30))
    PetitionFactory(title="Ends tomorrow", closes_on=today + datetime.timedelta(days=1))
    PetitionFactory(title="Ended yesterday", closes_on=today - datetime.timedelta(days=1))
    PetitionFactory(title="Not out yet", closes_on=today, live=False)
    html = front_page()
    assert "Ends tomorrow" in html
    for other in ("No end", "Ends in a month", "Ended yesterday", "Not out yet"):
        assert other not in html


def test_without_an_open_petition_the_sites_own_is_shown() -> None:
    closed = PetitionFactory(title="It is won", status="closed")
    settings = AdvocacySettings.for_site(Site.objects.get(is_default_site=True))
    settings.default_petition = closed
    settings.save()
    html = front_page()
    assert "It is won" in html
    assert "Sign the petition" not in html


def test_a_newsroom_without_anything_has_a_kind_front_page(
    html_valid: Callable[[str], None],
) -> None:
    html = front_page()
    assert re.search(r"<h1[^>]*>", html)
    assert "Nothing has been published here yet." in html
    html_valid(html)


def test_a_front_page_without_sections_is_kind_too(html_valid: Callable[[str], None]) -> None:
    publish("A story")
    arrange()
    html = front_page()
    assert "Nothing has been published here yet." in html
    html_valid(html)


@pytest.mark.parametrize("address", ["/", "/news/", "/categories/", "/search/", "/petitions/"])
def test_every_list_of_an_empty_newsroom_is_answered(
    client: Client, html_valid: Callable[[bytes], None], address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 200
    html_valid(response.content)


def test_a_private_front_page_shows_nothing() -> None:
    publish("A story")
    PageViewRestriction.objects.create(
        page=HomePage.objects.get(),
        restriction_type=PageViewRestriction.PASSWORD,
        password="heron",
    )
    html = front_page()
    assert "This page has a password" in html
    assert "A story" not in html


def test_a_section_that_this_version_does_not_know_is_left_out() -> None:
    publish("A story")
    home = HomePage.objects.get()
    HomePage.objects.filter(pk=home.pk).update(
        sections=[block("horoscope", {"sign": "fish"}), block("lead", {"heading": ""})]
    )
    assert headings(front_page()) == ["A story"]

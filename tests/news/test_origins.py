"""From an article to a petition and back: the next thing to do, and nobody followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from post_office.models import Email
from wagtail.models import PageViewRestriction

from advocacy import origins
from advocacy.models import Letter, Petition
from news.models import ArticlePage
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import LetterFactory, PetitionFactory
from tests.factories.news import article

pytestmark = pytest.mark.django_db


@pytest.fixture
def petition() -> Petition:
    return PetitionFactory.create()


@pytest.fixture
def letter() -> Letter:
    return LetterFactory.create()


def item(number: int, kind: str, **value: object) -> dict[str, object]:
    return {
        "type": "item",
        "id": f"item-{number}",
        "value": {"kind": kind, "text": f"Do {number}.", **value},
    }


@pytest.fixture
def story(petition: Petition, letter: Letter) -> ArticlePage:
    """An article with a To Do of each kind."""
    group = {
        "heading": "Today",
        "items": [
            item(1, "sign", petition=petition.pk),
            item(2, "write", letter=letter.pk),
            item(3, "read", link_title="The rule", link_address="https://rule.example/?a=1"),
            item(4, "talk"),
        ],
    }
    action = {"kind": "petition", "text": "Why.", "petition": petition.pk}
    return article(
        live=True,
        title="Lead in the pipes",
        petition=petition,
        action=[{"type": "call_to_action", "value": action}],
        to_do=[{"type": "group", "value": group}],
    )


def links(html: str, start: str) -> set[str]:
    return {link for link in re.findall(r'href="([^"]+)"', html) if link.startswith(start)}


def test_every_link_to_a_petition_or_a_letter_names_the_article_and_nothing_else(
    client: Client, story: ArticlePage, petition: Petition, letter: Letter
) -> None:
    html = client.get(story.url).content.decode()
    for place in (petition, letter):
        [link] = links(html, place.get_absolute_url())
        assert parse_qs(urlsplit(link).query) == {"from": [origins.parameter(story.pk)]}
    assert "https://rule.example/?a=1" in html
    assert "rule.example/?a=1?from" not in html
    assert html == Client().get(story.url).content.decode(), "the same for everybody"


def test_the_parameter_is_carried_from_the_form_to_the_mail_and_to_the_thanks(
    client: Client, story: ArticlePage, petition: Petition
) -> None:
    [link] = links(client.get(story.url).content.decode(), petition.get_absolute_url())
    assert client.post(link, filled_in()).status_code == 302
    [address] = re.findall(r"http\S+/confirm/\S+", Email.objects.get().message)
    here = address.split("/", 3)[3]
    page = client.get(f"/{here}").content.decode()
    assert 'method="post"' in page
    answer = client.post(f"/{here}")
    thanks = client.get(answer.headers["Location"]).content.decode()
    assert story.title in thanks
    assert story.url in thanks


def thanks(client: Client, petition: Petition, parameter: str) -> str:
    address = reverse("advocacy:thanks", args=[petition.slug])
    answer = client.get(address, {"from": parameter} if parameter else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_thanks_list_what_is_left_and_mark_what_was_just_done(
    client: Client, story: ArticlePage, petition: Petition, html_valid: Callable[[str], None]
) -> None:
    html = thanks(client, petition, origins.parameter(story.pk))
    assert re.findall(r'data-key="([^"]+)"', html) == ["do-item-2", "do-item-3", "do-item-4"]
    assert f'data-origin="{story.pk}"' in html
    assert 'data-done="do-item-1"' in html
    assert "Write.</b> Do 2." in html
    assert f"?from={origins.parameter(story.pk).replace(':', '%3A')}" in html
    html_valid(html)


def test_an_article_without_a_list_is_a_way_back(client: Client, petition: Petition) -> None:
    plain = article(live=True, title="A plain story")
    html = thanks(client, petition, origins.parameter(plain.pk))
    assert "Where you came from" in html
    assert plain.url in html


def forged(story: ArticlePage) -> dict[str, str]:
    good = origins.parameter(story.pk)
    return {
        "none": "",
        "key alone": str(story.pk),
        "another's key": good.replace(str(story.pk), str(story.pk + 1), 1),
        "cut short": good[:-3],
        "another purpose": signing.Signer(salt="other").sign(str(story.pk)),
        "NUL": f"\x00{good}",
        "surrogate": "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
        "very long": good * 500,
        "no article": origins.parameter(999_999_999),
        "too large for a key": origins.parameter(10**30),
        "no number": signing.Signer(salt=origins.SALT).sign("x"),
        "negative": origins.parameter(-1),
    }


def test_a_forged_or_foreign_parameter_is_ignored_silently(
    client: Client, story: ArticlePage, petition: Petition
) -> None:
    plain = thanks(client, petition, "")
    assert story.title not in plain
    for name, parameter in forged(story).items():
        assert thanks(client, petition, parameter) == plain, name
        form = f"{petition.get_absolute_url()}{origins.query(parameter)}"
        assert client.get(form).status_code == 200, name


def test_a_forged_parameter_goes_into_no_mail(client: Client, petition: Petition) -> None:
    client.post(f"{petition.get_absolute_url()}?from=1:forged", filled_in())
    assert "from=" not in Email.objects.get().message


def test_what_readers_cannot_open_is_named_to_nobody(
    client: Client, story: ArticlePage, petition: Petition
) -> None:
    parameter = origins.parameter(story.pk)
    PageViewRestriction.objects.create(page=story, restriction_type=PageViewRestriction.LOGIN)
    assert story.title not in thanks(client, petition, parameter)
    PageViewRestriction.objects.all().delete()
    assert story.title in thanks(client, petition, parameter)
    story.unpublish()
    assert story.title not in thanks(client, petition, parameter)

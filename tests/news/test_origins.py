"""From an article to a petition and back: the next thing to do, and nobody followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client, RequestFactory
from django.urls import reverse
from post_office.models import Email
from wagtail.models import PageViewRestriction

from advocacy import origins
from advocacy.models import Letter, Petition, Representative
from news.blocks import CallToActionBlock
from news.models import ArticlePage
from tests.advocacy.test_signing_pages import filled_in
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory
from tests.factories.districts import elect, load_map
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
        form = origins.added(petition.get_absolute_url(), parameter)
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


# Letters ------------------------------------------------------------------------------------------


@pytest.fixture
def senator() -> Representative:
    return RepresentativeFactory.create(name="Angus King", slug="angus-king", state="ME")


def names(link: str, story: ArticlePage) -> bool:
    """Whether an address says that its reader comes from the story."""
    query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    return query.get("from") == [origins.parameter(story.pk)]


def test_a_letter_to_somebody_and_a_petition_to_share_name_the_article_too(
    client: Client, petition: Petition, letter: Letter, senator: Representative
) -> None:
    items = [
        item(1, "write", letter=letter.pk, representative=senator.pk),
        item(2, "share", petition=petition.pk),
    ]
    sample = {"subject": "The rule", "body": "Keep it.", "letter": letter.pk}
    story = article(
        live=True,
        to_do=[
            {"type": "group", "value": {"heading": "Today", "items": items}},
            {"type": "sample_letter", "value": sample},
        ],
    )
    html = client.get(story.url).content.decode()
    [to_him, sample_link] = sorted(links(html, letter.get_absolute_url()), key=len, reverse=True)
    assert parse_qs(urlsplit(to_him.replace("&amp;", "&")).query)["to"] == ["angus-king"]
    [share] = links(html, petition.get_absolute_url())
    assert urlsplit(share).fragment == "share"
    assert all(names(link, story) for link in (to_him, sample_link, share))


def test_a_letter_shows_the_way_back_and_what_else_there_is_to_do(
    client: Client, story: ArticlePage, letter: Letter, html_valid: Callable[[str], None]
) -> None:
    address = origins.added(letter.get_absolute_url(), origins.parameter(story.pk))
    html = client.get(address).content.decode()
    assert f'<a href="{story.url}#to_do">{story.title}</a>' in html
    assert re.findall(r'data-key="([^"]+)"', html) == ["do-item-1", "do-item-3", "do-item-4"]
    section = html.split('class="next"')[1].split("</section>")[0]
    assert "data-done" not in section, "to look at a letter is not to send it"
    assert "next__all" not in html
    html_valid(html)
    assert story.title not in client.get(letter.get_absolute_url()).content.decode()


@pytest.mark.parametrize("answered", ["zip", "list"])
def test_the_article_is_known_on_the_way_over_the_lookup_to_the_letter(
    client: Client, story: ArticlePage, letter: Letter, answered: str
) -> None:
    load_map({"53703": "WI-2"})
    elect([("WI", "2")])
    address = origins.added(letter.get_absolute_url(), origins.parameter(story.pk))
    html = client.get(address).content.decode()
    if answered == "zip":
        form = html.split('action="/representatives/"')[1].split("</form>")[0]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        html = client.get("/representatives/", {**fields, "zip": "53703"}).content.decode()
    else:
        [by_state] = links(html, "/representatives/?")
        html = client.get(by_state.replace("&amp;", "&")).content.decode()
    to_them = links(html, f"{letter.get_absolute_url()}?to=")
    assert to_them
    assert all(names(link, story) for link in to_them)
    written = client.get(to_them.pop().replace("&amp;", "&")).content.decode()
    assert story.title in written
    [action] = re.findall(r'id="letter" method="post" action="([^"]+)"', written)
    assert names(action, story)


def test_a_forged_parameter_is_handed_on_to_nobody(client: Client, letter: Letter) -> None:
    load_map({"53703": "WI-2"})
    elect([("WI", "2")])
    for address in (letter.get_absolute_url(), "/representatives/"):
        for extra in ({}, {"zip": "53703"}):
            data = {"from": "1:forged", "letter": letter.slug, **extra}
            assert "forged" not in client.get(address, data).content.decode()


def test_to_share_the_article_leads_back_to_it_from_elsewhere(
    client: Client, petition: Petition
) -> None:
    group = {"heading": "Today", "items": [item(1, "share")]}
    story = article(live=True, to_do=[{"type": "group", "value": group}])
    html = thanks(client, petition, origins.parameter(story.pk))
    section = html.split('class="next"')[1].split("</section>")[0]
    assert f'<a href="{story.url}#share">Share this article</a>' in section


def test_a_block_that_stands_on_no_article_leads_on_without_a_name(petition: Petition) -> None:
    block = CallToActionBlock()
    value = block.to_python({"kind": "petition", "text": "Sign.", "petition": petition.pk})
    assert f'href="{petition.get_absolute_url()}"' in block.render(value)


def test_a_letter_is_previewed_without_an_article(letter: Letter, rf: RequestFactory) -> None:
    senator = RepresentativeFactory.create()
    letter.target_rows.create(representative=senator)
    letter.title = "A draft of it"
    answer = letter.make_preview_request(rf.get("/"))
    assert answer.status_code == 200
    assert "A draft of it" in answer.render().content.decode()

"""Related links: rows beside the article that moderators decide on."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def refused(**fields: object) -> set[str]:
    """The fields that a full validation of a link names."""
    link = RelatedLinkFactory(article=article())
    for name, value in fields.items():
        setattr(link, name, value)
    with pytest.raises(ValidationError) as error:
        link.full_clean()
    return set(error.value.error_dict)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://elsewhere.example/x", "elsewhere.example", "data:text/html,x"],
)
def test_a_link_leads_to_the_web_only(address: str) -> None:
    assert refused(address=address) == {"address"}


def test_a_link_was_published_by_now() -> None:
    assert refused(published_at=timezone.now() + datetime.timedelta(days=1)) == {"published_at"}


def test_a_link_needs_a_title() -> None:
    assert refused(title="") == {"title"}


def test_an_article_has_each_link_once() -> None:
    page = article()
    RelatedLinkFactory(article=page, address="https://elsewhere.example/story")
    with pytest.raises(IntegrityError), transaction.atomic():
        RelatedLinkFactory(article=page, address="https://elsewhere.example/story")
    RelatedLinkFactory(article=article(), address="https://elsewhere.example/story")


def test_approved_links_keep_the_moderators_order() -> None:
    page = article()
    last = RelatedLinkFactory(article=page, position=20)
    first = RelatedLinkFactory(article=page, position=10)
    tied = RelatedLinkFactory(article=page, position=20)
    RelatedLinkFactory(article=page, position=1, status=RelatedLink.Status.SUGGESTED)
    RelatedLinkFactory(article=page, position=2, status=RelatedLink.Status.REJECTED)
    assert list(page.related_links.approved()) == [first, last, tied]


def test_a_decision_says_who_made_it_and_when() -> None:
    moderator = UserFactory(role="Moderators")
    link = RelatedLinkFactory(article=article())
    before = timezone.now()
    link.decide(by=moderator)
    assert link.decided_by == moderator
    assert link.decided_at
    assert before <= link.decided_at <= timezone.now()


def test_links_go_with_their_article_and_stay_without_their_moderator() -> None:
    moderator = UserFactory(role="Moderators")
    page = article()
    link = RelatedLinkFactory(article=page, decided_by=moderator)
    moderator.delete()
    link.refresh_from_db()
    assert link.decided_by is None
    page.delete()
    assert not RelatedLink.objects.exists()


# In the admin -------------------------------------------------------------------------------------

LIST, ADD = "wagtailsnippets_news_relatedlink:list", "wagtailsnippets_news_relatedlink:add"


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(UserFactory(role="Moderators"))
    return client


def test_adding_from_an_articles_list_adds_to_that_article_and_returns_to_its_list(
    moderator: Client,
) -> None:
    page = article(title="Finish the pipes")
    RelatedLinkFactory(article=page)
    listed = moderator.get(reverse(LIST), {"article": page.pk}).content.decode()
    add = f"{reverse(ADD)}?article={page.pk}"
    assert f'href="{add}"' in listed
    form = moderator.get(add)
    assert form.context["form"].instance.article_id == page.pk
    answer = moderator.post(
        add,
        {
            "article": page.pk,
            "address": "https://elsewhere.example/new",
            "title": "New",
            "status": "approved",
            "position": "10",
        },
    )
    assert answer.headers["Location"] == f"{reverse(LIST)}?article={page.pk}"
    assert page.related_links.filter(title="New").exists()


def test_an_article_without_links_can_be_asked_for_its_list(moderator: Client) -> None:
    """Its editor and the dashboard lead there, and the first link is added from there."""
    page = article(title="Nothing beside it yet")
    other = RelatedLinkFactory(article=article())
    listed = moderator.get(reverse(LIST), {"article": page.pk}).content.decode()
    assert f"?article={page.pk}" in listed
    assert other.title not in listed


@pytest.mark.parametrize("asked", ["0", "9" * 40, "\u0663", "x", "-1"])
def test_a_list_of_no_article_offers_to_add_to_none(moderator: Client, asked: str) -> None:
    answer = moderator.get(reverse(LIST), {"article": asked})
    assert answer.status_code == 200
    assert f'href="{reverse(ADD)}"' in answer.content.decode()
    assert moderator.get(reverse(ADD), {"article": asked}).status_code == 200

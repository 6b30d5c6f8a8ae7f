"""What the queue's filters leave and offer, and where an order can be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.core.models import User
from news.curation import queue
from news.models import ArticlePage, RelatedLink
from tests.factories.news import RelatedLinkFactory, SourceFactory, article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

QUEUE = reverse("news_related")


@pytest.fixture
def moderator(client: Client) -> Client:
    user: User = UserFactory(role="Moderators")
    client.force_login(user)
    return client


@pytest.fixture
def page() -> ArticlePage:
    return article(live=True, title="Finish the pipes")


def link(page: ArticlePage, status: str = "suggested", **fields: Any) -> RelatedLink:
    made: RelatedLink = RelatedLinkFactory(article=page, status=status, **fields)
    return made


def text_of(client: Client, **asked: Any) -> str:
    answer = client.get(QUEUE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"publisher": "gaz"}, {"new"}),
        ({"age": "3"}, {"new"}),
        ({"age": "30"}, {"new", "old"}),
        ({"text": "OLD"}, {"old"}),
        ({"text": "finish the"}, {"new", "old"}),
        ({"text": "elsewhere.example/x"}, {"old"}),
        ({"title": "finish THE pipes"}, {"new", "old"}),
        ({"title": "old"}, set()),
        ({"text": "nobody wrote of this"}, set()),
        ({"age": "-1", "publisher": "x" * 999}, {"new", "old"}),
    ],
)
def test_filters_leave_what_was_asked_for(
    asked: dict[str, str], expected: set[str], moderator: Client, page: ArticlePage
) -> None:
    now = timezone.now()
    link(page, title="new", publisher="Gazette", published_at=now - timedelta(hours=2))
    link(
        page,
        title="old",
        published_at=now - timedelta(days=9),
        address="https://elsewhere.example/x",
    )
    groups = moderator.get(QUEUE, asked).context["groups"]
    assert {row.title for group in groups for row in group.links} == expected


def test_only_a_whole_list_of_the_approved_can_be_put_in_order(
    moderator: Client, page: ArticlePage
) -> None:
    link(page, "approved", publisher="Gazette")
    assert 'name="order"' in text_of(moderator, state="approved", publisher="gaz")
    for _ in range(queue.LINKS_OF_EACH):
        link(page, "approved", publisher="Elsewhere")
    for asked in ({"publisher": "gaz"}, {}):
        text = text_of(moderator, state="approved", **asked)
        assert 'name="order"' not in text
        assert "dt-links--approved" not in text
    text = text_of(moderator, article=page.pk)
    assert 'name="order"' in text
    assert "dt-links--approved" in text


def test_the_filters_offer_the_articles_that_have_links_and_the_publishers(
    moderator: Client, page: ArticlePage
) -> None:
    article(title="Nothing stands beside it")
    link(page)
    link(page, "approved")
    SourceFactory(name="The Gazette & Sons")
    offered = moderator.get(QUEUE).context
    assert offered["articles"] == ["Finish the pipes"]
    assert "The Gazette & Sons" in offered["publishers"]
    text = text_of(moderator)
    assert '<option value="The Gazette &amp; Sons">' in text
    assert text.count('list="dt-') == text.count('<datalist id="dt-') == 2

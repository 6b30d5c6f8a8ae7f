"""Related links: rows beside the article that moderators decide on."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
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


def test_links_go_with_their_article_and_stay_without_their_moderator() -> None:
    moderator = UserFactory(role="Moderators")
    page = article()
    link = RelatedLinkFactory(article=page, decided_by=moderator)
    moderator.delete()
    link.refresh_from_db()
    assert link.decided_by is None
    page.delete()
    assert not RelatedLink.objects.exists()

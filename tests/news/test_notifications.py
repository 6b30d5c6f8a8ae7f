"""Mails to the newsroom: to the right people, once, and never in the way of the work."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from cms.core.models import User
from news import notifications, reviews
from news.models import ArticlePage, Review
from news.publication import PublicationRefused
from tests.factories.news import article, drafted, paragraph
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.desk import latest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client: Client) -> User:
    user = editor()
    client.force_login(user)
    return user


@pytest.fixture
def page(writer: User) -> ArticlePage:
    made = article(save_as=writer, title="Pipes & “people” {{ x }}")
    drafted(made, "opinion", [paragraph("A model wrote of pipes.")], by=writer)
    drafted(made, "action", [paragraph("A model wrote of calls.")], by=writer)
    return made


def ask(client: Client, page: ArticlePage, **data: Any) -> Any:
    url = reverse("news_ask_for_review", args=[page.pk])
    return client.post(
        url, {"section": "opinion", **data}, headers={"X-Requested-With": "XMLHttpRequest"}
    )


def decide(client: Client, page: ArticlePage, *, by: User, **data: Any) -> Any:
    client.force_login(by)
    seen = reviews.state_of(latest_of(page), "opinion").digest
    return client.post(
        reverse("news_review", args=[page.pk]),
        {"section": "opinion", "seen": seen, "decision": "approve", "note": "", **data},
    )


def told() -> list[str]:
    return sorted(address for mail in Email.objects.all() for address in mail.to)


def test_who_is_asked_is_told_where_to_go(client: Client, page: ArticlePage, writer: User) -> None:
    someone = reviewer()
    reviewer()
    answer = ask(client, page, reviewer=str(someone.pk))
    assert answer.json() == {"message": f"Asked {someone.public_name} to review Opinion."}
    mail = Email.objects.get()
    assert mail.to == [someone.email]
    assert mail.subject == "Please review Opinion: Pipes & “people” {{ x }}"
    assert f"{writer.public_name} asks you to review the section Opinion" in mail.message
    assert "“Pipes & “people” {{ x }}”" in mail.message
    assert f"{settings.SITE_URL}/admin/review/{page.pk}/" in mail.message


def test_without_a_name_every_reviewer_who_works_here_is_told_but_whoever_asks(
    client: Client, page: ArticlePage, writer: User
) -> None:
    writer.groups.add(Group.objects.get(name="Reviewers"))
    reviewer()
    reviewer()
    UserFactory(role="Reviewers", is_active=False)
    UserFactory(role="Reviewers", email="")
    UserFactory(is_superuser=True)
    ask(client, page)
    addresses = reviews.reviewers().exclude(pk=writer.pk).exclude(email="")
    assert told() == sorted(addresses.values_list("email", flat=True))
    assert len(told()) == 3


def test_asking_again_tells_nobody_again(client: Client, page: ArticlePage) -> None:
    first, second = reviewer(), reviewer()
    ask(client, page)
    assert len(told()) == 2
    ask(client, page)
    assert len(told()) == 2
    ask(client, page, reviewer=str(second.pk))
    ask(client, page, reviewer=str(second.pk))
    assert told() == sorted([first.email, second.email, second.email])


def test_asking_for_all_tells_of_each_section_once(client: Client, page: ArticlePage) -> None:
    someone = reviewer()
    answer = ask(client, page, section="all", reviewer=str(someone.pk))
    assert "to review Opinion, Action." in answer.json()["message"]
    assert sorted(mail.subject.split(":")[0] for mail in Email.objects.all()) == [
        "Please review Action",
        "Please review Opinion",
    ]


def test_a_request_that_is_refused_tells_nobody(client: Client, page: ArticlePage) -> None:
    reviewer()
    assert ask(client, page, section="to_do").status_code == 422
    assert ask(client, page, section="nothing").status_code == 422
    assert told() == []


def test_whoever_asked_is_told_how_it_ended(
    client: Client, page: ArticlePage, writer: User
) -> None:
    someone = reviewer()
    ask(client, page, reviewer=str(someone.pk))
    Email.objects.all().delete()
    decide(client, page, by=someone, decision="send_back", note="Who <says> so?")
    mail = Email.objects.get()
    assert mail.to == [writer.email]
    assert mail.subject.startswith("Opinion, changes wanted: ")
    assert f"{someone.public_name} would like changes" in mail.message
    assert "Who <says> so?" in mail.message
    assert f"{settings.SITE_URL}/admin/pages/{page.pk}/edit/" in mail.message


def test_an_approval_is_told_once(client: Client, page: ArticlePage, writer: User) -> None:
    someone = reviewer()
    ask(client, page, reviewer=str(someone.pk))
    Email.objects.all().delete()
    assert decide(client, page, by=someone).status_code == 302
    assert decide(client, page, by=someone).status_code == 302
    assert [mail.subject.split(":")[0] for mail in Email.objects.all()] == ["Opinion, approved"]
    assert told() == [writer.email]


def test_where_nobody_asked_the_last_editor_is_told(
    client: Client, page: ArticlePage, writer: User
) -> None:
    decide(client, page, by=reviewer(), decision="send_back", note="Not yet.")
    assert told() == [writer.email]


def test_who_has_left_is_not_written_to(client: Client, page: ArticlePage, writer: User) -> None:
    ask(client, page)
    Email.objects.all().delete()
    writer.is_active = False
    writer.save()
    decide(client, page, by=reviewer())
    assert told() == []


def test_who_decides_on_their_own_request_gets_no_mail(client: Client, page: ArticlePage) -> None:
    both = editor()
    both.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(both)
    ask(client, page)
    Email.objects.all().delete()
    decide(client, page, by=both)
    assert told() == []


@pytest.mark.parametrize("address", ["nonsense", "a@b@c", "x\n@y.example"])
def test_an_account_with_a_broken_address_stops_nobody(
    client: Client, page: ArticlePage, address: str
) -> None:
    UserFactory(role="Reviewers", email=address)
    someone = reviewer()
    assert ask(client, page).status_code == 200
    assert told() == [someone.email]
    assert Review.objects.count() == 1


def test_a_refused_schedule_is_told_even_where_the_address_is_broken(page: ArticlePage) -> None:
    broken = UserFactory(role="Editors", email="nonsense")
    page = latest_of(page)
    revision = page.save_revision(user=broken)
    notifications.not_published(page=page, revision=revision, refusal=PublicationRefused(page, []))
    revision.user = None
    notifications.not_published(page=page, revision=revision, refusal=PublicationRefused(page, []))
    assert told() == []

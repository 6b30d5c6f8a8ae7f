"""What moderators decide about links."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import PageLogEntry

from cms.core.models import User
from news.curation import decisions
from news.curation.announcing import shown_links_changed
from news.curation.decisions import CurationRefused
from news.models import ArticlePage, Curation, RelatedLink
from tests.factories.news import RelatedLinkFactory, article
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

Status = RelatedLink.Status
NOW = timezone.now


@pytest.fixture
def page() -> ArticlePage:
    return article(live=True)


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="Moderators")


@pytest.fixture
def colleague() -> User:
    return UserFactory(role="Moderators", first_name="Ada", last_name="Lovelace")


def suggested(page: ArticlePage, number: int = 1) -> list[RelatedLink]:
    return [
        RelatedLinkFactory(article=page, status=Status.SUGGESTED, score=1 - n / 100)
        for n in range(number)
    ]


def approved(page: ArticlePage, number: int) -> list[RelatedLink]:
    return [RelatedLinkFactory(article=page, position=(n + 1) * 10) for n in range(number)]


def as_seen(*links: RelatedLink) -> dict[int, str]:
    return {link.pk: link.status for link in links}


def fresh(link: RelatedLink) -> RelatedLink:
    return RelatedLink.objects.get(pk=link.pk)


def order_of(page: ArticlePage) -> list[int]:
    return list(page.related_links.approved().values_list("pk", flat=True))


def history_of(page: ArticlePage) -> list[str]:
    return [entry.message for entry in PageLogEntry.objects.filter(page=page).order_by("pk")][-3:]


# Approving ----------------------------------------------------------------------------------------


def test_approved_links_follow_those_that_are_shown_in_the_order_given(
    page: ArticlePage, moderator: User
) -> None:
    first = approved(page, 2)
    one, two, three = suggested(page, 3)
    outcome = decisions.approve(seen=as_seen(three, one), by=moderator)
    assert outcome.changed == [three.pk, one.pk]
    assert order_of(page) == [first[0].pk, first[1].pk, three.pk, one.pk]
    assert fresh(two).status == Status.SUGGESTED


def test_a_decision_says_who_made_it_and_when(page: ArticlePage, moderator: User) -> None:
    link, *_ = suggested(page)
    before = NOW()
    decisions.approve(seen=as_seen(link), by=moderator)
    assert fresh(link).decided_by == moderator
    decided_at = fresh(link).decided_at
    assert decided_at is not None
    assert before <= decided_at <= NOW()


def test_an_eleventh_is_approved_and_said_to_be_out_of_sight(
    page: ArticlePage, moderator: User
) -> None:
    approved(page, 9)
    tenth, eleventh = suggested(page, 2)
    assert decisions.approve(seen=as_seen(tenth), by=moderator).remark == ""
    outcome = decisions.approve(seen=as_seen(eleventh), by=moderator)
    assert "Readers see the first 10" in outcome.remark
    assert order_of(page)[-1] == eleventh.pk


def test_many_links_of_many_articles_are_one_action_with_one_entry_for_each_article(
    moderator: User,
) -> None:
    pages = [article(), article()]
    links = [link for page in pages for link in suggested(page, 2)]
    decisions.approve(seen=as_seen(*links), by=moderator)
    assert Curation.objects.count() == 1
    for page, pair in zip(pages, (links[:2], links[2:]), strict=True):
        said = history_of(page)[-1]
        assert said == f"2 related links approved: “{pair[0].title}”, “{pair[1].title}”"
        entry = PageLogEntry.objects.filter(page=page).latest("pk")
        assert entry.user == moderator


# Rejecting, putting back, keeping, removing -------------------------------------------------------


def test_a_rejection_keeps_its_reason_and_says_it_in_the_articles_history(
    page: ArticlePage, moderator: User
) -> None:
    link, *_ = suggested(page)
    decisions.reject(seen=as_seen(link), because="  Too old ", by=moderator)
    assert (fresh(link).status, fresh(link).rejected_because) == (Status.REJECTED, "Too old")
    assert history_of(page)[-1] == f"Related link rejected (Too old): “{link.title}”"


def test_a_reason_longer_than_its_field_is_cut(page: ArticlePage, moderator: User) -> None:
    link, *_ = suggested(page)
    decisions.reject(seen=as_seen(link), because="x" * 900, by=moderator)
    assert fresh(link).rejected_because == "x" * 200


def test_a_link_put_back_waits_as_if_nobody_had_decided(page: ArticlePage, moderator: User) -> None:
    link, *_ = suggested(page)
    decisions.reject(seen=as_seen(link), because="Too old", by=moderator)
    decisions.put_back(seen=as_seen(fresh(link)), by=moderator)
    again = fresh(link)
    assert (again.status, again.decided_by, again.decided_at, again.rejected_because) == (
        Status.SUGGESTED,
        None,
        None,
        "",
    )


def test_a_broken_link_that_is_kept_is_no_longer_listed_as_broken(
    page: ArticlePage, moderator: User
) -> None:
    link = RelatedLinkFactory(
        article=page, broken_since=NOW(), failed_checks=3, check_message="It answered 404."
    )
    decisions.keep(seen=as_seen(link), by=moderator)
    assert not RelatedLink.objects.broken().exists()
    assert (fresh(link).failed_checks, fresh(link).check_message) == (0, "")


def test_a_removed_link_is_gone(page: ArticlePage, moderator: User) -> None:
    link, other = approved(page, 2)
    decisions.remove(seen=as_seen(link), by=moderator)
    assert order_of(page) == [other.pk]


# Two at once --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act", [decisions.approve, decisions.reject, decisions.put_back, decisions.remove]
)
def test_who_comes_second_is_told_who_was_first_and_changes_nothing(
    act: Callable[..., decisions.Outcome], page: ArticlePage, moderator: User, colleague: User
) -> None:
    link, other = suggested(page, 2)
    seen = as_seen(link, other)
    decisions.reject(seen=as_seen(link), because="Too old", by=colleague)
    outcome = act(seen=seen, by=moderator)
    assert outcome.missed[link.pk] == "Ada Lovelace has rejected this link meanwhile (Too old)."
    assert fresh(link).decided_by == colleague
    if act is not decisions.put_back:
        assert outcome.changed == [other.pk]


def test_a_link_that_is_gone_is_said_to_be(page: ArticlePage, moderator: User) -> None:
    link, *_ = suggested(page)
    seen = as_seen(link)
    link.delete()
    outcome = decisions.approve(seen=seen, by=moderator)
    assert "removed" in next(iter(outcome.missed.values()))
    assert not Curation.objects.exists()


# Moving -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "to", "after"), [(0, 2, "1203"), (3, 0, "3012"), (1, 99, "0231"), (2, 2, "0123")]
)
def test_a_link_is_moved_to_a_place_among_the_approved(
    at: int, to: int, after: str, page: ArticlePage, moderator: User
) -> None:
    links = approved(page, 4)
    ids = [link.pk for link in links]
    decisions.move(link_id=ids[at], to=to, seen=ids, by=moderator)
    assert order_of(page) == [ids[int(digit)] for digit in after]


def test_links_with_equal_positions_can_be_told_apart_by_moving(
    page: ArticlePage, moderator: User
) -> None:
    links = [RelatedLinkFactory(article=page, position=100) for _ in range(3)]
    ids = [link.pk for link in links]
    decisions.move(link_id=ids[2], to=0, seen=ids, by=moderator)
    assert order_of(page) == [ids[2], ids[0], ids[1]]


def test_an_order_that_somebody_changed_meanwhile_is_not_changed_blindly(
    page: ArticlePage, moderator: User, colleague: User
) -> None:
    ids = [link.pk for link in approved(page, 3)]
    decisions.move(link_id=ids[2], to=0, seen=ids, by=colleague)
    with pytest.raises(CurationRefused, match="meanwhile"):
        decisions.move(link_id=ids[0], to=1, seen=ids, by=moderator)
    assert order_of(page) == [ids[2], ids[0], ids[1]]


def test_only_approved_links_have_a_place(page: ArticlePage, moderator: User) -> None:
    link, *_ = suggested(page)
    with pytest.raises(CurationRefused, match="no longer among the approved"):
        decisions.move(link_id=link.pk, to=0, seen=[link.pk], by=moderator)


# Adding and editing -------------------------------------------------------------------------------

ADDRESS = "https://elsewhere.example/story"


def test_an_added_link_is_approved_and_stands_last(page: ArticlePage, moderator: User) -> None:
    approved(page, 2)
    when = NOW() - datetime.timedelta(hours=3)
    decisions.add(
        article_id=page.pk,
        address=ADDRESS,
        title="What it costs",
        publisher="Elsewhere",
        published_at=when,
        by=moderator,
    )
    link = page.related_links.get(address=ADDRESS)
    assert order_of(page)[-1] == link.pk
    assert (link.status, link.decided_by, link.published_at) == (Status.APPROVED, moderator, when)


def test_an_address_that_was_rejected_is_approved_when_somebody_adds_it(
    page: ArticlePage, moderator: User
) -> None:
    link = RelatedLinkFactory(article=page, address=ADDRESS, status=Status.REJECTED)
    outcome = decisions.add(article_id=page.pk, address=ADDRESS, title="Again", by=moderator)
    assert outcome.remark.startswith("This link had been rejected; it is approved now.")
    assert fresh(link).status == Status.APPROVED


def test_an_address_that_is_shown_already_is_refused(page: ArticlePage, moderator: User) -> None:
    RelatedLinkFactory(article=page, address=ADDRESS)
    with pytest.raises(CurationRefused, match="already"):
        decisions.add(article_id=page.pk, address=ADDRESS, title="Again", by=moderator)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 301},
        {"publisher": "x" * 161},
        {"address": "javascript:alert(1)"},
        {"published_at": timezone.now() + datetime.timedelta(days=2)},
    ],
)
def test_what_is_no_link_is_not_added(
    fields: dict[str, object], page: ArticlePage, moderator: User
) -> None:
    values = {"address": ADDRESS, "title": "A title", **fields}
    with pytest.raises(ValidationError):
        decisions.add(article_id=page.pk, by=moderator, **values)  # type: ignore[arg-type]
    assert not page.related_links.exists()


def test_an_article_that_is_gone_gets_no_link(moderator: User) -> None:
    with pytest.raises(CurationRefused, match="gone"):
        decisions.add(article_id=987_654, address=ADDRESS, title="A title", by=moderator)


def test_a_link_is_corrected(page: ArticlePage, moderator: User) -> None:
    link, *_ = approved(page, 1)
    values = {"title": "Better", "publisher": "The Gazette", "published_at": None}
    decisions.edit(link_id=link.pk, by=moderator, **values)  # type: ignore[arg-type]
    assert (fresh(link).title, fresh(link).publisher) == ("Better", "The Gazette")
    assert history_of(page)[-1] == "Related link edited: “Better”"
    assert decisions.edit(link_id=link.pk, by=moderator, **values).changed == []  # type: ignore[arg-type]


# One place says what readers see ------------------------------------------------------------------


@pytest.fixture
def announced() -> object:
    heard: list[set[int]] = []

    def hear(article_ids: set[int], **kwargs: object) -> None:
        heard.append(article_ids)

    shown_links_changed.connect(hear)
    yield heard
    shown_links_changed.disconnect(hear)


def test_every_change_of_what_readers_see_is_announced_once_it_holds(
    page: ArticlePage,
    moderator: User,
    announced: list[set[int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    links = approved(page, 3)
    ids = [link.pk for link in links]
    waiting, *_ = suggested(page)
    acts: list[Callable[[], object]] = [
        lambda: decisions.move(link_id=ids[2], to=0, seen=ids, by=moderator),
        lambda: decisions.approve(seen=as_seen(waiting), by=moderator),
        lambda: decisions.reject(seen=as_seen(links[0]), by=moderator),
        lambda: decisions.put_back(seen=as_seen(links[1]), by=moderator),
        lambda: decisions.add(article_id=page.pk, address=ADDRESS, title="New", by=moderator),
        lambda: decisions.edit(
            link_id=ids[2], title="X", publisher="", published_at=None, by=moderator
        ),
        lambda: decisions.remove(seen=as_seen(links[2]), by=moderator),
    ]
    for number, act in enumerate(acts, start=1):
        with django_capture_on_commit_callbacks(execute=True):
            act()
            assert len(announced) == number - 1
        assert announced[number - 1 :] == [{page.pk}], number


def test_what_readers_do_not_see_is_not_announced(
    page: ArticlePage,
    moderator: User,
    announced: list[set[int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    link, *_ = suggested(page)
    with django_capture_on_commit_callbacks(execute=True):
        decisions.reject(seen=as_seen(link), by=moderator)
        decisions.put_back(seen=as_seen(fresh(link)), by=moderator)
    assert announced == []

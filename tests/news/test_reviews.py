"""A review binds one person's judgement to exactly one content, and four eyes hold for everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from wagtail.models import GroupPagePermission, PageLogEntry, Site

from cms.core.models import User
from news import reviews
from news.models import ArticlePage, Review
from news.models.settings import NewsroomSettings
from news.publication import PublicationRefused
from tests.factories.news import approve, article, drafted, paragraph
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.desk import edit, latest_of

pytestmark = pytest.mark.django_db

TEXT = "A model wrote that the deadline should stand, and that the money must follow it."


@pytest.fixture
def writer() -> User:
    return editor()


@pytest.fixture
def page(writer: User) -> ArticlePage:
    """An article whose Opinion was drafted for the writer."""
    made = article(save_as=writer)
    drafted(made, "opinion", [paragraph(TEXT)], by=writer)
    return made


def both_roles() -> User:
    user = editor()
    user.groups.add(Group.objects.get(name="Reviewers"))
    return user


def state(page: ArticlePage, section: str = "opinion") -> reviews.SectionState:
    return reviews.state_of(latest_of(page), section)


def ask(page: ArticlePage, *, by: User, of: User | None = None, section: str = "opinion") -> Review:
    return reviews.ask(page=latest_of(page), section=section, asked_by=by, reviewer=of)


def decide(page: ArticlePage, *, by: User, approve: bool = True, note: str = "Cut it.") -> Review:
    return reviews.decide(
        page=latest_of(page),
        section="opinion",
        seen=state(page).digest,
        approve=approve,
        reviewer=by,
        note=note,
    )


def change(page: ArticlePage, *, by: User, to: str = "must") -> None:
    edit(
        page,
        "opinion",
        lambda blocks: [{**b, "value": b["value"].replace("should", to)} for b in blocks],
        by=by,
    )


# Asking -------------------------------------------------------------------------------------------


def test_asking_binds_a_request_to_the_content(page: ArticlePage, writer: User) -> None:
    someone = reviewer()
    review = ask(page, by=writer, of=someone)
    assert review.decision == Review.Decision.ASKED
    assert (review.asked_by, review.reviewer) == (writer, someone)
    assert review.content_hash == state(page).digest
    assert TEXT in str(review.content)
    assert review.holds_model_text
    assert state(page).label == "Review asked for"
    entry = PageLogEntry.objects.filter(page=page, action="news.review.ask").get()
    assert entry.user == writer


def test_asking_twice_is_one_request(page: ArticlePage, writer: User) -> None:
    first = ask(page, by=writer)
    assert ask(page, by=writer) == first
    assert ask(page, by=editor()) == first
    assert Review.objects.count() == 1


def test_asking_again_may_name_somebody_else(page: ArticlePage, writer: User) -> None:
    first, second = reviewer(), reviewer()
    ask(page, by=writer, of=first)
    assert ask(page, by=writer, of=second).reviewer == second
    assert ask(page, by=writer).reviewer == second
    assert Review.objects.count() == 1


def test_asking_for_newer_content_withdraws_the_older_request(
    page: ArticlePage, writer: User
) -> None:
    first = ask(page, by=writer)
    change(page, by=writer)
    assert state(page).label == "Needs review"
    second = ask(page, by=writer)
    first.refresh_from_db()
    assert (first.decision, second.decision) == (
        Review.Decision.WITHDRAWN,
        Review.Decision.ASKED,
    )
    assert first.decided_at is not None
    assert first.decided_by is None


def test_another_sections_request_stays(page: ArticlePage, writer: User) -> None:
    edit(page, "action", lambda _: [paragraph("Call them.")], by=writer)
    other = ask(page, by=writer, section="action")
    ask(page, by=writer)
    other.refresh_from_db()
    assert other.decision == Review.Decision.ASKED


def refused(what: Callable[[], Any]) -> str:
    with pytest.raises(reviews.ReviewRefused) as refusal, transaction.atomic():
        what()
    return str(refusal.value)


def test_an_empty_section_cannot_be_asked_for(page: ArticlePage, writer: User) -> None:
    assert "To Do is empty" in refused(lambda: ask(page, by=writer, section="to_do"))


def test_an_approved_section_cannot_be_asked_for_again(page: ArticlePage, writer: User) -> None:
    approve(page, "opinion", by=reviewer())
    assert "approved as it stands" in refused(lambda: ask(page, by=writer))


@pytest.mark.parametrize("role", ["Moderators", "Campaigners", None])
def test_who_may_not_edit_the_article_cannot_ask(page: ArticlePage, role: str | None) -> None:
    assert "You may not edit this article" in refused(lambda: ask(page, by=UserFactory(role=role)))


def test_the_right_to_edit_elsewhere_is_none_here(page: ArticlePage) -> None:
    elsewhere = article()
    stranger = UserFactory(role="Moderators")
    GroupPagePermission.objects.create(
        group=stranger.groups.get(),
        page=elsewhere,
        permission=GroupPagePermission.objects.filter(permission__codename="change_page")
        .first()
        .permission,
    )
    drafted(elsewhere, "opinion", [paragraph(TEXT)], by=editor())
    assert ask(elsewhere, by=stranger).asked_by == stranger
    assert "You may not edit this article" in refused(lambda: ask(page, by=stranger))


def test_nobody_is_asked_who_could_not_approve(page: ArticlePage, writer: User) -> None:
    drafter = both_roles()
    drafted(page, "opinion", [paragraph(TEXT)], by=drafter)
    message = refused(lambda: ask(page, by=writer, of=drafter))
    assert f"{drafter.public_name} may not approve Opinion" in message
    assert "may not approve" in refused(lambda: ask(page, by=writer, of=editor()))
    assert not Review.objects.exists()


# Deciding -----------------------------------------------------------------------------------------


def test_an_approval_ends_the_request_and_opens_the_gate(page: ArticlePage, writer: User) -> None:
    asked, someone = ask(page, by=writer), reviewer()
    before = timezone.now()
    decided = decide(page, by=someone, note="  Well done.  ")
    assert decided == asked
    assert (decided.decision, decided.decided_by) == (Review.Decision.APPROVED, someone)
    assert decided.decided_at is not None
    assert decided.decided_at >= before
    assert decided.note == "Well done."
    assert state(page).label == f"Approved by {someone.public_name}"
    assert PageLogEntry.objects.filter(page=page, action="news.review.approve").exists()
    latest_of(page).get_latest_revision().publish()
    page.refresh_from_db()
    assert page.live


def test_without_a_request_the_record_says_that_nobody_asked(page: ArticlePage) -> None:
    decided = decide(page, by=reviewer())
    assert (decided.asked_by, decided.reviewer) == (None, None)


def test_approving_twice_is_one_approval(page: ArticlePage) -> None:
    someone = reviewer()
    first = decide(page, by=someone)
    again = decide(page, by=reviewer())
    assert (again, again.decided_by, again.decided_at) == (first, someone, first.decided_at)
    assert Review.objects.count() == 1


def test_sending_back_needs_a_note(page: ArticlePage, writer: User) -> None:
    someone = reviewer()
    ask(page, by=writer)
    for note in ("", "   ", "\n\t"):
        message = refused(partial(decide, page, by=someone, approve=False, note=note))
        assert "Say what should change" in message
    sent_back = decide(page, by=someone, approve=False, note="Who says so?")
    assert sent_back.decision == Review.Decision.CHANGES
    assert state(page).label == "Changes wanted"
    assert state(page).needs_approval


def test_a_very_long_note_is_cut(page: ArticlePage) -> None:
    assert len(decide(page, by=reviewer(), note="x" * 100_000).note) == 4000


def test_what_was_not_seen_is_not_approved(page: ArticlePage, writer: User) -> None:
    seen = state(page).digest
    change(page, by=writer)
    for wrong in (seen, "", "x" * 10_000):
        message = refused(
            partial(
                reviews.decide,
                page=latest_of(page),
                section="opinion",
                seen=wrong,
                approve=True,
                reviewer=reviewer(),
            )
        )
        assert "was changed while you read it" in message
    assert not Review.objects.exists()


def test_an_empty_section_is_not_approved(page: ArticlePage) -> None:
    message = refused(
        lambda: reviews.decide(
            page=latest_of(page), section="to_do", seen="", approve=True, reviewer=reviewer()
        )
    )
    assert "nothing to approve" in message


def test_an_edit_voids_the_approval_and_undoing_it_brings_it_back(
    page: ArticlePage, writer: User
) -> None:
    approve(page, "opinion", by=reviewer())
    change(page, by=writer)
    assert state(page).label == "Changed since it was approved"
    assert state(page).needs_approval
    edit(
        page,
        "opinion",
        lambda blocks: [{**b, "value": b["value"].replace("must", "should", 1)} for b in blocks],
        by=writer,
    )
    assert not state(page).needs_approval


def test_sending_back_what_was_approved_revokes_the_approval(page: ArticlePage) -> None:
    approve(page, "opinion", by=reviewer())
    decide(page, by=reviewer(), approve=False)
    assert state(page).needs_approval
    with pytest.raises(PublicationRefused):
        latest_of(page).get_latest_revision().publish()
    decide(page, by=reviewer())
    latest_of(page).get_latest_revision().publish()


def test_an_approval_of_one_section_or_page_is_none_of_another(
    page: ArticlePage, writer: User
) -> None:
    other = article(save_as=writer)
    drafted(other, "opinion", [paragraph(TEXT)], by=writer)
    edit(page, "action", lambda _: [paragraph(TEXT)], by=writer)
    approve(page, "opinion", by=reviewer())
    assert not state(page).needs_approval
    assert state(page, "action").needs_approval
    assert state(other).needs_approval


def test_what_people_wrote_needs_no_approval_and_may_have_one(writer: User) -> None:
    page = article(save_as=writer, opinion=[paragraph("We think the deadline is right.")])
    assert (state(page).label, state(page).needs_approval) == ("Written by people", False)
    ask(page, by=writer)
    someone = reviewer()
    review = decide(page, by=someone)
    assert not review.holds_model_text
    assert state(page).label == f"Approved by {someone.public_name}"


def test_a_reviewer_whose_account_is_gone_leaves_the_approval(page: ArticlePage) -> None:
    someone = reviewer()
    approve(page, "opinion", by=someone)
    someone.delete()
    assert state(page).label == "Approved by a reviewer"
    assert not state(page).needs_approval


# Who may ------------------------------------------------------------------------------------------


def test_who_may_not_approve_at_all(page: ArticlePage) -> None:
    people: list[User] = [editor(), UserFactory(role="Moderators")]
    people += [UserFactory(role="Campaigners")]
    people += [UserFactory(), UserFactory(role="Reviewers", is_active=False)]
    people += [UserFactory(is_superuser=True, is_active=False)]
    for person in people:
        assert "You may not approve commentary" in refused(partial(decide, page, by=person))
    assert not Review.objects.exists()


def drafted_it(page: ArticlePage, person: User, writer: User) -> None:
    drafted(page, "opinion", [paragraph(TEXT)], by=person)
    change(page, by=writer)


def edited_it_last(page: ArticlePage, person: User, writer: User) -> None:
    change(page, by=person)


def edited_it_before(page: ArticlePage, person: User, writer: User) -> None:
    change(page, by=person)
    change(page, by=writer, to="shall")
    edit(page, "opinion", lambda blocks: [*blocks, paragraph("And so on.")], by=writer)


def only_saved_it(page: ArticlePage, person: User, writer: User) -> None:
    edit(page, "opinion", lambda blocks: blocks, by=person)


def asked_for_the_review(page: ArticlePage, person: User, writer: User) -> None:
    ask(page, by=person)


def discarded_their_draft(page: ArticlePage, person: User, writer: User) -> None:
    kept = latest_of(page).opinion.get_prep_value()
    drafted(page, "opinion", [paragraph("Something else that a model said.")], by=person)
    edit(page, "opinion", lambda _: kept, by=writer)


def had_nothing_to_do_with_it(page: ArticlePage, person: User, writer: User) -> None:
    pass


BOUND = [(drafted_it, True), (edited_it_last, True)]
FREE = [
    (edited_it_before, False),
    (only_saved_it, False),
    (asked_for_the_review, False),
    (discarded_their_draft, False),
    (had_nothing_to_do_with_it, False),
]


@pytest.mark.parametrize("four_eyes", [True, False], ids=["four eyes", "two eyes"])
@pytest.mark.parametrize("superuser", [False, True], ids=["reviewer", "superuser"])
@pytest.mark.parametrize(
    ("did", "is_bound"), BOUND + FREE, ids=lambda value: getattr(value, "__name__", "")
)
def test_four_eyes(
    page: ArticlePage,
    writer: User,
    did: Callable[[ArticlePage, User, User], None],
    is_bound: bool,
    superuser: bool,
    four_eyes: bool,
) -> None:
    NewsroomSettings.objects.update_or_create(
        site=Site.objects.get(), defaults={"four_eyes": four_eyes}
    )
    person = UserFactory(is_superuser=True) if superuser else both_roles()
    did(page, person, writer)
    if is_bound and four_eyes:
        assert "(four eyes)" in refused(lambda: decide(page, by=person))
        assert state(page).needs_approval
    else:
        decide(page, by=person)
        assert not state(page).needs_approval


def test_reviewers_are_those_who_may_approve_and_still_work_here() -> None:
    someone, other = reviewer(), both_roles()
    chief = UserFactory(is_superuser=True)
    by_name = UserFactory(role="Moderators")
    by_name.user_permissions.add(
        *someone.groups.get().permissions.filter(codename="approve_commentary")
    )
    editor()
    UserFactory(role="Reviewers", is_active=False)
    found = reviews.reviewers()
    assert set(found) == {someone, other, chief, by_name}
    assert found.count() == 4


# Cost ---------------------------------------------------------------------------------------------


def test_a_state_takes_few_queries_however_many_blocks_and_reviews(
    writer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 12):
        page = article(save_as=writer)
        blocks = [paragraph(f"Drafted sentence number {n} of many.") for n in range(number)]
        drafted(page, "opinion", blocks, by=writer)
        for _ in range(number):
            change(page, by=writer)
            ask(page, by=writer)
            decide(page, by=reviewer(), approve=False)
        latest = latest_of(page)
        with django_assert_num_queries(3):
            reviews.state_of(latest, "opinion")


def test_a_page_that_was_never_saved_has_states() -> None:
    new = ArticlePage(title="New", opinion=[paragraph("Not saved yet.")])
    assert [state.label for state in reviews.states_of(new)] == [
        "Written by people",
        "Empty",
        "Empty",
    ]

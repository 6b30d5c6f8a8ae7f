"""What waits for whoever logs in: each role sees its own, and no more queries than before."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import Site

from advocacy.models import PetitionStatus
from cms.core.models import User
from news import dashboard, reviews
from news.models import ArticlePage, DraftRun, RelatedLink
from news.models.settings import NewsroomSettings
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import (
    RelatedLinkFactory,
    approve,
    article,
    block,
    drafted,
    paragraph,
)
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.desk import edit, latest_of

pytestmark = pytest.mark.django_db

TEXT = "A model wrote that the deadline should stand, and that the money must follow it."
PANELS = {
    "reviews-asked",
    "reviews-sent-back",
    "drafts-without-review",
    "short-of-links",
    "stale-articles",
    "forgotten-drafts",
    "stale-petitions-and-letters",
    "drafting-budget",
}


@pytest.fixture
def writer() -> User:
    return editor()


def home(client: Client, user: User) -> str:
    client.force_login(user)
    response = client.get(reverse("wagtailadmin_home"))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def panel(client: Client, user: User, name: str) -> str:
    """The text of one panel on somebody's home."""
    found = re.search(
        rf'<section[^>]*\bid="{name}-section".*?</section>', home(client, user), re.DOTALL
    )
    return found.group() if found else ""


def waiting(writer: User, title: str = "Pipes") -> ArticlePage:
    page = article(save_as=writer, title=title)
    drafted(page, "opinion", [paragraph(f"{TEXT} On {title}.")], by=writer)
    return page


def ask(page: ArticlePage, *, by: User, of: User | None = None) -> None:
    reviews.ask(page=latest_of(page), section="opinion", asked_by=by, reviewer=of)


def send_back(page: ArticlePage, *, by: User, note: str = "Whose money?") -> None:
    latest = latest_of(page)
    reviews.decide(
        page=latest,
        section="opinion",
        seen=reviews.state_of(latest, "opinion").digest,
        approve=False,
        reviewer=by,
        note=note,
    )


# Who sees what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (
            "Editors",
            {
                "reviews-sent-back",
                "drafts-without-review",
                "stale-articles",
                "forgotten-drafts",
                "drafting-budget",
            },
        ),
        ("Reviewers", {"reviews-asked", "drafting-budget"}),
        ("Moderators", {"short-of-links"}),
        ("Campaigners", {"stale-petitions-and-letters"}),
        (None, PANELS),
    ],
)
def test_each_role_sees_its_panels(
    client: Client, writer: User, role: str | None, expected: set[str]
) -> None:
    page = waiting(writer)
    send_back(page, by=reviewer())
    text = home(client, UserFactory(role=role, is_superuser=role is None))
    assert {name for name in PANELS if f'id="{name}-section"' in text} == expected


def test_an_empty_newsroom_says_so(client: Client) -> None:
    text = home(client, UserFactory(is_superuser=True))
    assert "No review waits for you." in text
    assert "Nothing waits here." in text
    assert "No draft lies about." in text
    assert "has at least three related links" in text
    assert 'id="reviews-sent-back-section"' not in text


def test_the_home_takes_as_many_queries_with_much_as_with_little(
    client: Client, writer: User
) -> None:
    chief = UserFactory(is_superuser=True)

    def fill() -> None:
        left = RepresentativeFactory(left_office_on=timezone.localdate())
        for n in range(2):
            page = waiting(writer, title=f"Pipes {n}")
            ask(page, by=writer)
            send_back(waiting(writer), by=reviewer())
            waiting(writer)
            article(live=True, petition=PetitionFactory(status=PetitionStatus.CLOSED))
            call = {"kind": "representative", "text": "Call.", "representative": left.pk}
            article(live=True, action=[block("call_to_action", call)])
            DraftRun.objects.create(section="action", site=Site.objects.get(), cost=1)
        ArticlePage.objects.filter(live=False).update(
            has_unpublished_changes=True,
            latest_revision_created_at=timezone.now() - timedelta(days=20),
        )

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            for kind in dashboard.PANELS:
                shown = kind(request)
                shown.render_html({"request": request})
        return len(counted)

    client.force_login(chief)
    request: Any = client.get(reverse("wagtailadmin_home")).wsgi_request
    fill()
    queries()
    few = queries()
    fill()
    assert queries() == few
    assert few <= 25


# Drafted, and nobody asked ------------------------------------------------------------------------


def test_a_draft_that_nobody_was_asked_to_review_waits(client: Client, writer: User) -> None:
    page = waiting(writer)
    text = panel(client, writer, "drafts-without-review")
    assert "Pipes" in text
    assert "Opinion" in text
    assert writer.public_name in text
    assert f"/admin/pages/{page.pk}/edit/" in text


def test_it_waits_no_longer_once_somebody_is_asked_or_decides(client: Client, writer: User) -> None:
    page = waiting(writer)
    ask(page, by=writer)
    assert dashboard.sections_without_review() == []
    approve(page, "opinion", by=reviewer())
    assert dashboard.sections_without_review() == []
    send_back(page, by=reviewer())
    assert dashboard.sections_without_review() == []
    edit(page, "opinion", lambda blocks: [*blocks, paragraph("More.")], by=writer)
    assert [edit.page for edit in dashboard.sections_without_review()] == [page]


def test_a_draft_that_was_thrown_away_does_not_wait(writer: User) -> None:
    page = waiting(writer)
    own = paragraph("We wrote all of this by ourselves, and it has no word of the machine's.")
    edit(page, "opinion", lambda _: [own], by=writer)
    assert dashboard.sections_without_review() == []
    edit(page, "opinion", lambda _: [], by=writer)
    assert dashboard.sections_without_review() == []


def test_a_revised_draft_waits_too(writer: User) -> None:
    page = waiting(writer)
    edit(
        page,
        "opinion",
        lambda blocks: [{**blocks[0], "value": "<p>All new words here, in the old block.</p>"}],
        by=writer,
    )
    assert [edit.page for edit in dashboard.sections_without_review()] == [page]


def test_a_draft_copied_from_another_article_waits(writer: User) -> None:
    approve(waiting(writer, "First"), "opinion", by=reviewer())
    second = article(save_as=writer, opinion=[paragraph(f"{TEXT} On First.")])
    assert [edit.page for edit in dashboard.sections_without_review()] == [second]


def test_what_people_wrote_does_not_wait(writer: User) -> None:
    article(save_as=writer, opinion=[paragraph("We think the deadline is right.")])
    assert dashboard.sections_without_review() == []


def test_the_latest_edits_come_first_and_ten_are_enough(client: Client, writer: User) -> None:
    pages = [waiting(writer, f"Story {n}") for n in range(12)]
    found = dashboard.sections_without_review()
    assert [edit.page.pk for edit in found] == [page.pk for page in pages[:1:-1]]


# Reviews ------------------------------------------------------------------------------------------


def asked_of(user: User, *, four_eyes: bool = True) -> list[int]:
    return [r.page_id for r in dashboard.reviews_asked_of(user, four_eyes=four_eyes)]


def test_a_request_waits_for_whom_it_names_or_for_everybody(client: Client, writer: User) -> None:
    first, second = reviewer(), reviewer()
    to_all, to_first = waiting(writer, "For all"), waiting(writer, "For one")
    ask(to_all, by=writer)
    ask(to_first, by=writer, of=first)
    assert asked_of(first) == [to_all.pk, to_first.pk]
    assert asked_of(second) == [to_all.pk]
    text = panel(client, second, "reviews-asked")
    assert f"/admin/review/{to_all.pk}/#opinion" in text
    assert "For one" not in text
    assert writer.public_name in text


def test_a_request_for_content_that_is_gone_does_not_wait(writer: User) -> None:
    someone, page = reviewer(), waiting(writer)
    ask(page, by=writer)
    edit(page, "opinion", lambda blocks: [*blocks, paragraph("More.")], by=writer)
    assert asked_of(someone) == []


def test_a_request_that_was_answered_does_not_wait(writer: User) -> None:
    someone, page = reviewer(), waiting(writer)
    ask(page, by=writer)
    approve(page, "opinion", by=reviewer())
    assert asked_of(someone) == []


def test_ones_own_request_does_not_wait_for_oneself(writer: User) -> None:
    chief, page = UserFactory(is_superuser=True), waiting(writer)
    ask(page, by=chief)
    assert asked_of(chief) == []


def test_four_eyes_keep_from_me_what_i_drafted_or_edited_last(client: Client, writer: User) -> None:
    chief = UserFactory(is_superuser=True)
    own_draft, own_edit, others = waiting(chief), waiting(writer), waiting(writer)
    edit(own_draft, "opinion", lambda blocks: [*blocks, paragraph("More.")], by=writer)
    edit(own_edit, "opinion", lambda blocks: [*blocks, paragraph("More.")], by=chief)
    for page in (own_draft, own_edit, others):
        ask(page, by=writer)
    assert asked_of(chief) == [others.pk]
    assert asked_of(chief, four_eyes=False) == [own_draft.pk, own_edit.pk, others.pk]
    assert panel(client, chief, "reviews-asked").count("/admin/review/") == 1
    NewsroomSettings.objects.update_or_create(
        site=Site.objects.get(), defaults={"four_eyes": False}
    )
    assert panel(client, chief, "reviews-asked").count("/admin/review/") == 3


def test_what_was_sent_back_is_shown_with_what_to_change(client: Client, writer: User) -> None:
    someone, page = reviewer(), waiting(writer)
    send_back(page, by=someone, note="Whose <b>money</b>?")
    client.force_login(writer)
    raw = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "Whose &lt;b&gt;money&lt;/b&gt;?" in raw
    text = panel(client, writer, "reviews-sent-back")
    assert someone.public_name in text


@pytest.mark.parametrize("then", ["edited", "asked again", "approved"])
def test_what_was_sent_back_is_shown_until_something_follows(
    client: Client, writer: User, then: str
) -> None:
    page = waiting(writer)
    send_back(page, by=reviewer())
    if then == "edited":
        edit(page, "opinion", lambda blocks: [*blocks, paragraph("More.")], by=writer)
    elif then == "asked again":
        ask(page, by=writer)
    else:
        approve(page, "opinion", by=reviewer())
    assert panel(client, writer, "reviews-sent-back") == ""


def test_sending_back_twice_is_one_row(client: Client, writer: User) -> None:
    page = waiting(writer)
    send_back(page, by=reviewer(), note="First note.")
    send_back(page, by=reviewer(), note="Second note.")
    text = panel(client, writer, "reviews-sent-back")
    assert "Second note." in text
    assert "First note." not in text


# Related links ------------------------------------------------------------------------------------


def test_live_articles_with_fewer_than_three_approved_links_are_listed(client: Client) -> None:
    enough, few, draft = (
        article(live=True, title="Has enough"),
        article(live=True, title="Has few"),
        article(title="Is a draft"),
    )
    for page, number in ((enough, 3), (few, 2), (draft, 0)):
        for _ in range(number):
            RelatedLinkFactory(article=page)
    RelatedLinkFactory(article=few, status=RelatedLink.Status.SUGGESTED)
    text = panel(client, UserFactory(role="Moderators"), "short-of-links")
    assert "Has few" in text
    assert ">2<" in text
    assert "Has enough" not in text
    assert "Is a draft" not in text
    assert f"?article={few.pk}" in text


def test_moderators_are_led_to_the_queue_with_the_number_that_waits(client: Client) -> None:
    page = article(live=True)
    for _ in range(2):
        RelatedLinkFactory(article=page, status=RelatedLink.Status.SUGGESTED)
    RelatedLinkFactory(article=page, broken_since=timezone.now())
    text = panel(client, UserFactory(role="Moderators"), "links-to-decide")
    assert ">2</span> wait for a decision" in text
    assert ">1</span> no longer answer" in text
    assert reverse("news_related") in text


# Forgotten drafts ---------------------------------------------------------------------------------


def test_a_draft_that_nobody_has_touched_for_two_weeks_is_listed(
    client: Client, writer: User
) -> None:
    for title, days, changes in (("Old", 15, True), ("New", 13, True), ("Done", 99, False)):
        page = article(save_as=writer, title=title)
        ArticlePage.objects.filter(pk=page.pk).update(
            has_unpublished_changes=changes,
            latest_revision_created_at=timezone.now() - timedelta(days=days),
        )
    text = panel(client, writer, "forgotten-drafts")
    assert [title for title in ("Old", "New", "Done") if f">{title}<" in text] == ["Old"]


# The budget ---------------------------------------------------------------------------------------


def spend(amount: str, *, day: int = 1, **fields: Any) -> None:
    when = timezone.localtime().replace(day=day, hour=0, minute=0, second=1)
    DraftRun.objects.create(
        **{
            "section": "opinion",
            "site": Site.objects.get(),
            "cost": Decimal(amount),
            "requested_at": when,
            **fields,
        }
    )


def test_the_budget_is_shown_by_day(client: Client, writer: User) -> None:
    today = timezone.localdate().day
    spend("1.50")
    spend("1.50")
    spend("0.75", day=today)
    spend("9.00", requested_at=timezone.now() - timedelta(days=40))
    spend("9.00", site=None)
    text = panel(client, writer, "drafting-budget")
    assert "$3.75" in text
    assert "of $25.00 spent on 3 draft runs" in text
    assert '<progress max="100" value="15"' in text
    bars = re.findall(r'<rect x="(\d+)" y="(\d+)" width="8" height="(\d+)">', text)
    assert len(bars) == today
    assert "Day 1: $" in text
    heights = {int(x) // 10 + 1: int(height) for x, _, height in bars}
    assert heights[1] == dashboard.CHART_HEIGHT
    if today > 1:
        assert heights[today] == dashboard.CHART_HEIGHT / 4
        assert set(heights.values()) <= {0, 10, 40}
    assert all(int(y) + int(height) == dashboard.CHART_HEIGHT for _, y, height in bars)


def test_a_month_without_a_draft_has_a_flat_chart(client: Client, writer: User) -> None:
    text = panel(client, writer, "drafting-budget")
    assert "$0.00" in text
    assert "on 0 draft runs" in text
    assert set(re.findall(r'height="(\d+)"', text)) == {"0"}


def test_large_sums_are_readable(client: Client, writer: User, settings: Settings) -> None:
    assert settings.USE_THOUSAND_SEPARATOR
    NewsroomSettings.objects.update_or_create(
        site=Site.objects.get(), defaults={"monthly_budget": Decimal(12000)}
    )
    spend("3000.00")
    text = panel(client, writer, "drafting-budget")
    assert 'value="25"' in text
    assert re.search(r"\$3,?000\.00", text)


def test_a_budget_that_is_overspent_is_full_and_no_more(client: Client, writer: User) -> None:
    spend("99.00")
    assert '<progress max="100" value="100"' in panel(client, writer, "drafting-budget")


# The tab in the editor ----------------------------------------------------------------------------


def test_the_editor_tells_how_each_section_stands(client: Client, writer: User) -> None:
    page = waiting(writer)
    someone = reviewer()
    send_back(page, by=someone, note="Whose money?")
    edit_url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    client.force_login(writer)
    text = html.unescape(client.get(edit_url).content.decode())
    for words in (
        "Changes wanted",
        "Whose money?",
        "Drafted by a model, unrevised",
        "Ask for review",
        someone.public_name,
        "Where its 1 block comes from",
        "About $",
    ):
        assert words in text, words
    ask(page, by=writer, of=someone)
    text = html.unescape(client.get(edit_url).content.decode())
    assert f"Asked {someone.public_name}" in text
    approve(page, "opinion", by=someone)
    text = html.unescape(client.get(edit_url).content.decode())
    assert f"Approved by {someone.public_name}" in text
    assert "Whose money?" not in text


def test_who_may_not_draft_sees_no_button(client: Client, writer: User) -> None:
    page = waiting(writer)
    client.force_login(reviewer())
    text = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "a permission that you do not have" in text
    assert "dovetail-section#ask" not in text
    NewsroomSettings.objects.update_or_create(
        site=Site.objects.get(), defaults={"drafting_enabled": False}
    )
    client.force_login(writer)
    text = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert "switched off for this site" in text
    assert "dovetail-section#ask" not in text

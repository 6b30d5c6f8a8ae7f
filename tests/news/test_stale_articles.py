"""Articles to look at again, on the editors' dashboard: why, since when, and a button that settles."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from advocacy import looking_again, staleness
from advocacy.models import Letter, Petition, PetitionStatus, Reason, SecondLook
from cms.core.dashboard import ROWS
from cms.core.models import User
from news.models import ArticlePage
from tests.factories.advocacy import LetterFactory, PetitionFactory, RepresentativeFactory
from tests.factories.news import article, block
from tests.factories.people import UserFactory, editor, reviewer

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


def calling(person: Any, **fields: Any) -> ArticlePage:
    call = {"kind": "representative", "text": "Call.", "representative": person.pk}
    return article(action=[block("call_to_action", call)], **fields)


def looks() -> set[tuple[str, str]]:
    rows = SecondLook.objects.open().prefetch_related("place")
    return {(str(row.place), row.reason) for row in rows}


# What is published late ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"status": PetitionStatus.CLOSED},
        {"status": PetitionStatus.WON, "outcome": "<p>Won.</p>"},
        {"status": PetitionStatus.LOST, "outcome": "<p>Lost.</p>"},
        {"status": PetitionStatus.ARCHIVED},
        {"closes_on": YESTERDAY},
    ],
)
def test_an_article_published_after_its_petition_ended_is_queued(fields: dict[str, Any]) -> None:
    petition = PetitionFactory(title="Old", **fields)
    article(live=True, title="By its field", petition=petition)
    item = {"kind": "sign", "text": "Sign.", "petition": petition.pk}
    items = [{"type": "item", "id": str(uuid.uuid4()), "value": item}]
    article(live=True, title="In a list", to_do=[block("group", {"heading": "A", "items": items})])
    article(title="Not live", petition=petition)
    ended = Reason.PETITION_CLOSED
    assert looks() == {("By its field", ended), ("In a list", ended)}


@pytest.mark.parametrize(
    "fields", [{}, {"closes_on": TODAY}, {"opens_on": TODAY + timedelta(days=3)}]
)
def test_a_petition_that_is_open_or_will_be_asks_for_no_look(fields: dict[str, Any]) -> None:
    article(live=True, petition=PetitionFactory(**fields))
    assert looks() == set()


def test_an_article_published_after_somebody_left_is_queued_once() -> None:
    left = RepresentativeFactory(left_office_on=TODAY)
    stays = RepresentativeFactory(term_ends=YESTERDAY)
    leaves = RepresentativeFactory(left_office_on=TODAY + timedelta(days=2))
    for person, title in ((left, "Left"), (stays, "Stays"), (leaves, "Leaves")):
        calling(person, live=True, title=title)
    assert looks() == {("Left", Reason.LEFT_OFFICE)}
    row = SecondLook.objects.get()
    staleness.settle(rows=[row.pk], user=UserFactory())
    page = ArticlePage.objects.get(title="Left")
    page.save_revision().publish()
    assert looks() == set()


# The panel and its button -------------------------------------------------------------------------


def panel(client: Client, user: User, name: str = "stale-articles") -> str:
    client.force_login(user)
    text = html.unescape(client.get(reverse("wagtailadmin_home")).content.decode())
    found = re.search(rf'<section[^>]*\bid="{name}-section".*?</section>', text, re.DOTALL)
    return found.group() if found else ""


def press(client: Client, user: User, do: str, *rows: object) -> int:
    client.force_login(user)
    data = {"do": do, "row": [str(row) for row in rows]}
    return int(client.post(reverse("advocacy_second_looks"), data).status_code)


def queued(person: Any = None) -> tuple[ArticlePage, SecondLook]:
    person = person or RepresentativeFactory(name="Ada Young")
    page = calling(person, live=True, title="Pipes & lead")
    staleness.queue(entry=person, reason=Reason.OFFICE_CHANGED, detail="Was <b>one</b>; is two.")
    return page, SecondLook.objects.latest("pk")


def test_an_article_is_shown_with_all_its_reasons_and_the_way_to_it(client: Client) -> None:
    person = RepresentativeFactory(name="Ada Young")
    page, _ = queued(person)
    staleness.queue(entry=person, reason=Reason.CHANNEL_REPORTED, detail="The line is dead.")
    text = panel(client, editor())
    assert text.count("Pipes & lead</a>") == 1
    assert f"/admin/pages/{page.pk}/edit/" in text
    assert "Senator Ada Young (WI)" in text
    assert "another office" in text
    assert "contact reported wrong" in text
    assert "The line is dead." in text
    raw = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "<b>one</b>" not in raw


def test_a_look_takes_it_off_the_list_and_can_be_put_back(client: Client) -> None:
    _, row = queued()
    user = editor()
    assert press(client, user, "settle", row.pk) == 302
    text = panel(client, user)
    assert "Looked at" not in text
    assert "Put back" in text
    assert "Put back" not in panel(client, editor())
    assert press(client, user, "reopen", row.pk) == 302
    assert "Looked at" in panel(client, user)
    assert "Put back" not in panel(client, user)


def test_what_was_settled_the_day_before_is_not_offered_any_more(client: Client) -> None:
    _, row = queued()
    user = editor()
    staleness.settle(rows=[row.pk], user=user)
    SecondLook.objects.update(settled_at=timezone.now() - looking_again.UNDO_FOR)
    assert "Put back" not in panel(client, user)


def test_nobody_settles_what_they_may_not_change(client: Client) -> None:
    _, on_page = queued()
    LetterFactory(title="Writes", targets=[person := RepresentativeFactory()])
    staleness.queue(entry=person, reason=Reason.LEFT_OFFICE)
    on_letter = SecondLook.objects.latest("pk")
    assert press(client, reviewer(), "settle", on_letter.pk) == 302  # Wagtail's way to say no
    assert press(client, UserFactory(role="Moderators"), "settle", on_page.pk) == 302
    campaigner = UserFactory(role="Campaigners")
    press(client, campaigner, "settle", on_page.pk, on_letter.pk)
    assert SecondLook.objects.open().count() == 2
    press(client, campaigner, "settle", on_letter.pk)
    assert list(SecondLook.objects.open()) == [on_page]


@pytest.mark.parametrize(
    ("do", "rows"),
    [
        ("settle", []),
        ("settle", ["x"]),
        ("settle", ["-1"]),
        ("settle", ["\uff11"]),
        ("settle", ["9" * 40]),
        ("settle", ["1"] * 201),
        ("delete", ["1"]),
        ("", ["1"]),
    ],
)
def test_what_no_button_sends_is_refused(client: Client, do: str, rows: list[str]) -> None:
    assert press(client, editor(), do, *rows) == 400


def test_a_row_that_is_gone_is_no_fault_and_looking_needs_a_post(client: Client) -> None:
    assert press(client, editor(), "settle", 10**15) == 302
    assert client.get(reverse("advocacy_second_looks")).status_code == 405
    client.logout()
    assert "login" in client.post(reverse("advocacy_second_looks"))["Location"]


def test_editors_see_articles_and_campaigners_petitions_and_letters(client: Client) -> None:
    person = RepresentativeFactory()
    calling(person, live=True, title="The article")
    petition = PetitionFactory(title="The petition", targets=[person])
    letter = LetterFactory(title="The letter", targets=[person])
    staleness.queue(entry=person, reason=Reason.SEAT_VACANT)
    ours = panel(client, UserFactory(role="Campaigners"), "stale-petitions-and-letters")
    assert "The article" not in ours
    for entry in (petition, letter):
        assert str(entry) in ours
        edit = type(entry).snippet_viewset.get_url_name("edit")
        assert reverse(edit, args=[entry.pk]) in ours
    theirs = panel(client, editor())
    assert "The article" in theirs
    assert "The petition" not in theirs
    assert panel(client, editor(), "stale-petitions-and-letters") == ""


def test_the_list_takes_as_many_queries_with_much_as_with_little() -> None:
    user = User.objects.get(pk=UserFactory(role="Campaigners").pk)

    def fill() -> None:
        for _ in range(4):
            person = RepresentativeFactory()
            PetitionFactory(targets=[person])
            LetterFactory(targets=[person])
            staleness.queue(entry=person, reason=Reason.LEFT_OFFICE)
        settled = list(SecondLook.objects.open().values_list("pk", flat=True)[:3])
        staleness.settle(rows=settled, user=user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            looking_again.second_looks(Petition, Letter, user=user)
        return len(counted)

    fill()
    queries()
    assert queries() == 4
    fill()
    assert queries() == 4
    waiting, settled = looking_again.second_looks(Petition, Letter, user=user)
    assert len(waiting) == ROWS
    assert len(settled) == 6

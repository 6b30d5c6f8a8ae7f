"""The reviewer's screen: for whom, of what, and that nothing in it runs."""

from __future__ import annotations

import html
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Site

from cms.core.models import User
from news import reviews
from news.models import ArticleIndexPage, ArticlePage, Review
from news.models.settings import NewsroomSettings
from tests.factories.advocacy import PetitionFactory, RepresentativeFactory
from tests.factories.news import approve, article, block, drafted, paragraph
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.desk import edit, latest_of

pytestmark = pytest.mark.django_db

TEXT = "A model wrote that the deadline should stand, and that the money must follow it."
XHR = {"X-Requested-With": "XMLHttpRequest"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ request.user.password }} {% debug %}",
    "javascript:alert(1)",
]


@pytest.fixture
def writer() -> User:
    return editor()


@pytest.fixture
def judge(client: Client) -> User:
    user = reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def page(writer: User) -> ArticlePage:
    made = article(save_as=writer)
    drafted(made, "opinion", [paragraph(TEXT)], by=writer)
    return made


def url(page: ArticlePage) -> str:
    return reverse("news_review", args=[page.pk])


def read(client: Client, page: ArticlePage) -> str:
    response = client.get(url(page))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def form(page: ArticlePage, section: str = "opinion", **changes: Any) -> dict[str, Any]:
    seen = reviews.state_of(latest_of(page), section).digest
    return {"section": section, "seen": seen, "decision": "approve", "note": "", **changes}


# Reading ------------------------------------------------------------------------------------------


def test_a_reviewer_sees_the_latest_version_with_its_origins(
    client: Client, judge: User, page: ArticlePage
) -> None:
    edit(
        page,
        "opinion",
        lambda blocks: [
            {**blocks[0], "value": blocks[0]["value"].replace("should", "must")},
            paragraph("We add this ourselves."),
        ],
        by=UserFactory(role="Editors", first_name="Ada", last_name="Young"),
    )
    text = read(client, page)
    assert "the deadline must stand" in text
    assert "Drafted by a model, revised by Ada Young" in text
    assert "Written by a person" in text
    assert "We have waited long enough" in text, "the story, to check against"
    assert "Approve Opinion" in text
    assert "Approve Action" not in text
    assert text.count("Nothing is written here yet.") == 2


def test_what_is_new_in_a_draft_is_flagged(client: Client, judge: User, writer: User) -> None:
    page = article(save_as=writer)
    blocks = [
        paragraph(
            "Mayor Hortense Quill promised 417 wells by March 3, 2031. “It is done,” she said."
            " Write to well@quill.example."
        ),
        block("pull_quote", {"quote": "Nobody said this.", "attribution": "Nobody"}),
    ]
    drafted(page, "opinion", blocks, by=writer)
    text = read(client, page)
    assert "Look twice" in text
    for what in (
        "does not name “Mayor Hortense Quill”",
        "the number “417”",
        "the date “March 3, 2031”",
        "“It is done,” stands in quotation marks, but not word for word",
        "“Nobody said this.” stands in quotation marks",
        "well@quill.example",
    ):
        assert what in text, what


def test_what_the_source_says_is_not_flagged(client: Client, judge: User, writer: User) -> None:
    page = article(save_as=writer)
    said = "“We have waited long enough,” said Senator Tammy Baldwin. The vote was nine to four."
    quote = block(
        "pull_quote", {"quote": "We have waited long enough", "attribution": "Tammy Baldwin"}
    )
    drafted(page, "opinion", [paragraph(said), quote], by=writer)
    assert "Look twice" not in read(client, page)


def test_a_flag_is_told_once(client: Client, judge: User, writer: User) -> None:
    page = article(save_as=writer)
    blocks = [paragraph(f"In part {n} came Hortense Quill.") for n in ("one", "two")]
    drafted(page, "opinion", blocks, by=writer)
    assert read(client, page).count("does not name “Hortense Quill”") == 1


def test_hostile_text_is_shown_and_does_nothing(client: Client, judge: User, writer: User) -> None:
    writer.first_name = HOSTILE[0]
    writer.save()
    page = article(save_as=writer, title=HOSTILE[1][:200], introduction=HOSTILE[2])
    blocks = [
        paragraph(html.escape(" ".join(HOSTILE))),
        block("pull_quote", {"quote": HOSTILE[0], "attribution": HOSTILE[1]}),
        block("context", {"fact": HOSTILE[3], "date": None, "source_title": HOSTILE[0]}),
    ]
    drafted(page, "opinion", blocks, by=writer)
    drafted(page, "action", [block("question", {"question": HOSTILE[0], "why": ""})], by=writer)
    reviews.ask(page=latest_of(page), section="opinion", asked_by=writer)
    posted = client.post(
        url(page), form(page, decision="send_back", seen="x", note="".join(HOSTILE))
    )
    for response in (client.get(url(page)), posted):
        raw = response.content.decode()
        assert "<script>alert" not in raw
        assert "<img src=x" not in raw
        assert 'href="javascript:' not in raw
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in raw
        assert "{% debug %}" in raw


def test_the_screen_takes_as_many_queries_with_many_blocks_as_with_few(
    client: Client,
    judge: User,
    writer: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def open_page(number: int) -> ArticlePage:
        page = article(save_as=writer, petition=PetitionFactory())
        texts = [paragraph(f"Drafted sentence {n}, of many.") for n in range(number)]
        calls = [
            block(
                "call_to_action",
                {"kind": "petition", "text": "Sign.", "petition": PetitionFactory().pk},
            )
            for _ in range(number)
        ]
        items = [
            {
                "type": "item",
                "id": str(uuid.uuid4()),
                "value": {
                    "kind": "write",
                    "text": "Write.",
                    "representative": RepresentativeFactory().pk,
                },
            }
            for _ in range(number)
        ]
        drafted(page, "opinion", texts, by=writer)
        drafted(page, "action", calls, by=writer)
        drafted(page, "to_do", [block("group", {"heading": "Now", "items": items})], by=writer)
        return page

    few, many = open_page(2), open_page(12)
    client.get(url(few))
    with CaptureQueriesContext(connection) as counted:
        client.get(url(few))
    with django_assert_num_queries(len(counted)):
        client.get(url(many))


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may_read", "may_approve"),
    [
        ("Editors", True, False),
        ("Reviewers", True, True),
        ("Moderators", False, False),
        ("Campaigners", False, False),
    ],
)
def test_who_reads_and_who_approves(
    client: Client, page: ArticlePage, role: str, may_read: bool, may_approve: bool
) -> None:
    client.force_login(UserFactory(role=role))
    assert client.get(url(page), headers=XHR).status_code == (200 if may_read else 403)
    answer = client.post(url(page), form(page), headers=XHR)
    expected = 302 if may_approve else 409 if may_read else 403
    assert answer.status_code == expected
    assert Review.objects.approved().exists() == may_approve


def test_strangers_are_sent_to_the_login(client: Client, page: ArticlePage) -> None:
    for response in (client.get(url(page)), client.post(url(page), form(page))):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("wagtailadmin_login"))
    assert not Review.objects.exists()


def test_an_editor_reads_and_is_told_why_they_may_not_approve(
    client: Client, page: ArticlePage, writer: User
) -> None:
    client.force_login(writer)
    text = read(client, page)
    assert "You may not approve commentary. Ask a reviewer." in text
    assert "Approve Opinion" not in text
    assert "Open in the editor" in text


def test_who_drafted_is_told_of_four_eyes(client: Client, page: ArticlePage, writer: User) -> None:
    writer.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(writer)
    assert "You asked for this draft" in read(client, page)
    answer = client.post(url(page), form(page))
    assert answer.status_code == 409
    assert "You asked for this draft" in html.unescape(answer.content.decode())
    NewsroomSettings.objects.update_or_create(
        site=Site.objects.get(), defaults={"four_eyes": False}
    )
    assert "Approve Opinion" in read(client, page)


# Deciding -----------------------------------------------------------------------------------------


def test_approving_says_so_and_leads_back(client: Client, judge: User, page: ArticlePage) -> None:
    answer = client.post(url(page), form(page), follow=True)
    assert answer.redirect_chain == [(url(page), 302)]
    text = answer.content.decode()
    assert "Opinion: approved." in text
    assert f"Approved by {judge.public_name}" in html.unescape(text)
    assert "Approve Opinion" not in text
    assert "Send back with the note" in text


def test_a_refusal_keeps_the_note_and_says_why(
    client: Client, judge: User, page: ArticlePage, writer: User
) -> None:
    data = form(page, decision="send_back", note="Two of these figures are old.")
    edit(page, "opinion", lambda blocks: [*blocks, paragraph("New.")], by=writer)
    answer = client.post(url(page), data)
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "was changed while you read it" in text
    assert "Two of these figures are old.</textarea>" in text
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"section": "body"},
        {"section": ""},
        {"section": "opinion\x00"},
        {"decision": ""},
        {"decision": "publish"},
    ],
)
def test_hostile_parameters_decide_nothing(
    client: Client, judge: User, page: ArticlePage, changes: dict[str, str]
) -> None:
    assert client.post(url(page), {**form(page), **changes}).status_code == 400
    assert not Review.objects.exists()


@pytest.mark.parametrize("seen", ["\x00", "x" * 100_000, "é"])
def test_a_hash_that_is_none_decides_nothing(
    client: Client, judge: User, page: ArticlePage, seen: str
) -> None:
    assert client.post(url(page), form(page, seen=seen)).status_code == 409
    assert not Review.objects.exists()


def test_a_note_with_a_null_character_is_no_error(
    client: Client, judge: User, page: ArticlePage
) -> None:
    answer = client.post(url(page), form(page, decision="send_back", note="Cut\x00 it."))
    assert answer.status_code == 302
    assert Review.objects.get().note == "Cut it."


@pytest.mark.parametrize("name", ["news_review", "news_ask_for_review", "news_evidence"])
def test_a_page_that_is_no_article_is_not_found(client: Client, judge: User, name: str) -> None:
    index = ArticleIndexPage.objects.get().pk
    method = client.post if name == "news_ask_for_review" else client.get
    for number in (index, 0, 999_999, 99_999_999_999_999_999_999):
        assert method(f"/admin{reverse(name, args=[number])[6:]}").status_code == 404


def test_reading_decides_nothing(client: Client, judge: User, page: ArticlePage) -> None:
    client.get(url(page), form(page))
    assert client.get(reverse("news_ask_for_review", args=[page.pk])).status_code == 405
    assert client.put(url(page)).status_code == 405
    assert client.post(reverse("news_evidence", args=[page.pk])).status_code == 405
    assert not Review.objects.exists()


def test_an_alias_is_reviewed_as_the_article_that_it_stands_for(
    client: Client, judge: User, page: ArticlePage
) -> None:
    approve(page, "opinion", by=reviewer())
    latest_of(page).get_latest_revision().publish()
    page.refresh_from_db()
    alias = page.create_alias(parent=ArticleIndexPage.objects.get(), update_slug="alias")
    text = read(client, alias)
    assert "Approved by" in text
    assert f'action="{url(page)}#opinion"' in text


# Asking -------------------------------------------------------------------------------------------


def ask(client: Client, page: ArticlePage, **data: Any) -> Any:
    target = reverse("news_ask_for_review", args=[page.pk])
    return client.post(target, {"section": "opinion", **data}, headers=XHR)


def test_asking_from_the_editor_answers_in_words(
    client: Client, page: ArticlePage, writer: User
) -> None:
    client.force_login(writer)
    assert ask(client, page).json() == {"message": "Asked the reviewers to review Opinion."}
    assert Review.objects.get().reviewer is None


def test_asking_without_a_script_leads_to_the_review_screen(
    client: Client, page: ArticlePage, writer: User
) -> None:
    client.force_login(writer)
    target = reverse("news_ask_for_review", args=[page.pk])
    answer = client.post(target, {"section": "opinion"}, follow=True)
    assert answer.redirect_chain == [(url(page), 302)]
    assert "Asked the reviewers to review Opinion." in answer.content.decode()


def test_a_reviewer_is_named_by_a_number_of_any_size(
    client: Client, page: ArticlePage, writer: User
) -> None:
    client.force_login(writer)
    someone = reviewer()
    User.objects.filter(pk=someone.pk).update(username="moved")
    far = UserFactory(pk=1_234_567, role="Reviewers")
    edit_page = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert '<option value="1234567">' in edit_page
    ask(client, page, reviewer="1234567")
    assert Review.objects.get().reviewer == far


@pytest.mark.parametrize("name", ["0", "-1", "x", "1,234", "²", "9" * 40, "\x00", "{other}", " 1"])
def test_a_reviewer_who_is_none_is_refused_and_nobody_is_asked(
    client: Client, page: ArticlePage, writer: User, name: str
) -> None:
    client.force_login(writer)
    answer = ask(client, page, reviewer=name.format(other=editor().pk))
    assert answer.status_code == 422
    assert "There is no such reviewer" in answer.json()["message"]
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("Editors", 200), ("Reviewers", 200), ("Moderators", 403), ("Campaigners", 403)],
)
def test_who_may_ask(client: Client, page: ArticlePage, role: str, status: int) -> None:
    client.force_login(UserFactory(role=role))
    assert ask(client, page).status_code == status
    assert Review.objects.exists() == (status == 200)


def test_what_needs_no_review_is_said(client: Client, page: ArticlePage, writer: User) -> None:
    client.force_login(writer)
    approve(page, "opinion", by=reviewer())
    answer = ask(client, page, section="all")
    assert answer.status_code == 422
    assert "No section needs a review" in answer.json()["message"]

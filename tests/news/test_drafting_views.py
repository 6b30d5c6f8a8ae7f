"""The addresses that the drafting script talks to: unsaved text in, blocks out, nothing changed."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from cms.core.models import User
from cms.llm.standin import StandIn
from home.models import HomePage
from news import provenance
from news.models import ArticleIndexPage, ArticlePage, DraftRun
from news.models.settings import NewsroomSettings
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import STORY, CategoryFactory, article, block
from tests.factories.people import UserFactory, editor
from tests.news.desk import references
from tests.news.editor import edit_form, new_form, stream

pytestmark = pytest.mark.django_db

XHR = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def writer(client: Client) -> User:
    user = editor()
    client.force_login(user)
    return user


def create_url(parent: Page | None = None) -> str:
    parent = parent or ArticleIndexPage.objects.get()
    return reverse("news_draft_on_create", args=["news", "articlepage", parent.pk])


def edit_url(page: Page) -> str:
    return reverse("news_draft_on_edit", args=[page.pk])


def press(client: Client, url: str, data: dict[str, Any], **asked: Any) -> Any:
    """Press the button as the script does."""
    asked = {"drafting_section": "opinion", "drafting_key": str(uuid.uuid4()), **asked}
    return client.post(url, {**data, **asked}, headers=XHR)


def typed(*paragraphs: str, **changes: Any) -> dict[str, Any]:
    """A form that was never saved, with a story in it."""
    body = streamfield([("paragraph", rich_text(text)) for text in paragraphs or (STORY,)])
    return {**new_form(), **nested_form_data({"body": body}), **changes}


def sent(stand_in: StandIn) -> dict[str, Any]:
    """What the model was given of the article."""
    brief: dict[str, Any] = json.loads(stand_in.requests[-1].body["messages"][1]["content"])
    return brief


# Asking -------------------------------------------------------------------------------------------


def test_a_draft_for_an_article_that_was_never_saved(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    pages = Page.objects.count()
    answer = press(client, create_url(), typed())
    assert answer.status_code == 200
    run = answer.json()
    assert run["status"] == "ready", run
    assert run["finished"]
    assert run["section"] == "opinion"
    assert Decimal(run["cost"]) > 0
    assert len(run["blocks"]) > 1
    assert sent(stand_in)["article"]["title"] == "A bill about lead pipes"
    assert Page.objects.count() == pages
    stored = DraftRun.objects.get()
    assert (stored.page, stored.requested_by) == (None, writer)
    assert stored.page_title == "A bill about lead pipes"
    assert str(stored.key) == run["key"]


def test_rich_text_comes_as_the_editor_wants_it_with_the_servers_ids(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    run = press(client, create_url(), typed()).json()
    paragraph = next(b for b in run["blocks"] if b["type"] == "paragraph")
    content = json.loads(paragraph["value"])
    assert content["blocks"][0]["text"]
    stored = DraftRun.objects.get()
    assert [b["id"] for b in run["blocks"]] == [b["id"] for b in stored.blocks]
    assert {str(row.block_id) for row in stored.drafted_blocks.all()} == {
        b["id"] for b in run["blocks"]
    }


def test_unsaved_text_of_a_saved_article_is_used_and_nothing_is_saved(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    page = article(save_as=writer)
    petition = PetitionFactory()
    category = CategoryFactory(name="Drinking water")
    data = edit_form(
        page,
        title="A title that nobody saved",
        introduction="Just typed.",
        petition=str(petition.pk),
        categories=[str(category.pk)],
    )
    data |= nested_form_data(
        {"body": streamfield([("paragraph", rich_text(f"<p>Fresh ink. {'It dries. ' * 30}</p>"))])}
    )
    answer = press(client, edit_url(page), data, drafting_section="action")
    assert answer.json()["status"] == "ready", answer.json()
    brief = sent(stand_in)
    assert brief["article"]["title"] == "A title that nobody saved"
    assert brief["article"]["introduction"] == "Just typed."
    assert brief["article"]["text"].startswith("Fresh ink.")
    assert brief["article"]["categories"] == ["Drinking water"]
    assert f"petition:{petition.pk}" in references(DraftRun.objects.get().blocks)
    assert DraftRun.objects.get().page_id == page.pk
    page.refresh_from_db()
    assert page.revisions.count() == 1
    assert "lead pipe bill" in page.get_latest_revision_as_object().title


def test_blank_required_fields_do_not_matter(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    data = typed(title="", slug="", source="", source_address="", source_published_at="")
    assert press(client, create_url(), data).json()["status"] == "ready"
    assert sent(stand_in)["article"]["title"] == ""
    assert str(DraftRun.objects.get()) == "Opinion for “an untitled article”"


def test_half_a_block_does_not_matter(client: Client, writer: User, stand_in: StandIn) -> None:
    half = nested_form_data(
        {
            "action": streamfield(
                [("call_to_action", {"kind": "petition", "text": "", "petition": ""})]
            )
        }
    )
    assert press(client, create_url(), typed(**half)).json()["status"] == "ready"


def test_a_wrong_address_or_date_elsewhere_does_not_matter(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    data = typed(source_address="not an address", source_published_at="2199-01-01 00:00")
    assert press(client, create_url(), data).json()["status"] == "ready"


def test_a_body_that_cannot_be_read_is_named(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    answer = press(client, create_url(), typed("<p>" + "word " * 6000 + "</p>"))
    assert answer.status_code == 422
    assert "Please correct this first. Body:" in answer.json()["message"]
    assert not stand_in.requests


def test_a_slug_that_is_taken_does_not_matter(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    other = article()
    assert press(client, create_url(), typed(slug=other.slug)).json()["status"] == "ready"


def test_a_failed_run_comes_with_its_message_and_without_blocks(
    client: Client, writer: User, stand_in: StandIn, settings: Settings
) -> None:
    settings.OPENAI_MODEL = "refuse"
    run = press(client, create_url(), typed()).json()
    assert (run["status"], run["finished"]) == ("failed", True)
    assert "write this section yourself" in run["message"]
    assert (run["blocks"], run["findings"]) == ([], [])


def test_what_was_left_out_is_told_with_the_blocks(
    client: Client, writer: User, stand_in: StandIn, settings: Settings
) -> None:
    settings.OPENAI_MODEL = "invent-contacts"
    run = press(client, create_url(), typed()).json()
    assert run["status"] == "ready"
    assert run["findings"]
    assert all(finding["message"] for finding in run["findings"])


def test_too_little_text_and_a_budget_used_up_are_refused_in_words(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    short = press(client, create_url(), typed("<p>Short.</p>"))
    assert (short.status_code, "not enough of the story" in short.json()["message"]) == (422, True)
    NewsroomSettings.objects.update_or_create(
        site_id=HomePage.objects.get().get_site().pk, defaults={"monthly_budget": 0}
    )
    poor = press(client, create_url(), typed())
    assert (poor.status_code, "USD" in poor.json()["message"]) == (422, True)
    assert not DraftRun.objects.exists()


# The round trip through the editor ----------------------------------------------------------------


def test_a_draft_that_is_saved_untouched_is_known_as_the_models(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    page = article(save_as=writer)
    run = press(client, edit_url(page), edit_form(page)).json()
    stored = DraftRun.objects.get()
    value = ArticlePage._meta.get_field("opinion").to_python(stored.blocks)
    paragraphs = [child for child in value if child.block_type == "paragraph"]
    # The browser sends back what it was given: content state, and the ids.
    data = {**edit_form(page), **stream("opinion", paragraphs)}
    for number, child in enumerate(paragraphs):
        state = next(b for b in run["blocks"] if b["id"] == child.id)
        data[f"opinion-{number}-value"] = state["value"]
    saved = client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)
    assert saved.status_code == 302
    latest = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    found = provenance.origins(page_id=page.pk, section="opinion", value=latest.opinion)
    assert len(found) == len(paragraphs) > 0
    assert {origin.origin for origin in found.values()} == {provenance.Origin.MODEL}
    assert [b["value"].count("data-block-key") for b in provenance.raw_blocks(latest.opinion)]


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Reviewers", "Moderators", "Campaigners"])
def test_who_may_not_draft_is_refused(client: Client, stand_in: StandIn, role: str) -> None:
    client.force_login(UserFactory(role=role))
    page = article()
    for url in (edit_url(page), create_url()):
        assert press(client, url, typed()).status_code == 403
        without_script = client.post(url, typed())
        assert without_script.status_code == 302
        assert without_script["Location"] == reverse("wagtailadmin_home")
    assert not DraftRun.objects.exists()
    assert not stand_in.requests


def test_an_account_without_any_role_is_refused(client: Client) -> None:
    client.force_login(UserFactory())
    assert press(client, create_url(), typed()).status_code == 403


def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    assert press(client, create_url(), typed()).status_code == 403
    answer = client.post(create_url(), typed())
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("wagtailadmin_login"))


def test_the_right_to_draft_is_none_to_edit(client: Client, stand_in: StandIn) -> None:
    user = UserFactory(role="Moderators")
    client.force_login(user)
    user.user_permissions.add(
        *editor().groups.get().permissions.filter(codename="draft_commentary")
    )
    page = article()
    assert press(client, edit_url(page), edit_form(page)).status_code == 403
    assert press(client, create_url(), typed()).status_code == 403


def test_without_the_token_nothing_is_done(stand_in: StandIn) -> None:
    strict = Client(enforce_csrf_checks=True)
    user = editor()
    strict.force_login(user)
    run = DraftRun.objects.create(section="opinion", requested_by=user)
    page = article()
    addresses = [
        create_url(),
        edit_url(page),
        reverse("news_cancel_draft", args=[run.key]),
        reverse("news_ask_for_review", args=[page.pk]),
        reverse("news_review", args=[page.pk]),
    ]
    for url in addresses:
        assert press(strict, url, typed()).status_code == 403, url
    run.refresh_from_db()
    assert run.status == DraftRun.Status.QUEUED
    assert DraftRun.objects.count() == 1


# Hostile parameters -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {"drafting_section": "body"},
        {"drafting_section": ""},
        {"drafting_section": "opinion\x00"},
        {"drafting_section": "x" * 10_000},
        {"drafting_key": ""},
        {"drafting_key": "not-a-uuid"},
        {"drafting_key": "0" * 5_000},
        {"drafting_key": "\x00"},
        {"drafting_section": ["opinion", "nothing"]},
    ],
)
def test_hostile_parameters_are_refused(
    client: Client, writer: User, stand_in: StandIn, asked: dict[str, Any]
) -> None:
    answer = press(client, create_url(), typed(), **asked)
    assert answer.status_code == 422
    assert "Reload the page" in answer.json()["message"]
    assert not DraftRun.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "create/news/articleindexpage/{home}/",
        "create/wagtailcore/page/{home}/",
        "create/core/user/{home}/",
        "create/core/user/{index}/",
        "create/no/such/{home}/",
        "create/news/articlepage/0/",
        "create/news/articlepage/99999999999999999999999/",
        "edit/{home}/",
        "edit/0/",
        "edit/99999999999999999999999/",
    ],
)
def test_what_is_no_article_is_not_found(client: Client, writer: User, path: str) -> None:
    home, index = HomePage.objects.get().pk, ArticleIndexPage.objects.get().pk
    url = "/admin/drafting/" + path.format(home=home, index=index)
    assert press(client, url, typed()).status_code == 404


def test_a_form_that_is_far_too_large_is_refused(client: Client, writer: User) -> None:
    answer = press(client, create_url(), typed(introduction="x" * 11_000_000))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"body-count": "x"},
        {"body-count": "-1"},
        {"opinion-count": "99999999"},
        {"title": "a\x00b"},
        {"categories": "x"},
        {"petition": "99999999999999999999"},
        {"source": "\x00"},
        {"corrections-TOTAL_FORMS": "x"},
    ],
)
def test_a_form_that_no_browser_sends_is_no_error(
    client: Client, writer: User, stand_in: StandIn, junk: dict[str, str]
) -> None:
    data = typed(**junk) if junk else {}
    answer = press(client, create_url(), data)
    assert answer.status_code in {200, 422}, answer.content
    assert answer.status_code == 200 or answer.json()["message"]


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_only_a_post_asks_or_cancels(client: Client, writer: User, method: str) -> None:
    page = article(save_as=writer)
    run = DraftRun.objects.create(section="opinion", requested_by=writer)
    for url in (create_url(), edit_url(page), reverse("news_cancel_draft", args=[run.key])):
        assert getattr(client, method)(url).status_code == 405
    run.refresh_from_db()
    assert run.status == DraftRun.Status.QUEUED


# The estimate -------------------------------------------------------------------------------------


def test_the_estimate_says_what_each_section_may_cost_and_what_is_left(
    client: Client, writer: User, stand_in: StandIn
) -> None:
    DraftRun.objects.create(
        section="opinion", site=HomePage.objects.get().get_site(), cost=Decimal("5.50")
    )
    answer = press(client, create_url(), typed(), drafting_estimate="1")
    said = answer.json()
    assert set(said["sections"]) == {"opinion", "action", "to_do"}
    assert abs(sum(map(Decimal, said["sections"].values())) - Decimal(said["all"])) < Decimal(
        "0.0003"
    )
    assert (said["left"], said["enough"]) == ("19.50", True)
    assert DraftRun.objects.count() == 1
    assert not stand_in.requests


def test_an_estimate_of_too_little_text_or_while_switched_off_says_why(
    client: Client, writer: User
) -> None:
    short = press(client, create_url(), typed("<p>Short.</p>"), drafting_estimate="1")
    assert (short.status_code, "not enough" in short.json()["message"]) == (200, True)
    NewsroomSettings.objects.update_or_create(
        site_id=HomePage.objects.get().get_site().pk, defaults={"drafting_enabled": False}
    )
    off = press(client, create_url(), typed(), drafting_estimate="1")
    assert (off.status_code, "switched off" in off.json()["message"]) == (200, True)


# Following and cancelling -------------------------------------------------------------------------


def states(client: Client, *keys: Any) -> Any:
    return client.get(reverse("news_draft_runs"), {"key": [str(key) for key in keys]}, headers=XHR)


def test_only_ones_own_runs_are_shown(client: Client, writer: User) -> None:
    own = DraftRun.objects.create(section="opinion", requested_by=writer)
    other = DraftRun.objects.create(section="action", requested_by=editor())
    nobodys = DraftRun.objects.create(section="action")
    answer = states(client, own.key, other.key, nobodys.key, uuid.uuid4())
    assert [run["key"] for run in answer.json()["runs"]] == [str(own.key)]
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("key", ["", "x", "\x00", "../../etc", "0" * 9999, "٣"])
def test_keys_that_are_none_are_passed_over(client: Client, writer: User, key: str) -> None:
    own = DraftRun.objects.create(section="opinion", requested_by=writer)
    answer = states(client, key, own.key)
    assert answer.status_code == 200
    assert len(answer.json()["runs"]) == 1


def test_following_many_runs_takes_few_queries(
    client: Client,
    writer: User,
    stand_in: StandIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    petition = PetitionFactory()
    call = {"kind": "petition", "text": "Sign.", "petition": petition.pk}
    runs = [
        DraftRun.objects.create(
            section="action",
            requested_by=writer,
            status=DraftRun.Status.READY,
            blocks=[block("call_to_action", call) for _ in range(10)],
        )
        for _ in range(3)
    ]
    states(client)
    with django_assert_max_num_queries(12):
        answer = states(client, *(run.key for run in runs))
    assert [len(run["blocks"]) for run in answer.json()["runs"]] == [10, 10, 10]


def cancelling(client: Client, key: Any) -> Any:
    return client.post(reverse("news_cancel_draft", args=[key]), headers=XHR)


def test_ones_own_run_is_cancelled(client: Client, writer: User) -> None:
    run = DraftRun.objects.create(section="opinion", requested_by=writer, cost=1)
    answer = cancelling(client, run.key)
    assert answer.json()["status"] == "cancelled"
    run.refresh_from_db()
    assert run.status == DraftRun.Status.CANCELLED
    assert cancelling(client, run.key).json()["status"] == "cancelled"


def test_a_run_that_has_ended_is_answered_as_it_stands(client: Client, writer: User) -> None:
    run = DraftRun.objects.create(
        section="opinion", requested_by=writer, status=DraftRun.Status.READY
    )
    assert cancelling(client, run.key).json()["status"] == "ready"


def test_somebody_elses_run_is_not_found(client: Client, writer: User) -> None:
    run = DraftRun.objects.create(section="opinion", requested_by=editor())
    for key in (run.key, uuid.uuid4()):
        assert cancelling(client, key).status_code == 404
    run.refresh_from_db()
    assert run.status == DraftRun.Status.QUEUED

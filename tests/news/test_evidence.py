"""The record of how an article's commentary was made is whole, and not for everybody."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.core.models import User
from cms.llm.standin import StandIn
from news import evidence, reviews
from news.drafting.prompting import load_prompt
from news.models import ArticleIndexPage, ArticlePage
from tests.factories.news import approve, article, drafted, paragraph
from tests.factories.people import UserFactory, editor, reviewer
from tests.news.desk import ask_for, edit, latest_of, put_in

pytestmark = pytest.mark.django_db

TEXT = "A model wrote that the deadline should stand, and that the money must follow it."


@pytest.fixture
def writer() -> User:
    return UserFactory(role="Editors", first_name="Ruth", last_name="Lindqvist")


def download(client: Client, page: ArticlePage, *, by: User) -> Any:
    client.force_login(by)
    return client.get(reverse("news_evidence", args=[page.pk]))


def test_the_record_tells_the_whole_story(client: Client, writer: User, stand_in: StandIn) -> None:
    page = article(save_as=writer)
    run = ask_for(page, "opinion", by=writer)
    put_in(page, run, by=writer)
    edit(
        page,
        "opinion",
        lambda blocks: [
            *(
                {**b, "value": b["value"].replace("</p>", " So we think.</p>")}
                if b["type"] == "paragraph"
                else b
                for b in blocks
            ),
            paragraph("And this is ours."),
        ],
        by=writer,
    )
    someone = UserFactory(role="Reviewers", first_name="Ada", last_name="Young")
    reviews.ask(page=latest_of(page), section="opinion", asked_by=writer, reviewer=someone)
    page.refresh_from_db()
    approve(page, "opinion", by=someone)
    latest_of(page).get_latest_revision().publish()

    response = download(client, page, by=writer)
    assert response.headers["Content-Type"] == "application/json"
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="evidence-{page.slug}.json"'
    )
    record = json.loads(response.content)
    page.refresh_from_db()
    assert record["format"] == "dovetail-evidence/1"
    assert record["article"] == {
        "id": page.pk,
        "title": page.title,
        "url": page.full_url,
        "live": True,
        "version": "live",
        "first_published_at": page.first_published_at.isoformat(),
        "last_published_at": page.last_published_at.isoformat(),
        "source_address": page.source_address,
    }

    opinion, action, to_do = record["sections"]
    assert (opinion["section"], opinion["state"]) == ("opinion", "Approved by Ada Young")
    assert [b["id"] for b in opinion["blocks"]] == [b.id for b in page.opinion]
    assert opinion["blocks"][-1]["origin"] == "person"
    assert opinion["blocks"][-1]["run"] is None
    revised = [b for b in opinion["blocks"] if b["origin"] == "revised"]
    assert revised
    assert {(b["reviser"], b["run"]) for b in revised} == {("Ruth Lindqvist", str(run.key))}
    assert (action["state"], action["blocks"], action["content_hash"]) == ("Empty", [], "")
    assert to_do["section"] == "to_do"

    (told,) = record["runs"]
    prompt = load_prompt("opinion")
    assert told["key"] == str(run.key)
    assert told["requested_by"] == "Ruth Lindqvist"
    assert (told["model"], told["status"], told["failure"]) == ("stand-in", "ready", None)
    assert (told["prompt_version"], told["prompt_sha256"]) == (prompt.version, prompt.sha256)
    assert told["prompt_sha256"] == hashlib.sha256(prompt.text.encode()).hexdigest()
    assert told["source_sha256"] == run.source_hash
    assert (told["input_tokens"], told["output_tokens"]) == (run.input_tokens, run.output_tokens)
    assert told["cost_usd"] == str(run.cost)
    assert told["findings"] == run.findings
    assert told["requested_at"] < told["finished_at"]

    (review,) = record["reviews"]
    assert review["content_hash"] == opinion["content_hash"]
    assert [b["id"] for b in review["content"]] == [b["id"] for b in opinion["blocks"]]
    assert (review["decision"], review["asked_by"]) == ("approved", "Ruth Lindqvist")
    assert (review["asked_of"], review["decided_by"]) == ("Ada Young", "Ada Young")
    assert review["asked_at"] < review["decided_at"]


def test_failed_runs_and_what_was_sent_back_are_in_it_too(
    stand_in: StandIn, settings: Any, writer: User
) -> None:
    settings.OPENAI_MODEL = "refuse"
    page = article(save_as=writer)
    ask_for(page, "to_do", by=writer)
    drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    reviews.decide(
        page=latest_of(page),
        section="opinion",
        seen=reviews.state_of(latest_of(page), "opinion").digest,
        approve=False,
        reviewer=reviewer(),
        note="Whose money?",
    )
    record = evidence.of_page(ArticlePage.objects.get(pk=page.pk))
    assert {run["failure"] for run in record["runs"]} == {None, "refused"}
    (review,) = record["reviews"]
    assert (review["decision"], review["note"]) == ("changes", "Whose money?")
    assert review["asked_by"] is None


def test_of_a_live_article_it_tells_what_readers_see(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    approve(page, "opinion", by=reviewer())
    latest_of(page).get_latest_revision().publish()
    edit(page, "opinion", lambda _: [paragraph("Not live yet.")], by=writer)
    record = evidence.of_page(ArticlePage.objects.get(pk=page.pk))
    assert record["article"]["version"] == "live"
    assert [b["origin"] for b in record["sections"][0]["blocks"]] == ["model"]


def test_of_a_draft_it_tells_what_was_saved_last(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    record = evidence.of_page(ArticlePage.objects.get(pk=page.pk))
    assert record["article"]["version"] == "draft"
    assert [b["origin"] for b in record["sections"][0]["blocks"]] == ["model"]


def test_every_run_that_a_block_names_is_in_the_record_of_a_copy(writer: User) -> None:
    page = article(save_as=writer)
    run = drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    clone = latest_of(page).copy(update_attrs={"slug": "copy"}, keep_live=False, user=writer)
    record = evidence.of_page(clone)
    assert [block["run"] for block in record["sections"][0]["blocks"]] == [str(run.key)]
    assert [told["key"] for told in record["runs"]] == [str(run.key)]


def test_an_alias_has_the_record_of_its_article(client: Client, writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    approve(page, "opinion", by=reviewer())
    latest_of(page).get_latest_revision().publish()
    page.refresh_from_db()
    alias = page.create_alias(parent=ArticleIndexPage.objects.get(), update_slug="alias")
    record = json.loads(download(client, alias, by=writer).content)
    assert record["article"]["id"] == page.pk
    assert record["reviews"]


def test_people_who_left_leave_the_record_readable(writer: User) -> None:
    page = article(save_as=writer)
    drafted(page, "opinion", [paragraph(TEXT)], by=writer)
    someone = reviewer()
    approve(page, "opinion", by=someone)
    someone.delete()
    record = evidence.of_page(ArticlePage.objects.get(pk=page.pk))
    assert record["reviews"][0]["decided_by"] is None
    assert json.dumps(record)


@pytest.mark.parametrize(
    ("role", "status"),
    [("Editors", 200), ("Reviewers", 200), ("Moderators", 403), ("Campaigners", 403)],
)
def test_who_may_download_it(client: Client, role: str, status: int) -> None:
    page = article()
    client.force_login(UserFactory(role=role))
    url = reverse("news_evidence", args=[page.pk])
    answer = client.get(url, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == status
    assert client.get(url).status_code == (200 if status == 200 else 302)


def test_strangers_may_not(client: Client) -> None:
    answer = client.get(reverse("news_evidence", args=[article().pk]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("wagtailadmin_login"))


def test_it_takes_as_many_queries_with_many_runs_as_with_few(writer: User) -> None:
    counts = []
    for number in (1, 8):
        page = article(save_as=writer)
        for _ in range(number):
            drafted(page, "opinion", [paragraph(TEXT) for _ in range(number)], by=editor())
            approve(page, "opinion", by=reviewer())
        fresh = ArticlePage.objects.get(pk=page.pk)
        with CaptureQueriesContext(connection) as counted:
            evidence.of_page(fresh)
        counts.append(len(counted))
    assert counts[0] == counts[1] < 16

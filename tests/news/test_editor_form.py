"""What the editor refuses, and that it says so beside the field and loses nothing."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from cms.core.models import User
from news.forms import OVERWRITE
from news.models import ArticleIndexPage, ArticlePage
from tests.factories.advocacy import PetitionFactory
from tests.factories.news import article, block
from tests.factories.people import editor
from tests.news.editor import edit_form, new_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(client: Client) -> User:
    user = editor()
    client.force_login(user)
    return user


def add_url() -> str:
    parent = ArticleIndexPage.objects.get()
    return reverse("wagtailadmin_pages:add", args=["news", "articlepage", parent.pk])


def edit_url(page: ArticlePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def errors_of(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    errors: dict[str, Any] = response.context["form"].errors.get_json_data()
    return errors


def test_a_draft_may_have_gaps_everywhere(client: Client, writer: User) -> None:
    response = client.post(add_url(), new_form(title="Only a title"))
    assert response.status_code == 302
    assert ArticlePage.objects.get().title == "Only a title"


def test_publishing_without_a_source_names_the_fields(client: Client, writer: User) -> None:
    errors = errors_of(client.post(add_url(), new_form(**{"action-publish": "1"})))
    told = {name: [error["message"] for error in found] for name, found in errors.items()}
    assert told["source"] == ["Choose who published the story."]
    assert told["source_address"] == ["Give the address of the story."]
    assert told["source_published_at"] == ["Say when the source published it."]
    assert not ArticlePage.objects.exists()


def test_a_refusal_is_told_once_and_in_words(client: Client, writer: User) -> None:
    link = '<p>Read <a href="https://evil.example/">gazette.example</a> first.</p>'
    fine = block("paragraph", "<p>We think so.</p>")
    page = article(save_as=writer, opinion=[fine, block("paragraph", link)])
    response = client.post(edit_url(page), edit_form(page, **{"action-publish": "1"}))
    head = response.content.decode().split('<ul class="errorlist">', 1)[1].split("</ul>")[0]
    told = re.findall(r"<li>(.*?)</li>", head, re.DOTALL)
    assert len(told) == 2
    assert told[0].startswith("Opinion: Block 2: ")
    assert "gazette.example" in told[0]
    assert told[1] == "Nothing was published. What you typed is still here."


def test_every_reason_against_a_section_is_told_at_once(client: Client, writer: User) -> None:
    words = ["Write to a@x.example.", "Fine.", "Call 202-555-0143."]
    page = article(save_as=writer, opinion=[block("paragraph", f"<p>{w}</p>") for w in words])
    response = client.post(edit_url(page), edit_form(page, **{"action-publish": "1"}))
    (told,) = errors_of(response)["opinion"]
    assert "Block 1: " in told["message"]
    assert "Block 3: " in told["message"]
    assert "Block 2: " not in told["message"]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "ftp://files.example/story", "not an address", "//x"]
)
def test_a_source_address_that_is_not_http_is_refused(
    client: Client, writer: User, address: str
) -> None:
    errors = errors_of(client.post(add_url(), new_form(source_address=address)))
    assert "begins with http:// or https://" in errors["source_address"][0]["message"]


def test_a_source_cannot_have_published_tomorrow(client: Client, writer: User) -> None:
    tomorrow = timezone.localtime() + datetime.timedelta(days=1)
    data = new_form(source_published_at=tomorrow.strftime("%Y-%m-%d %H:%M"))
    errors = errors_of(client.post(add_url(), data))
    assert "in the future" in errors["source_published_at"][0]["message"]


def test_a_paragraph_of_300_kilobytes_is_refused_and_kept_on_the_page(
    client: Client, writer: User
) -> None:
    words = "lorem-free words " * 18_000
    data = new_form()
    data |= nested_form_data({"body": streamfield([("paragraph", rich_text(f"<p>{words}</p>"))])})
    response = client.post(add_url(), data)
    (told,) = errors_of(response)["body"]
    assert told["message"].startswith("Block 1: This paragraph has ")
    assert "Split it into several" in told["message"]
    assert response.content.decode().count("free words") >= 18_000


def test_a_block_of_another_version_is_named_and_not_dropped_in_silence(
    client: Client, writer: User
) -> None:
    page = article(save_as=writer)
    data = edit_form(page)
    number = int(data["body-count"])
    data |= {
        "body-count": str(number + 1),
        f"body-{number}-type": "poll",
        f"body-{number}-deleted": "",
        f"body-{number}-order": str(number),
        f"body-{number}-value": "{}",
        f"body-{number}-id": "0b0b0b0b-0000-4000-8000-000000000000",
    }
    errors = errors_of(client.post(edit_url(page), data))
    assert "does not know the block “poll”" in errors["body"][0]["message"]


def test_a_stored_block_of_another_version_is_announced_when_the_article_is_opened(
    client: Client, writer: User
) -> None:
    page = article(save_as=writer)
    revision = page.get_latest_revision()
    stored = revision.content["body"]
    revision.content["body"] = stored[:-1] + ', {"type": "poll", "value": {}, "id": "p1"}]'
    revision.save()
    response = client.get(edit_url(page))
    assert "“poll”" in response.content.decode()


def test_the_second_of_two_editors_is_told_and_may_choose(client: Client, writer: User) -> None:
    page = article(save_as=writer)
    opened = edit_form(page, introduction="Mine.")
    other = editor()
    theirs = page.get_latest_revision_as_object()
    theirs.introduction = "Theirs."
    theirs.save_revision(user=other)

    first = client.post(edit_url(page), opened)
    assert f"{other.public_name} saved a newer version" in str(errors_of(first))
    assert "Mine." in first.content.decode()
    assert "data-newer-version" in first.content.decode()
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().introduction == "Theirs."

    latest = page.get_latest_revision()
    again = {
        **opened,
        "loaded_revision_id": str(latest.pk),
        "loaded_revision_created_at": latest.created_at.isoformat(),
    }
    assert client.post(edit_url(page), again).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().introduction == "Mine."


def test_whoever_answered_the_dialog_is_not_asked_again(client: Client, writer: User) -> None:
    page = article(save_as=writer)
    opened = edit_form(page, introduction="Mine.")
    page.get_latest_revision_as_object().save_revision(user=editor())
    assert client.post(edit_url(page), {**opened, OVERWRITE: "on"}).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().introduction == "Mine."


def test_an_older_tab_of_the_same_editor_does_not_win_in_silence(
    client: Client, writer: User
) -> None:
    page = article(save_as=writer)
    opened = edit_form(page, introduction="Once more.")
    page.get_latest_revision_as_object().save_revision(user=writer)
    response = client.post(edit_url(page), opened)
    assert "in another tab or window" in str(errors_of(response))


def test_an_extract_beyond_the_limit_is_refused_at_publication_only(
    client: Client, writer: User
) -> None:
    page = article(save_as=writer, body=[block("paragraph", f"<p>{'word ' * 700}</p>")])
    assert client.post(edit_url(page), edit_form(page)).status_code == 302
    page.refresh_from_db()
    errors = errors_of(client.post(edit_url(page), edit_form(page, **{"action-publish": "1"})))
    assert "700 words, and 600 may be shown" in errors["body"][0]["message"]


def test_an_article_is_read_and_opened_after_its_petition_is_gone(
    client: Client, writer: User
) -> None:
    petition = PetitionFactory(live=True)
    call = {"kind": "petition", "text": "Sign it today.", "petition": petition.pk}
    page = article(
        save_as=writer, live=True, petition=petition, action=[block("call_to_action", call)]
    )
    petition.delete()
    page.refresh_from_db()
    assert client.get(page.get_url()).status_code == 200
    assert client.get(edit_url(page)).status_code == 200


def test_a_call_to_a_petition_that_is_gone_says_what_to_choose(
    client: Client, writer: User
) -> None:
    call = {"kind": "petition", "text": "Sign it today.", "petition": None}
    page = article(save_as=writer, action=[block("call_to_action", call)])
    data = edit_form(page, **{"action-publish": "1"}) | nested_form_data(
        {"action": streamfield([("call_to_action", _call("Sign it today."))])}
    )
    response = client.post(edit_url(page), data)
    (told,) = errors_of(response)["action"]
    assert told["message"].startswith("Block 1: Petition: Choose")
    assert "Sign it today." in response.content.decode()


def _call(text: str) -> dict[str, str]:
    named = ("petition", "letter", "representative", "link_title", "link_address")
    return {"kind": "petition", "text": text, **dict.fromkeys(named, "")}

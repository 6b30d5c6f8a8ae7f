"""Tags, merges and their history as editors see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from taggit.models import Tag

from cms.core.models import User
from news.merging import names, work
from news.merging.kinds import Kind
from news.models import ArticlePage, Merge, Source
from tests.factories.news import CategoryFactory, SourceFactory, article
from tests.factories.people import editor
from tests.news.desk import latest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return editor()


@pytest.fixture
def desk(client: Client, by: User) -> Client:
    client.force_login(by)
    return client


def tagged(*tags: str) -> ArticlePage:
    page = article()
    latest = latest_of(page)
    latest.tags.set(tags)
    latest.save_revision().publish()
    return page


def read(desk: Client, url: str, **asked: Any) -> str:
    answer = desk.get(url, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def merge_url(kind: str = "tag") -> str:
    return reverse("news_merge", args=[kind])


def test_the_list_counts_uses_and_finds_unused_and_alike_ones(desk: Client) -> None:
    tagged("climate", "water")
    tagged("water")
    for name in ("Climates", "pipes"):
        Tag.objects.create(name=name)
    text = read(desk, reverse("news_tags"))
    assert "merge climate and Climates" in text
    assert '<td class="title">water</td> <td data-label="Uses">2</td>' in text
    unused = read(desk, reverse("news_tags"), unused="1")
    assert "pipes" in unused
    assert "water</td>" not in unused
    assert "water</td>" in read(desk, reverse("news_tags"), q="WAT")
    assert "No tag has “xyz” in its name" in read(desk, reverse("news_tags"), q="xyz\x00")


def test_the_list_costs_the_same_for_many_tags(
    desk: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        Tag.objects.create(name=f"tag {number}")
    read(desk, reverse("news_tags"))
    with django_assert_max_num_queries(20):
        read(desk, reverse("news_tags"))


def test_several_tags_are_merged_after_a_preview(desk: Client, by: User) -> None:
    page = tagged("climat", "the climate")
    into = Tag.objects.create(name="Climate")
    chosen = [tag.pk for tag in Tag.objects.all()]
    asked = read(desk, merge_url(), thing=chosen)
    assert "Which one stays?" in asked
    shown = read(desk, merge_url(), thing=chosen, into=into.pk)
    assert "“climat” becomes part of “Climate”" in shown
    assert "<strong>1</strong> live article " in shown
    assert page.title in shown
    assert Merge.objects.count() == 0
    answer = desk.post(merge_url(), {"thing": chosen, "into": into.pk}, follow=True)
    assert "2 tags merged into “Climate”" in answer.content.decode()
    assert set(page.tags.names()) == {"Climate"}
    assert {row.requested_by for row in Merge.objects.all()} == {by}


def test_the_other_one_may_be_typed_in_any_case(desk: Client) -> None:
    tag, other = Tag.objects.create(name="climat"), Tag.objects.create(name="Climate")
    assert "becomes part of “Climate”" in read(desk, merge_url(), thing=tag.pk, into_name="climate")
    text = read(desk, merge_url(), thing=tag.pk, into_name="nothing")
    assert "There is no tag “nothing”" in text
    assert f"into={other.pk}" in text  # offered as one that could be the same


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Choose the tags first"),
        ({"thing": "999999999999"}, "Choose the tags first"),
        ({"thing": "9" * 30}, "Choose the tags first"),
        ({"thing": "²"}, "Choose the tags first"),
        ({"thing": "x\x00"}, "Choose the tags first"),
        ({"thing": [str(number) for number in range(1, 30)]}, "Choose 20 at most"),
    ],
)
def test_a_broken_question_is_answered_with_a_message(
    desk: Client, asked: dict[str, Any], said: str
) -> None:
    assert said in desk.get(merge_url(), asked, follow=True).content.decode()


def test_into_itself_or_into_what_is_gone_is_refused(desk: Client) -> None:
    tag = Tag.objects.create(name="climat")
    assert "cannot be merged into itself" in read(desk, merge_url(), thing=tag.pk, into=tag.pk)
    assert "is gone. Choose another one" in read(desk, merge_url(), thing=tag.pk, into=99999)
    for into in ("", "99999", tag.pk):
        assert desk.post(merge_url(), {"thing": tag.pk, "into": into}).status_code == 400
    assert desk.get(reverse("news_merge", args=["page"])).status_code == 404
    assert Tag.objects.get() == tag


def test_looking_changes_nothing(desk: Client) -> None:
    old, into = SourceFactory(), SourceFactory()
    read(desk, merge_url("source"), thing=old.pk, into=into.pk)
    assert Merge.objects.count() == 0
    assert desk.get(reverse("news_undo_merge", args=[1])).status_code == 405


def test_renaming_to_a_taken_name_offers_merging(desk: Client) -> None:
    tag, other = Tag.objects.create(name="climat"), Tag.objects.create(name="Climate")
    url = reverse("news_rename_tag", args=[tag.pk])
    answer = desk.post(url, {"name": "CLIMATE"})
    assert answer.status_code == 422
    assert f"?thing={tag.pk}&amp;into={other.pk}" in answer.content.decode()
    assert desk.post(url, {"name": ""}).status_code == 422
    assert "is called “Weather” now" in desk.post(url, {"name": "Weather"}, follow=True).text
    assert desk.get(reverse("news_rename_tag", args=[10**30])).status_code == 404


def test_the_history_undoes_and_says_how_much(desk: Client, by: User) -> None:
    old, into = SourceFactory(name="Gazete"), SourceFactory(name="Gazette")
    kept, changed = article(source=old), article(source=old)
    done = work.start(kind=Kind("source"), old_id=old.pk, into_id=into.pk, by=by)
    text = read(desk, reverse("news_merges"))
    assert "Source “Gazete” into “Gazette”" in text
    assert "4 places moved" in text
    ArticlePage.objects.filter(pk=changed.pk).update(source=SourceFactory())
    answer = desk.post(reverse("news_undo_merge", args=[done.pk]), follow=True)
    assert "3 of 4 places name it again; 1 were changed since" in answer.content.decode()
    kept.refresh_from_db()
    assert kept.source.name == "Gazete"
    again = desk.post(reverse("news_undo_merge", args=[done.pk]), follow=True)
    assert "was undone already" in again.content.decode()
    assert desk.post(reverse("news_undo_merge", args=[10**30])).status_code == 404


def test_lists_of_sources_and_categories_lead_to_merging(desk: Client) -> None:
    for kind, thing in (("source", SourceFactory()), ("category", CategoryFactory())):
        address = f"{merge_url(kind)}?thing={thing.pk}"
        for action, args in (("list", []), ("edit", [thing.pk])):
            url = reverse(f"wagtailsnippets_news_{kind}:{action}", args=args)
            assert address in desk.get(url).content.decode(), url


def test_the_menu_leads_there(desk: Client) -> None:
    text = desk.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("news_tags") in text
    assert reverse("news_merges") in text


def test_the_sweep_takes_up_lost_merges(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep")
    assert "merges: 0 gone on with, 0 stopped" in capsys.readouterr().out


def test_a_rename_is_found_by_search(by: User, django_capture_on_commit_callbacks: Any) -> None:
    page = tagged("climat")
    with django_capture_on_commit_callbacks(execute=True):
        names.rename(tag_id=Tag.objects.get().pk, name="Thermals", by=by)
    assert [found.pk for found in ArticlePage.objects.search("thermals")] == [page.pk]
    assert Source.objects.exists()

"""What is suggested beside an article, and that no decision is ever touched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import PageViewRestriction

from benchmarks.measuring.postgresql import free_port
from news.likeness import index, suggesting
from news.likeness.choosing import FROM_ONE_PUBLISHER, SUGGESTED_AT_MOST, choose
from news.models import ArticlePage, LikenessEntry, RelatedLink, Story
from tests.factories.news import RelatedLinkFactory, article
from tests.news.headlines import NOON, story

TITLE = "Senate passes lead pipe bill"
Status = RelatedLink.Status


def own(title: str = TITLE, **fields: Any) -> ArticlePage:
    return article(title=title, source_published_at=NOON, introduction="", **fields)


def suggested(page: ArticlePage) -> list[RelatedLink]:
    suggesting.suggest_now(page)
    return list(page.related_links.filter(status=Status.SUGGESTED).order_by("-score", "pk"))


def titles(page: ArticlePage) -> set[str]:
    return {link.title for link in suggested(page)}


# What is chosen -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_suggestion_says_what_it_leads_to_and_why() -> None:
    page = own()
    like = story("What the lead pipe bill means for Ohio", publisher="The Wire", hours=3)
    [link] = suggested(page)
    assert (link.story, link.page, link.address) == (like, None, like.address)
    assert (link.title, link.publisher, link.published_at) == (
        like.title,
        "The Wire",
        like.published_at,
    )
    assert link.explanation.endswith("3 h apart")
    assert link.score is not None
    assert 0 < link.score <= 1
    assert link.status == Status.SUGGESTED
    assert link.decided_by is None


@pytest.mark.django_db
def test_own_articles_are_suggested_if_readers_can_read_them() -> None:
    page = own()
    other = own("Lead pipe bill: how to replace a pipe", live=True)
    own("Lead pipe bill: a draft about it")
    secret = own("Lead pipe bill: for colleagues only", live=True)
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    gone = own("Lead pipe bill: taken down", live=True)
    gone.unpublish()
    [link] = suggested(page)
    assert (link.page, link.story, link.address) == (other, None, other.full_url)
    assert link.publisher == "Dovetail"


@pytest.mark.django_db
def test_the_articles_own_story_is_left_out_under_every_address() -> None:
    page = own(source_address="http://gazette.example:80/lead-pipes?utm_source=feed")
    story("Pipes of lead: bill is through", address="https://gazette.example/lead-pipes")
    story("Senate passes lead pipe bill", address="https://mirror.example/copy")
    story("UPDATE 1-Senate passes lead pipe bill", address="https://mirror.example/update")
    story("Lead pipe bill: what to ask your senator")
    assert titles(page) == {"Lead pipe bill: what to ask your senator"}


@pytest.mark.django_db
def test_one_text_under_many_addresses_is_folded_into_one() -> None:
    page = own()
    for publisher in ("A", "B", "C"):
        story("Ohio counts its lead pipes before bill takes hold", publisher=publisher)
    [link] = suggested(page)
    assert len(link.folded) == 2
    assert all(set(one) == {"title", "publisher", "address"} for one in link.folded)
    addresses = {link.address, *(one["address"] for one in link.folded)}
    assert addresses == set(Story.objects.values_list("address", flat=True))


@pytest.mark.django_db
def test_at_most_three_are_from_one_publisher_and_twenty_in_all() -> None:
    page = own()
    places = [f"town{chr(97 + n)}{chr(97 + n)} harbour{n} mayor{n} school{n}" for n in range(30)]
    for place in places[:8]:
        story(f"Lead pipe bill {place}", publisher="The Wire")
    assert len(suggested(page)) == FROM_ONE_PUBLISHER
    for place in places[8:]:
        story(f"Lead pipe bill {place}")
    assert len(suggested(page)) == SUGGESTED_AT_MOST


@pytest.mark.django_db
def test_another_language_is_not_suggested() -> None:
    page = own()
    story("Senate lead pipe bill explained", language="en-GB")
    story("Lead pipe bill: Senate stimmt zu", language="de")
    story("Lead pipe bill for plumbers")
    assert titles(page) == {"Senate lead pipe bill explained", "Lead pipe bill for plumbers"}


@pytest.mark.django_db
def test_what_shares_nothing_is_not_suggested() -> None:
    page = own()
    story("Banana merger makes the largest company")
    assert suggested(page) == []


# What was decided ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_decided_links_stay_and_are_not_suggested_again() -> None:
    page = own()
    first = story("Lead pipe bill for plumbers")
    second = story("Lead pipe bill explained to Ohio")
    suggesting.suggest_now(page)
    page.related_links.filter(story=first).update(status=Status.REJECTED, rejected_because="Dull.")
    page.related_links.filter(story=second).update(status=Status.APPROVED, position=3)
    before = list(page.related_links.order_by("pk").values())
    third = story("Lead pipe bill for plumbers, once more", address="https://copy.example/")
    Story.objects.filter(pk=first.pk).update(title="Lead pipe bill with another headline")
    assert suggested(page) == []
    assert list(page.related_links.order_by("pk").values()) == before
    assert third.related_links.count() == 0


@pytest.mark.django_db
def test_an_address_that_somebody_added_is_not_suggested() -> None:
    page = own()
    added = RelatedLinkFactory(article=page, address="http://wire.example/7/?utm_medium=x")
    story("Lead pipe bill for plumbers", address="https://wire.example/7/")
    assert suggested(page) == []
    assert list(page.related_links.all()) == [added]


@pytest.mark.django_db
def test_looking_again_changes_what_changed_and_doubles_nothing() -> None:
    page = own()
    stays, goes = story("Lead pipe bill for plumbers"), story("Lead pipe bill explained to Ohio")
    kept = {link.story: link.pk for link in suggested(page)}
    Story.objects.filter(pk=stays.pk).update(title="Lead pipe bill for all plumbers")
    goes.delete()
    new = story("Lead pipe bill and its critics")
    change = suggesting.suggest_now(page)
    assert (change.added, change.removed, change.waiting) == (1, 1, 2)
    now = {link.story: link for link in page.related_links.all()}
    assert set(now) == {stays, new}
    assert now[stays].pk == kept[stays]
    assert now[stays].title == "Lead pipe bill for all plumbers"


@pytest.mark.django_db
def test_a_suggestion_that_a_person_made_stays() -> None:
    page = own()
    by_hand = RelatedLinkFactory(article=page, status=Status.SUGGESTED, title="Gardens in May")
    suggesting.suggest_now(page)
    assert list(page.related_links.all()) == [by_hand]


# The sweep ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_sweep_suggests_beside_recent_articles_once_until_stories_come() -> None:
    live, draft, old = own(live=True), own("Lead pipe bill in the House"), own("Old lead pipe bill")
    long_ago = timezone.now() - timedelta(days=60)
    ArticlePage.objects.filter(pk=old.pk).update(
        latest_revision_created_at=long_ago, last_published_at=None
    )
    story("Lead pipe bill for plumbers")
    assert "2 articles looked at" in suggesting.suggest_stale()
    assert live.related_links.exists()
    assert draft.related_links.exists()
    assert not old.related_links.exists()
    assert "0 articles looked at" in suggesting.suggest_stale()

    earlier = timezone.now() - suggesting.AGAIN_AFTER - timedelta(minutes=1)
    LikenessEntry.objects.update(suggested_at=earlier, indexed_at=earlier - timedelta(minutes=1))
    assert "0 articles looked at" in suggesting.suggest_stale()
    story("Lead pipe bill and its critics")
    report = suggesting.suggest_stale()
    assert report.startswith("suggestions: 1 headlines indexed, 2 articles looked at, 2 added")


@pytest.mark.django_db
def test_a_sweep_is_bounded_and_the_next_takes_the_rest() -> None:
    for number in range(3):
        own(f"Lead pipe bill, part {number}")
    assert "2 articles looked at" in suggesting.suggest_stale(articles=2)
    assert "1 articles looked at" in suggesting.suggest_stale(articles=2)


@pytest.mark.django_db
def test_an_article_that_another_process_took_is_left_to_it() -> None:
    page = own()
    story("Lead pipe bill for plumbers")
    index.refresh()
    [entry] = suggesting.stale()
    LikenessEntry.objects.filter(pk=entry.pk).update(suggested_at=timezone.now())
    assert suggesting._claimed(entry) is None
    assert not page.related_links.exists()


@pytest.mark.django_db
def test_the_sweep_command_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    # The sweep forgets stories that are old, and it does so first.
    page = article(title=TITLE, source_published_at=timezone.now(), introduction="")
    story("Lead pipe bill for plumbers", published_at=timezone.now())
    call_command("sweep")
    assert "suggestions: 2 headlines indexed, 1 articles looked at" in capsys.readouterr().out
    assert page.related_links.count() == 1


def at_once(work: Callable[[], Any], times: int) -> list[Any]:
    gate = threading.Barrier(times)
    results: list[Any] = []

    def do() -> None:
        gate.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


@pytest.mark.django_db(transaction=True)
def test_several_at_once_suggest_everything_once() -> None:
    page = own()
    for number in range(12):
        story(f"Lead pipe bill town{number} mayor{number} school{number} river{number}")
    results = at_once(lambda: suggesting.suggest_now(page), 4)
    assert [type(result) for result in results] == [suggesting.Change] * 4
    assert page.related_links.count() == 12
    assert LikenessEntry.objects.count() == 13
    for entry in LikenessEntry.objects.all():
        assert sorted(entry.postings.values_list("word", flat=True)) == sorted(entry.words.split())


@pytest.mark.django_db
def test_suggestions_come_while_the_search_server_is_down(settings: Settings) -> None:
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {
            "BACKEND": "wagtail.search.backends.elasticsearch9",
            "URLS": [f"http://127.0.0.1:{free_port()}"],
            "AUTO_UPDATE": False,
        },
        "database": {"BACKEND": "wagtail.search.backends.database"},
    }
    page = own()
    story("Lead pipe bill for plumbers")
    assert titles(page) == {"Lead pipe bill for plumbers"}


# The command --------------------------------------------------------------------------------------


def run(**options: Any) -> None:
    call_command("suggest_related", **options)


@pytest.mark.django_db
def test_the_command_does_what_the_sweep_does(capsys: pytest.CaptureFixture[str]) -> None:
    page = own()
    story("Lead pipe bill for plumbers")
    run()
    assert "1 articles looked at, 1 added" in capsys.readouterr().out
    assert page.related_links.count() == 1


@pytest.mark.django_db
def test_the_command_takes_one_article_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    page, other = own(), own("Lead pipe bill in the House", live=True)
    story("Lead pipe bill for plumbers")
    run(article=page.pk)
    assert "1 articles looked at: 2 suggestions added" in capsys.readouterr().out
    assert not other.related_links.exists()
    run(all=True)
    assert "2 articles looked at: 1 suggestions added, 0 removed" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_names_an_article_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="There is no article 4711"):
        run(article=4711)


@pytest.mark.django_db
def test_one_article_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = own(), own("Lead pipe bill in the House")
    story("Lead pipe bill for plumbers")

    def failing(entry: LikenessEntry) -> Any:
        if entry.page_id == broken.pk:
            raise ValueError("broken")
        return choose(entry)

    monkeypatch.setattr(suggesting, "choose", failing)
    with pytest.raises(CommandError, match=r"1 article\(s\) failed"):
        run(all=True, verbosity=0)
    assert other.related_links.count() == 1


@pytest.mark.django_db
def test_nothing_is_suggested_beside_an_alias() -> None:
    page = own(live=True)
    alias = page.create_alias(update_slug="alias")
    story("Lead pipe bill for plumbers")
    assert suggesting.suggest_now(alias) == suggesting.Change()

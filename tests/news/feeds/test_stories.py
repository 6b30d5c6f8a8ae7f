"""Stories: whose they are, when they are the same, and how long they stay."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from wagtail.models import Site

from news.feeds import stories
from news.feeds.items import Item
from news.models import FeedPoll, NewsroomSettings, SourceDomain, Story
from tests.factories.news import (
    FeedFactory,
    RelatedLinkFactory,
    SourceFactory,
    StoryFactory,
    article,
)

DAY = datetime.timedelta(days=1)


def item(number: int = 1, **said: object) -> Item:
    values = {
        "address": f"https://gazette.example/{number}",
        "title": f"Towns ask for money for pipes, part {number}",
        "summary": "",
        "author": "",
        "language": "",
        "picture_address": "",
        "published_at": None,
        **said,
    }
    return Item(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "same",
    [
        "Senate votes to replace lead pipes",
        "SENATE VOTES TO REPLACE LEAD PIPES",
        "Senate votes to replace lead pipes - The Gazette",
        "Senate votes to replace “lead pipes” | Gazette",
        "Sénate votes: to replace lead pipes!",
    ],
)
def test_the_same_headline_has_the_same_fingerprint(same: str) -> None:
    assert stories.fingerprint(same) == stories.fingerprint("Senate votes to replace lead pipes")
    assert len(stories.fingerprint(same)) == 64


def test_another_headline_has_another_fingerprint_and_a_short_one_none() -> None:
    one = stories.fingerprint("Senate votes to replace lead pipes")
    assert stories.fingerprint("House votes to replace lead pipes") != one
    assert stories.fingerprint("It's over at last") == stories.fingerprint("It’s over at last")
    for short in ("Live updates", "Obituary: Ada", "", "—"):
        assert stories.fingerprint(short) == ""


@pytest.mark.django_db
def test_a_story_belongs_to_whom_its_address_belongs() -> None:
    agency = SourceFactory()
    SourceDomain.objects.create(source=agency, domain="agency.example")
    carrier = FeedFactory()
    addresses = {
        "https://agency.example/1": agency,
        "https://www.agency.example/2": agency,
        "https://news.agency.example/3": agency,
        "https://otheragency.example/4": carrier.source,
        "https://example/5": carrier.source,
    }
    items = [item(n, address=address) for n, address in enumerate(addresses)]
    stories.keep(feed=carrier, items=items, now=timezone.now())
    assert {story.address: story.source for story in Story.objects.all()} == addresses


@pytest.mark.django_db
def test_two_feeds_that_tell_a_story_otherwise_do_not_write_over_each_other() -> None:
    first, second = FeedFactory(), FeedFactory()
    now = timezone.now()
    stories.keep(feed=first, items=[item(summary="Short.")], now=now)
    kept = stories.keep(feed=second, items=[item(summary="Long.")], now=now)
    assert (kept.added, kept.changed) == (0, 0)
    assert Story.objects.get().summary == "Short."
    first.delete()
    assert stories.keep(feed=second, items=[item(summary="Long.")], now=now).changed == 1


@pytest.mark.django_db
def test_an_item_older_than_stories_are_kept_does_not_come_and_go() -> None:
    now = timezone.now()
    old = item(published_at=now - 31 * DAY)
    kept = stories.keep(
        feed=FeedFactory(), items=[old, item(2, published_at=now - 29 * DAY)], now=now
    )
    assert kept.added == 1
    assert stories.forget().startswith("0 stories")


@pytest.mark.django_db
def test_a_date_that_comes_late_is_taken_and_one_that_goes_is_kept() -> None:
    feed, now = FeedFactory(), timezone.now()
    stories.keep(feed=feed, items=[item()], now=now)
    dated = now - DAY
    assert stories.keep(feed=feed, items=[item(published_at=dated)], now=now).changed == 1
    assert stories.keep(feed=feed, items=[item()], now=now).changed == 0
    assert Story.objects.get().published_at == dated


@pytest.mark.django_db
def test_old_stories_go_and_used_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "BATCH", 2)
    old = timezone.now() - 31 * DAY
    StoryFactory.create_batch(5, published_at=old)
    recent = StoryFactory(published_at=old + 2 * DAY)
    begun = StoryFactory(published_at=old)
    page = article(source_address=begun.address)
    linked = StoryFactory(published_at=old)
    RelatedLinkFactory(article=page, story=linked)
    assert stories.forget() == "5 stories and 0 polls forgotten"
    assert set(Story.objects.all()) == {recent, begun, linked}


@pytest.mark.django_db
def test_the_newsroom_says_how_long_stories_stay() -> None:
    StoryFactory(published_at=timezone.now() - 40 * DAY)
    settings = NewsroomSettings.for_site(Site.objects.get())
    settings.story_days = 60
    settings.save()
    assert stories.forget().startswith("0 stories")
    settings.story_days = 10
    settings.save()
    assert stories.forget().startswith("1 stories")


@pytest.mark.django_db
def test_old_polls_go() -> None:
    feed = FeedFactory()
    FeedPoll.objects.create(feed=feed, started_at=timezone.now() - 31 * DAY)
    kept = FeedPoll.objects.create(feed=feed, started_at=timezone.now() - 29 * DAY)
    assert stories.forget() == "0 stories and 1 polls forgotten"
    assert FeedPoll.objects.get() == kept

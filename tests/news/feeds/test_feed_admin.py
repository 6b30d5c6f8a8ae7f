"""Feeds and stories in the admin: the list, a feed's page, polling now, and what fails."""

from __future__ import annotations

import datetime
import html
import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from news.feeds import poll_now, polling
from news.models import Category, Feed, FeedPoll
from tests.factories.news import CategoryFactory, FeedFactory, SourceFactory, StoryFactory
from tests.factories.people import UserFactory, editor
from tests.news.feeds.documents import rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, status

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_news_feed:list"
ONE = rss(rss_item(1, pubDate=""))


@pytest.fixture
def writer(client: Client) -> Client:
    client.force_login(editor())
    return client


def page(client: Client, name: str, *args: Any, **asked: Any) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def add_feeds(number: int) -> None:
    for _ in range(number):
        here = FeedFactory(failures=1, last_error="It is down.")
        StoryFactory.create_batch(2, feed=here, source=here.source)
        FeedPoll.objects.create(feed=here, outcome="read", problems=["A sentence."])


def test_the_list_says_how_each_feed_does(writer: Client) -> None:
    works = FeedFactory(title="The Works", polled_at=timezone.now())
    StoryFactory.create_batch(3, feed=works)
    StoryFactory(feed=works, first_seen_at=timezone.now() - datetime.timedelta(days=8))
    FeedFactory(title="Down", failures=3, last_error="example.org answered 500.")
    FeedFactory(title="Gone", failures=1, enabled=False)
    FeedFactory(title="Asleep", enabled=False)
    FeedFactory(title="Held", claimed_until=timezone.now() + datetime.timedelta(minutes=1))
    shown = page(writer, LIST)
    for words in ("Works", "Failing, 3 in a row", "Gone", "Off", "Being polled"):
        assert words in shown
    assert "example.org answered 500." in shown
    feeds = {row.title: row for row in writer.get(reverse(LIST)).context["object_list"]}
    assert feeds["The Works"].next_poll_in_words == "Due"
    assert feeds["Asleep"].next_poll_in_words == ""
    assert feeds["The Works"].stories_lately == 3
    assert feeds["Down"].stories_lately == 0


def test_the_lists_take_as_many_queries_for_many_rows_as_for_few(writer: Client) -> None:
    addresses = [
        reverse(LIST),
        reverse("news_story_modeladmin_index"),
        reverse("news_poll_feeds"),
        reverse("wagtailadmin_home"),
    ]
    add_feeds(2)
    few = [queries(writer, address) for address in addresses]
    add_feeds(8)
    many = [queries(writer, address) for address in addresses]
    assert few == many


def test_a_feed_is_added_with_its_categories_and_wrong_addresses_are_refused(
    writer: Client,
) -> None:
    address = reverse("wagtailsnippets_news_feed:add")
    source, category = SourceFactory(), CategoryFactory()
    typed = {"source": source.pk, "title": "", "every": 30, "enabled": "on"}
    for wrong, why in (
        ("https://editor:pw@gazette.example/feed", "holds a login"),
        ("https://p\u0430ypal.com/feed", "several alphabets"),
        ("javascript:alert(1)", "valid URL"),
    ):
        answer = writer.post(address, {**typed, "address": wrong})
        assert answer.status_code == 200
        assert why in html.unescape(answer.content.decode())
    typed["categories"] = category.pk
    answer = writer.post(address, {**typed, "address": "https://gazette.example/feed"})
    assert answer.status_code == 302
    made = Feed.objects.get()
    assert list(made.categories.all()) == [category] == list(Category.objects.all())
    assert made in polling.due(timezone.now())


def test_a_feed_s_page_shows_its_polls_with_what_was_wrong(writer: Client) -> None:
    here = FeedFactory(failures=2, last_error="<b>It</b> is down.")
    FeedPoll.objects.create(
        feed=here, outcome="read", items=2, refused=1, problems=["“<i>x</i>” was left out."]
    )
    answer = writer.get(reverse("wagtailsnippets_news_feed:inspect", args=[here.pk]))
    raw = answer.content.decode()
    assert "Failing, 2 in a row" in raw
    assert "&lt;b&gt;It&lt;/b&gt; is down." in raw
    assert "&lt;i&gt;x&lt;/i&gt;" in raw
    assert "1 remark<" in raw


def test_failing_feeds_are_on_the_home_of_editors_only(client: Client) -> None:
    user = editor()
    client.force_login(user)
    assert 'id="failing-feeds-section"' not in page(client, "wagtailadmin_home")
    FeedFactory(title="Down", failures=3, last_error="example.org answered 500.")
    FeedFactory(title="Gone", failures=1, enabled=False, last_error="It is gone.")
    shown = page(client, "wagtailadmin_home")
    assert 'id="failing-feeds-section"' in shown
    assert "example.org answered 500." in shown
    assert "Never: it is off" in shown
    client.force_login(UserFactory(role="Moderators"))
    assert 'id="failing-feeds-section"' not in page(client, "wagtailadmin_home")


# Stories ------------------------------------------------------------------------------------------


def test_stories_are_filtered_and_searched(writer: Client) -> None:
    here, other = FeedFactory(), FeedFactory()
    StoryFactory(title="Lead in the water", source=here.source, feed=here)
    old = timezone.now() - datetime.timedelta(days=2)
    StoryFactory(title="Copper in the air", source=other.source, published_at=old)
    for asked, seen, hidden in (
        ({}, ["Lead", "Copper"], []),
        ({"source": here.source_id}, ["Lead"], ["Copper"]),
        ({"feed": here.pk}, ["Lead"], ["Copper"]),
        ({"hours": 24}, ["Lead"], ["Copper"]),
        ({"hours": 72}, ["Lead", "Copper"], []),
        ({"q": "copper"}, ["Copper"], ["Lead"]),
        ({"source": "x"}, [], ["Lead", "Copper"]),
        ({"feed": "9" * 40}, [], ["Lead", "Copper"]),
        ({"hours": "9" * 40}, [], ["Lead", "Copper"]),
    ):
        shown = page(writer, "news_story_modeladmin_index", **asked)
        assert all(f"{word} in the" in shown for word in seen), asked
        assert not any(f"{word} in the" in shown for word in hidden), asked


def test_a_story_leads_to_its_source_and_is_shown_as_text(writer: Client) -> None:
    story = StoryFactory(title="<script>x</script>", summary="<b>y</b>")
    shown = writer.get(reverse("news_story_modeladmin_inspect", args=[story.pk])).content.decode()
    assert f'<a href="{story.address}" rel="noopener noreferrer">' in shown
    assert "<script>x" not in shown
    assert "<b>y" not in shown


# Poll now -----------------------------------------------------------------------------------------


def test_pressing_the_button_queues_a_job_that_polls_and_can_be_followed(
    agent: NewsAgent,
    writer: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    later = timezone.now() + datetime.timedelta(hours=1)
    agent.carries("/a", feed(ONE), next_poll_at=later)
    agent.carries("/bad", status(500), next_poll_at=later)
    agent.carries("/off", feed(ONE), enabled=False)
    with django_capture_on_commit_callbacks(execute=True):
        answer = writer.post(reverse("news_poll_feeds"))
    assert answer.status_code == 302
    shown = html.unescape(writer.get(answer["Location"]).content.decode())
    assert "0 of 2 polled, 0 new stories." in shown
    assert agent.asked == []
    assert DBTaskResult.objects.filter(task_path="news.feeds.tasks.poll_feeds").count() == 1
    polling.poll_due()
    shown = html.unescape(writer.get(answer["Location"]).content.decode())
    assert "2 of 2 polled, 1 new story, 1 failed. Done." in shown
    assert "localhost answered 500." in shown
    state = writer.get(reverse("news_poll_state") + "?" + answer["Location"].split("?")[1])
    assert json.loads(state.content) == {
        "total": 2,
        "done": 2,
        "failed": 1,
        "added": 1,
        "over": True,
    }


def test_one_feed_is_polled_alone(agent: NewsAgent, writer: Client) -> None:
    later = timezone.now() + datetime.timedelta(hours=1)
    here = agent.carries("/a", feed(ONE), next_poll_at=later)
    agent.carries("/b", feed(ONE), next_poll_at=later)
    answer = writer.post(f"{reverse('news_poll_feeds')}?feed={here.pk}")
    assert f"feed={here.pk}&since=" in answer["Location"]
    assert polling.due(timezone.now()) == [here]


def test_a_feed_that_is_off_is_not_polled_and_says_so(writer: Client) -> None:
    off = FeedFactory(title="Asleep", enabled=False)
    answer = writer.post(f"{reverse('news_poll_feeds')}?feed={off.pk}", follow=True)
    assert "“Asleep” is turned off, so it was not polled." in answer.content.decode()
    assert "No feed is turned on" in (
        writer.post(reverse("news_poll_feeds"), follow=True).content.decode()
    )


@pytest.mark.parametrize("asked", ["0", "x", "9" * 40, "1.5", "٣"])
def test_a_feed_or_a_moment_that_is_none_is_not_found(writer: Client, asked: str) -> None:
    assert writer.get(reverse("news_poll_feeds"), {"feed": asked}).status_code == 404
    if asked != "0":
        assert writer.get(reverse("news_poll_state"), {"since": asked}).status_code == 404
        assert writer.get(reverse("news_poll_feeds"), {"since": asked}).status_code == 200


def test_looking_begins_nothing(agent: NewsAgent, writer: Client) -> None:
    later = timezone.now() + datetime.timedelta(hours=1)
    agent.carries("/a", feed(ONE), next_poll_at=later)
    page(writer, "news_poll_feeds")
    page(writer, LIST)
    assert polling.due(timezone.now()) == []
    assert agent.asked == []


@pytest.mark.django_db(transaction=True)
def test_without_a_worker_a_thread_polls_and_two_presses_poll_each_feed_once(
    agent: NewsAgent,
) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def wait(_: str) -> None:
        under_way.set()
        assert go_on.wait(30)

    agent.meanwhile = wait
    agent.carries("/a", feed(ONE))
    begun = poll_now.begin(Feed.objects.all())
    assert under_way.wait(30)
    poll_now.begin(Feed.objects.all())
    assert not poll_now.progress(Feed.objects.all(), since=begun).is_over
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "poll feeds":
            thread.join(30)
    assert poll_now.progress(Feed.objects.all(), since=begun).is_over
    assert agent.paths() == ["/a"]


def test_an_article_is_started_only_by_those_who_may(client: Client) -> None:
    story = StoryFactory()
    client.force_login(UserFactory(role="Moderators"))
    assert "Start an article" not in page(client, "news_story_modeladmin_index")
    assert story.title in page(client, "news_story_modeladmin_index")


def test_an_editor_starts_an_article_from_the_list_of_stories(client: Client) -> None:
    client.force_login(editor())
    story = StoryFactory()
    shown = client.get(reverse("news_story_modeladmin_index")).content.decode()
    assert reverse("news_start_from_story", args=[story.pk]) in shown

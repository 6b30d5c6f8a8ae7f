"""Polls against a real server: what is asked, what is kept, and who waits for how long."""

from __future__ import annotations

import datetime
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.feeds import polling, reading
from news.models import Feed, FeedPoll, Story
from tests.factories.news import FeedFactory, SourceFactory
from tests.fileserver import sending
from tests.news.feeds.documents import A_PAGE, ENTITY_BOMB, rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, status

pytestmark = pytest.mark.django_db

TWO = (rss_item(1, pubDate=""), rss_item(2, pubDate=""))
MINUTE = datetime.timedelta(minutes=1)


def poll(*feeds: Feed) -> list[FeedPoll]:
    """Poll once; what came of each."""
    polls: dict[int, FeedPoll] = {}

    def polled(feed: Feed, row: FeedPoll | None) -> None:
        if row is not None:
            polls[feed.pk] = row

    for one in feeds:
        one.refresh_from_db()
    polling.poll(feeds, polled=polled)
    for one in feeds:
        one.refresh_from_db()
    return [FeedPoll.objects.get(pk=polls[one.pk].pk) for one in feeds]


def test_a_poll_makes_stories_of_items_and_says_so(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO, rss_item(3, link="")), etag='"1"'))
    started = timezone.now()
    (row,) = poll(here)
    assert (row.outcome, row.items, row.added, row.changed, row.refused) == ("read", 3, 2, 0, 1)
    assert row.problems == [
        "“Senate hears testimony on lead pipes, day 3” was left out. It has no address."
    ]
    assert (here.title, here.etag, here.failures, here.last_error) == ("The Gazette", '"1"', 0, "")
    assert here.claimed_until is None
    assert here.next_poll_at >= started + 30 * MINUTE
    story = Story.objects.get(address="https://gazette.example/stories/1")
    assert (story.source, story.feed) == (here.source, here)
    assert story.summary == "What was said on day 1."
    assert story.published_at == story.first_seen_at >= started


def test_an_unchanged_feed_costs_one_conditional_request_and_one_row(agent: NewsAgent) -> None:
    since = "Tue, 03 Mar 2026 10:00:00 GMT"
    here = agent.carries("/a", feed(rss(*TWO), etag='W/"7"', last_modified=since))
    poll(here)
    stories = list(Story.objects.values())
    (row,) = poll(here)
    assert (row.outcome, row.items, row.message) == ("unchanged", 0, "")
    assert [path for path, _ in agent.asked] == ["/a", "/a"]
    headers = agent.asked[1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('W/"7"', since)
    assert list(Story.objects.values()) == stories


def test_a_second_poll_without_anything_new_writes_no_story(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    poll(here)
    stories = list(Story.objects.values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        (row,) = poll(here)
    assert (row.outcome, row.added, row.changed) == ("read", 0, 0)
    assert list(Story.objects.values()) == stories
    written = [query["sql"] for query in queries if "news_story" in query["sql"]]
    assert len(written) == 1
    assert written[0].startswith("SELECT")


def test_what_changed_in_a_feed_changes_in_its_story(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    poll(here)
    first_seen = Story.objects.get(address__endswith="/1").first_seen_at
    agent.feeds["/a"] = feed(
        rss(rss_item(1, title="Senate votes on the pipes at last", pubDate=""), TWO[1])
    )
    (row,) = poll(here)
    assert (row.added, row.changed) == (0, 1)
    story = Story.objects.get(address__endswith="/1")
    assert story.title == "Senate votes on the pipes at last"
    assert story.first_seen_at == first_seen


def test_a_poll_of_500_items_takes_hardly_more_queries_than_one_of_two(agent: NewsAgent) -> None:
    counts = []
    for number in (2, 500):
        items = [
            rss_item(n, pubDate="", link=f"https://gazette.example/{number}/{n}")
            for n in range(number)
        ]
        here = agent.carries(f"/{number}", feed(rss(*items)))
        with CaptureQueriesContext(connection) as queries:
            (row,) = poll(here)
        assert row.added == number
        counts.append(len(queries))
    assert counts[0] <= 16
    # SQLite takes so many values in one statement, and no more.
    assert counts[1] <= counts[0] + 10


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(404), "localhost answered 404."),
        (status(500), "localhost answered 500."),
        (sending(A_PAGE), "It names a feed at http"),
        (sending(b""), "The server sent an empty file."),
        (sending(ENTITY_BOMB), "declares entities of its own"),
    ],
)
def test_a_feed_that_fails_says_why_and_the_others_go_on(
    agent: NewsAgent, answer: object, message: str
) -> None:
    bad = agent.carries("/bad", answer)  # type: ignore[arg-type]
    good = agent.carries("/good", feed(rss(*TWO)))
    failed, read = poll(bad, good)
    assert failed.outcome == "failed"
    assert message in failed.message
    assert bad.last_error == failed.message
    assert bad.failures == 1
    assert bad.claimed_until is None
    assert (read.outcome, read.added) == ("read", 2)


def test_a_dead_server_is_told(agent: NewsAgent) -> None:
    dead = FeedFactory(address="http://localhost:9/feed")
    (row,) = poll(dead)
    assert row.message == "localhost could not be reached."


def test_an_endless_feed_is_cut_off(agent: NewsAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "MOST_BYTES", 300_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"<item/>" * 10_000)

    (row,) = poll(agent.carries("/a", endless))
    assert row.message == "localhost sent more than 300,000 bytes."


def test_a_slow_feed_gets_its_time_and_no_more(
    agent: NewsAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "SECONDS", 0.3)
    over = threading.Event()
    slow = agent.carries("/slow", lambda _: over.wait(30) and None)
    try:
        (row,) = poll(slow)
    finally:
        over.set()
    assert row.message == "localhost did not send the file within 0.3 seconds."


def test_a_private_address_is_refused_before_anybody_is_asked(
    agent: NewsAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    monkeypatch.undo()
    (row,) = poll(here)
    assert row.outcome == "failed"
    assert agent.asked == []


def test_a_feed_that_goes_on_failing_is_asked_more_and_more_rarely(agent: NewsAgent) -> None:
    bad = agent.carries("/bad", status(500), every=30)
    pauses = []
    for _ in range(8):
        poll(bad)
        assert bad.polled_at is not None
        pauses.append((bad.next_poll_at - bad.polled_at) / MINUTE)
    assert pauses == [60, 120, 240, 480, 960, 1440, 1440, 1440]
    agent.feeds["/bad"] = feed(rss(*TWO))
    poll(bad)
    assert (bad.failures, bad.last_error) == (0, "")
    assert (bad.next_poll_at - bad.polled_at) / MINUTE == 30


def test_a_rare_feed_is_not_asked_more_often_because_it_fails(agent: NewsAgent) -> None:
    bad = agent.carries("/bad", status(500), every=7 * 24 * 60)
    poll(bad)
    assert bad.polled_at is not None
    assert bad.next_poll_at - bad.polled_at == datetime.timedelta(days=7)


@pytest.mark.parametrize(
    ("number", "header", "minutes"),
    [
        (429, str(5 * 3600), 300),
        (503, str(5 * 3600), 300),
        (429, "1", 60),
        (429, "9" * 9, 7 * 24 * 60),
        (500, str(5 * 3600), 60),
        (429, "soon", 60),
    ],
)
def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(
    agent: NewsAgent, number: int, header: str, minutes: int
) -> None:
    here = agent.carries("/a", status(number, Retry_After=header), every=30)
    poll(here)
    assert here.polled_at is not None
    assert (here.next_poll_at - here.polled_at) / MINUTE == minutes


def test_a_feed_that_is_gone_is_turned_off_and_says_so(agent: NewsAgent) -> None:
    here = agent.carries("/a", status(410))
    (row,) = poll(here)
    assert not here.enabled
    assert row.message == (
        "localhost answered 410. It was turned off; find its new address, or delete it."
    )
    assert here.last_error == row.message
    assert polling.due(timezone.now() + datetime.timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("number", "moves"), [(301, True), (308, True), (302, False), (307, False)]
)
def test_only_a_move_for_good_is_remembered(agent: NewsAgent, number: int, moves: bool) -> None:
    agent.feeds["/new"] = feed(rss(*TWO), etag='"new"')
    here = agent.carries("/old", status(number, Location="/new"))
    (row,) = poll(here)
    assert (row.outcome, row.added) == ("read", 2)
    assert here.address == agent.at("/new" if moves else "/old")
    assert ("for good" in row.message) == moves
    (again,) = poll(here)
    assert again.outcome == "unchanged"
    assert agent.paths()[2:] == (["/new"] if moves else ["/old", "/new"])


def test_a_move_to_where_no_feed_is_is_not_remembered(agent: NewsAgent) -> None:
    agent.feeds["/new"] = sending(A_PAGE)
    here = agent.carries("/old", status(301, Location="/new"))
    poll(here)
    assert here.address == agent.at("/old")


def test_a_move_to_another_feed_of_ours_leaves_both(agent: NewsAgent) -> None:
    other = agent.carries("/new", feed(rss(*TWO)))
    here = agent.carries("/old", status(301, Location="/new"))
    (row,) = poll(here)
    assert here.address == agent.at("/old")
    assert (
        row.message
        == f"It has moved to {other.address}, which is another feed here. One of them can go."
    )


def test_redirects_in_a_circle_are_told(agent: NewsAgent) -> None:
    agent.feeds["/b"] = status(302, Location="/a")
    (row,) = poll(agent.carries("/a", status(302, Location="/b")))
    assert row.message == "localhost redirects in a circle."


# Who polls ----------------------------------------------------------------------------------------


def test_a_feed_that_somebody_holds_is_passed_over(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    assert polling.claim(Feed.objects.get(pk=here.pk)) is not None
    report = polling.poll([here])
    assert report.passed_over == 1
    assert agent.asked == []
    assert FeedPoll.objects.count() == 1


def test_a_feed_that_another_process_has_just_polled_is_not_polled_again(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    listed = polling.due(timezone.now())
    poll(here)
    assert polling.poll(listed).passed_over == 1
    assert agent.paths() == ["/a"]


def test_a_claim_of_a_killed_process_ends_and_its_poll_is_told(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO)))
    row = polling.claim(here)
    assert row is not None
    past = timezone.now() - 2 * polling.CLAIM
    FeedPoll.objects.update(started_at=past)
    Feed.objects.update(claimed_until=past + polling.CLAIM)
    assert "1 read" in polling.poll_due()
    row.refresh_from_db()
    assert (row.outcome, row.message) == ("failed", polling.INTERRUPTED)


def test_only_what_is_due_and_turned_on_is_polled(agent: NewsAgent) -> None:
    later = timezone.now() + MINUTE
    agent.carries("/later", feed(rss(*TWO)), next_poll_at=later)
    agent.carries("/off", feed(rss(*TWO)), enabled=False)
    agent.carries("/due", feed(rss(*TWO)))
    assert polling.poll_due() == (
        "feeds: 1 read, 0 unchanged, 0 failed; 2 stories added, 0 changed, 0 items refused"
    )
    assert agent.paths() == ["/due"]


def test_one_host_is_asked_one_thing_at_a_time_and_several_hosts_at_once(agent: NewsAgent) -> None:
    """Two hosts wait for each other, so both must be asked at once; of each, one thing at a time."""
    together = threading.Barrier(2, timeout=30)
    under_way: set[str] = set()
    crowded: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        host = handler.headers["Host"]
        if host in under_way:
            crowded.append(host)
        under_way.add(host)
        together.wait()
        under_way.discard(host)
        feed(rss(*TWO))(handler)

    feeds = []
    for host in ("localhost", "127.0.0.1"):
        for number in range(2):
            agent.feeds[f"/{number}"] = answer
            feeds.append(FeedFactory(address=agent.at(f"/{number}", host)))
    assert [row.outcome for row in poll(*feeds)] == ["read"] * 4
    assert crowded == []


def test_what_an_editor_changes_during_a_poll_stays(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(rss(*TWO), etag='"1"'))
    row = polling.claim(here)
    assert row is not None
    Feed.objects.update(title="Mine", address=agent.at("/b"), enabled=False, every=99)
    here.title, here.etag = "Theirs", '"1"'
    polling._store(here, row, asked_at=agent.at("/a"), now=timezone.now())
    here.refresh_from_db()
    assert (here.title, here.address, here.enabled) == ("Mine", agent.at("/b"), False)
    assert (here.every, here.etag, here.claimed_until) == (99, "", None)


def test_a_fault_of_ours_in_one_feed_stops_no_other(
    agent: NewsAgent, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(content: bytes, **said: object) -> reading.Reading:
        if b"broken" in content:
            raise ZeroDivisionError
        return reading.read(content, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(polling, "read", breaks)
    bad = agent.carries("/bad", feed(rss(*TWO, title="broken")))
    good = agent.carries("/good", feed(rss(*TWO)))
    failed, read = poll(bad, good)
    assert (failed.outcome, read.outcome) == ("failed", "read")
    assert "fault of this program" in bad.last_error
    assert "ZeroDivisionError" in caplog.text


def test_a_new_address_of_a_feed_is_asked_at_once_and_without_the_old_etag() -> None:
    here = FeedFactory(etag='"1"', failures=3, last_error="Down.")
    Feed.objects.update(next_poll_at=timezone.now() + datetime.timedelta(days=1))
    here.refresh_from_db()
    here.address = "https://gazette.example/new"
    here.full_clean()
    here.save()
    assert (here.etag, here.failures, here.last_error) == ("", 0, "")
    assert here.next_poll_at <= timezone.now()
    assert here.address == "https://gazette.example/new"


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_poll_one_feed_twice(agent: NewsAgent) -> None:
    """Four run at once; each feed is asked once."""
    source = SourceFactory()
    for number in range(4):
        agent.carries(f"/{number}", feed(rss(*TWO)), source=source)
    ready = threading.Barrier(4, timeout=30)
    faults: list[Exception] = []

    def run() -> None:
        try:
            listed = polling.due(timezone.now())
            ready.wait()
            polling.poll(listed)
        except Exception as error:  # noqa: BLE001 - the test looks at all of them
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(agent.paths()) == ["/0", "/1", "/2", "/3"]
    assert FeedPoll.objects.count() == 4
    assert Story.objects.count() == 2

"""``manage.py poll_feeds``, and the sweep that does the same."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from news.models import Feed
from tests.news.feeds.documents import rss, rss_item
from tests.news.feeds.newsagent import NewsAgent, feed, status

pytestmark = pytest.mark.django_db

ONE = rss(rss_item(1, pubDate=""))


def run(*arguments: str, name: str = "poll_feeds") -> str:
    said = io.StringIO()
    call_command(name, *arguments, stdout=said)
    return said.getvalue()


def test_due_feeds_are_polled_and_reported(agent: NewsAgent) -> None:
    agent.carries("/a", feed(ONE))
    agent.carries("/off", feed(ONE), enabled=False)
    assert run() == (
        "1 feeds: 1 read, 0 unchanged, 0 failed; 1 stories added, 0 changed, 0 items refused.\n"
    )
    assert run().startswith("0 feeds:")
    assert agent.paths() == ["/a"]


def test_all_feeds_or_one_are_polled_whether_due_or_not(agent: NewsAgent) -> None:
    first = agent.carries("/a", feed(ONE))
    second = agent.carries("/b", feed(ONE))
    run()
    assert run("--all").startswith("2 feeds: 2 read")
    assert run("--feed", str(first.pk)).startswith("1 feeds: 1 read")
    assert run("--feed", second.address).startswith("1 feeds: 1 read")
    assert agent.paths()[4:] == ["/a", "/b"]


def test_a_feed_that_fails_is_named_and_the_exit_code_says_so(
    agent: NewsAgent, capsys: pytest.CaptureFixture[str]
) -> None:
    agent.carries("/a", feed(ONE))
    agent.carries("/bad", status(404), title="The Bad News")
    with pytest.raises(CommandError, match="1 of 2 feeds failed; see above"):
        call_command("poll_feeds")
    told = capsys.readouterr()
    assert "1 read, 0 unchanged, 1 failed" in told.out
    assert "The Bad News: localhost answered 404." in told.err


def test_a_quiet_poll_says_nothing(agent: NewsAgent) -> None:
    agent.carries("/a", feed(ONE))
    assert run("--verbosity=0") == ""


@pytest.mark.parametrize("asked", ["0", "99999", "https://gazette.example/", "9" * 40, "x"])
def test_a_feed_that_is_not_here_is_told(asked: str) -> None:
    with pytest.raises(CommandError, match=f"There is no feed {asked}"):
        run("--feed", asked)


def test_a_feed_that_is_turned_off_is_not_polled(agent: NewsAgent) -> None:
    off = agent.carries("/off", feed(ONE), enabled=False)
    with pytest.raises(CommandError, match="is turned off"):
        run("--feed", str(off.pk))
    assert agent.asked == []


def test_the_sweep_polls_what_is_due_and_forgets_what_is_old(agent: NewsAgent) -> None:
    here = agent.carries("/a", feed(ONE))
    agent.carries("/bad", status(500))
    said = run(name="sweep")
    assert "feeds: 1 read, 0 unchanged, 1 failed; 1 stories added" in said
    assert "stories: 0 stories and 0 polls forgotten" in said
    assert "feeds: 0 read, 0 unchanged, 0 failed" in run(name="sweep")
    assert Feed.objects.get(pk=here.pk).polled_at is not None

"""All bad feeds in one poll, each from a real server: each is a row that says why, none stops the rest."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from news.feeds import polling
from news.models import Feed, Story
from tests.factories.news import FeedFactory, SourceFactory
from tests.factories.people import editor
from tests.fileserver import Answer, sending
from tests.news.feeds.documents import A_PAGE, ENTITY_BOMB, rss, rss_item
from tests.news.feeds.newsagent import RSS_TYPE, NewsAgent, feed, status

pytestmark = pytest.mark.django_db

numbers = itertools.count(1)
MEGABYTE = 2**20


def item(**said: str) -> str:
    """An item of its own, without a date unless one is given."""
    number = next(numbers)
    values = {
        "title": f"Story {number}",
        "link": f"https://gazette.example/bad/{number}",
        "pubDate": "",
        **said,
    }
    return rss_item(number, **values)


def hundred_megabytes(handler: BaseHTTPRequestHandler) -> None:
    """As honest a server as any, and a feed as long as that."""
    begin, end = rss(item()).split(b"</channel>")
    handler.send_response(200)
    handler.send_header("Content-Type", "application/rss+xml")
    handler.send_header("Content-Length", str(100 * MEGABYTE + len(begin) + len(end) + 10))
    handler.end_headers()
    handler.wfile.write(begin)
    for _ in range(100):
        handler.wfile.write(b" " * MEGABYTE)
    handler.wfile.write(b"</channel>" + end)


def packed(handler: BaseHTTPRequestHandler) -> None:
    """A few kilobytes that unpack to more than is read of any feed."""
    content = gzip.compress(b" " * (polling.MOST_BYTES + 1))
    sending(content, headers={**RSS_TYPE, "Content-Encoding": "gzip"})(handler)


def circle(handler: BaseHTTPRequestHandler) -> None:
    other = "/circle" if handler.path.endswith("/again") else "/circle/again"
    sending(b"", status=302, headers={"Location": other})(handler)


def archive() -> Answer:
    items = [
        f"<item><title>Old {number}</title><link>https://gazette.example/old/{number}</link></item>"
        for number in range(50_000)
    ]
    return feed(rss(*items))


# What stands at an address; what its poll says, in its message or among its problems; new stories.
FEEDS: dict[str, tuple[Callable[[], Answer], str, int]] = {
    "page": (lambda: sending(A_PAGE), "This is a web page, not a feed.", 0),
    "empty": (lambda: sending(b""), "The server sent an empty file.", 0),
    "long": (lambda: hundred_megabytes, "sent more than", 0),
    "packed": (lambda: packed, "sent more than", 0),
    "bomb": (lambda: sending(ENTITY_BOMB), "declares entities of its own", 0),
    "gone": (lambda: status(410), "410", 0),
    "circle": (lambda: circle, "redirects in a circle.", 0),
    "charset": (
        lambda: feed(rss(item(title="Größe")).decode().encode("latin-1")),
        "claims another charset",
        1,
    ),
    "undated": (lambda: feed(rss(item(pubDate="soon"))), "a date that is none: soon", 1),
    "untitled": (lambda: feed(rss(item(title=""), item())), "It has no title.", 1),
    "unaddressed": (lambda: feed(rss(item(link=""), item())), "It has no address.", 1),
    "script": (
        lambda: feed(rss(item(link="javascript:alert(1)"), item())),
        "begins with “javascript:”",
        1,
    ),
    "1970": (
        lambda: feed(rss(item(pubDate="Thu, 01 Jan 1970 00:00:00 GMT"))),
        "is dated 1970-01-01",
        1,
    ),
    "2099": (
        lambda: feed(rss(item(pubDate="Fri, 01 May 2099 00:00:00 GMT"))),
        "is dated 2099-05-01",
        1,
    ),
    "credentials": (
        lambda: feed(rss(item(link="https://me:secret@gazette.example/"), item())),
        "holds a login",
        1,
    ),
    "homograph": (
        lambda: feed(rss(item(link="https://g\u0430zette.example/"), item())),
        "mixes letters of several alphabets",
        1,
    ),
    "archive": (archive, "It has 50,000 items; only the newest 500 were read.", 500),
}


def test_each_bad_feed_is_a_row_that_says_why_and_the_good_one_is_read(
    agent: NewsAgent, client: Client
) -> None:
    source = SourceFactory()
    feeds = {
        name: agent.carries(f"/{name}", make(), source=source)
        for name, (make, _, _) in FEEDS.items()
    }
    agent.feeds["/circle/again"] = circle
    feeds["good"] = agent.carries("/good", feed(rss(item(), item())), source=source)
    polling.poll(list(feeds.values()))
    client.force_login(editor())
    for name, (_, told, stories) in FEEDS.items():
        [poll] = feeds[name].polls.all()
        said = "\n".join([poll.message, *poll.problems])
        assert told in said, name
        assert poll.added == stories, name
        assert poll.outcome == ("read" if stories else "failed"), name
        page = client.get(reverse("wagtailsnippets_news_feed:inspect", args=[feeds[name].pk]))
        assert told.replace("'", "&#x27;") in page.content.decode(), name
    [good] = feeds["good"].polls.all()
    assert (good.outcome, good.added, good.problems) == ("read", 2, [])
    # A port and a fragment are no reason to leave a story out; it has one address all the same.
    written = "https://gazette.example:443/one#top"
    agent.feeds["/good"] = feed(rss(item(link=written)))
    polling.poll([Feed.objects.get(pk=feeds["good"].pk)])
    assert Story.objects.filter(address="https://gazette.example/one").count() == 1


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://me:secret@gazette.example/feed", "login"),
        ("https://gazette.example:99999/feed", "This is no address."),
        ("https://g\u0430zette.example/feed", "alphabets"),
        ("javascript:alert(1)", "javascript:"),
    ],
)
def test_a_bad_address_makes_no_feed_and_is_told_beside_the_field(address: str, told: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        FeedFactory.build(source=SourceFactory(), address=address).full_clean()
    assert told in " ".join(refusal.value.message_dict["address"])

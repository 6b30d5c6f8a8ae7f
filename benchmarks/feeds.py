"""Poll 200 feeds twice, with four of the worst among them, and count seconds and rows.

A database of its own is migrated and filled with feeds. A server on the loopback interface plays all
of their hosts, each with an address of its own in 127.0.0.0/8. One of them is slow, one is dead, one
sends an entity bomb, and one sends without end. The first poll reads everything; the second should
cost one conditional request a feed and change no story. The last line is JSON.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LIMIT_SECONDS = 60.0
NEWEST = datetime.datetime.now(datetime.UTC)
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (n + 1, *[n] * 8)
        for n in range(97, 110)
    )
    + b']><rss version="2.0"><channel><title>&n;</title></channel></rss>'
)
WORST = {"/slow": 0, "/hostile": 1, "/endless": 2, "/dead": 3}


def document(number: int, items: int) -> bytes:
    """A feed of RSS 2.0 as newsrooms write them, with a paragraph in each item."""
    rows = "".join(
        f"<item><title>Committee number {number} hears from town {item} on the price of water</title>"
        f"<link>https://paper-{number}.example/stories/{item}?utm_source=rss</link>"
        f"<description>&lt;p&gt;{'The towns say that the deadline is too near. ' * 8}&lt;/p&gt;"
        f"</description><pubDate>"
        f"{format_datetime(NEWEST - datetime.timedelta(minutes=item))}</pubDate>"
        f"<author>desk@paper-{number}.example (The desk)</author></item>"
        for item in range(items)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Paper {number}</title><link>https://paper-{number}.example/</link>{rows}"
        "</channel></rss>"
    ).encode()


class Publisher(ThreadingHTTPServer):
    """Every feed's server."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, feeds: int, items: int) -> None:
        super().__init__(("0.0.0.0", 0), Paper)  # noqa: S104 - all of 127.0.0.0/8, while it runs
        self.documents = [document(number, items) for number in range(feeds)]
        self.asked: Counter[str] = Counter()
        self.over = threading.Event()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Only for this machine."""
        return str(client_address[0]).startswith("127.")


class Paper(BaseHTTPRequestHandler):
    """One answer."""

    server: Publisher

    def do_GET(self) -> None:
        # Whoever has enough hangs up.
        with suppress(OSError):
            self.answer()

    def answer(self) -> None:
        self.server.asked[self.path] += 1
        if self.path == "/slow":
            self.server.over.wait(60)
            return
        if self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"<item><title>More</title></item>" * 2000)
        content = BOMB if self.path == "/hostile" else self.document()
        etag = f'"{len(content)}"'
        if self.headers["If-None-Match"] == etag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def document(self) -> bytes:
        return self.server.documents[int(self.path.removeprefix("/"))]

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def prepare(folder: Path) -> None:
    """Django with a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.dev"
    os.environ["DATA_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'feeds.sqlite3'}"
    import django  # noqa: PLC0415 - the settings are named by now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)


def add_feeds(number: int, port: int) -> None:
    """A source with a feed for each host."""
    from news.models import Feed, Source  # noqa: PLC0415 - Django is set up by now

    worst = {place: path for path, place in WORST.items()}
    for place in range(number):
        host = f"127.0.{place // 200 + 1}.{place % 200 + 1}"
        path = worst.get(place, f"/{place}")
        # Nobody listens at the dead one's.
        at = 9 if path == "/dead" else port
        source = Source.objects.create(name=f"Paper {place}")
        Feed.objects.create(source=source, address=f"http://{host}:{at}{path}")


def poll() -> tuple[float, Any]:
    """Poll all; seconds and what came of it."""
    from news.feeds import polling  # noqa: PLC0415 - Django is set up by now
    from news.models import Feed  # noqa: PLC0415 - as above

    started = time.monotonic()
    report = polling.poll(list(Feed.objects.filter(enabled=True)))
    return round(time.monotonic() - started, 2), report


def rows() -> list[tuple[Any, ...]]:
    """All stories as they are stored."""
    from news.models import Story  # noqa: PLC0415 - Django is set up by now

    return list(Story.objects.order_by("pk").values_list())


def measure(feeds: int, items: int) -> dict[str, Any]:
    """Two polls, with what each cost."""
    from cms.core import connections, fetching  # noqa: PLC0415 - Django is set up by now

    fetching.REACH = connections.Reach(ports=range(1, 65536), loopback=True)
    publisher = Publisher(feeds, items)
    thread = threading.Thread(target=publisher.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        add_feeds(feeds, publisher.server_port)
        seconds, first = poll()
        before, publisher.asked = rows(), Counter()
        again, second = poll()
        asked = sum(publisher.asked.values())
    finally:
        publisher.over.set()
        publisher.shutdown()
        publisher.server_close()
    return {
        "feeds": feeds,
        "items": items,
        "first_seconds": seconds,
        "read": first.read,
        "failed": first.failed,
        "stories": len(before),
        "second_seconds": again,
        "unchanged": second.unchanged,
        "second_requests": asked,
        "second_stories_changed": sum(old != new for old, new in zip(before, rows(), strict=False))
        + abs(len(before) - len(rows())),
        "limit_seconds": LIMIT_SECONDS,
        "within_limit": seconds < LIMIT_SECONDS and again < LIMIT_SECONDS,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--feeds", type=int, default=200, help="At least 5, at most 20,000.")
    parser.add_argument("--items", type=int, default=50, help="In each feed.")
    options = parser.parse_args(arguments)
    if not 5 <= options.feeds <= 20_000 or not 1 <= options.items <= 500:
        parser.error("from 5 to 20,000 feeds, with 1 to 500 items each")
    with tempfile.TemporaryDirectory(prefix="feeds-") as folder:
        prepare(Path(folder))
        figures = measure(options.feeds, options.items)
    sys.stdout.write(
        f"First poll: {figures['first_seconds']} s, {figures['read']} feeds read,"
        f" {figures['failed']} failed, {figures['stories']} stories.\n"
        f"Second poll: {figures['second_seconds']} s, {figures['second_requests']} requests,"
        f" {figures['unchanged']} feeds unchanged, {figures['second_stories_changed']} stories"
        " changed.\n"
    )
    sys.stdout.write(json.dumps(figures) + "\n")
    # A figure makes no benchmark fail; what went wrong does.
    whole = figures["read"] == options.feeds - len(WORST) == figures["unchanged"]
    return 0 if whole and figures["second_stories_changed"] == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())

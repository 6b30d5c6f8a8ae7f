"""Many readers, threads and processes: one rendering, one truth, and no harm when the store fails."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from cms.core.page_cache import entries, tags, versions
from cms.core.page_cache.entries import Entry, UnreadableError
from cms.core.page_cache.store import Files, Memory
from tests.core.page_cache.reader import Reader

PATIENCE = 60


class Slow:
    """An application that begins to answer when it is told to, with a number that grows."""

    def __init__(self, *, status: str = "200 OK") -> None:
        self.go = threading.Event()
        self.asked = threading.Semaphore(0)
        self.number = 0
        self._status = status

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.release()
        assert self.go.wait(PATIENCE)
        self.number += 1
        tags.show("page:1")
        start_response(self._status, [("Content-Type", "text/html")])
        return [b"%d" % self.number]


def entry(key: str = "key", *, body: bytes = b"body", **fields: Any) -> Entry:
    values: dict[str, Any] = {
        "headers": [("Content-Type", "text/html")],
        "tags": ("site",),
        "generation": versions.now(),
        "made_at": time.time(),
        "good_until": time.time() + 60,
        **fields,
    }
    return Entry(key=key, body=body, **values)


def touch(*names: str) -> None:
    versions.touch(names)


def test_a_hundred_readers_of_a_cold_page_have_it_made_once() -> None:
    slow = Slow()
    reader = Reader(slow)
    with ThreadPoolExecutor(100) as threads:
        asking = [threads.submit(reader.ask, "/") for _ in range(100)]
        assert slow.asked.acquire(timeout=PATIENCE)
        slow.go.set()
        answers = [asked.result(PATIENCE) for asked in asking]
    assert {answer.body for answer in answers} == {b"1"}
    assert len(reader.renderings) == 1


def test_while_a_hot_page_is_made_anew_others_get_the_one_of_a_moment_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entries, "STALE_SECONDS", float(PATIENCE))
    slow = Slow()
    reader = Reader(slow)
    slow.go.set()
    reader.ask("/")
    assert reader.ask("/").how == "hit"
    slow.go.clear()
    touch("page:1")
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(reader.ask, "/")
        assert slow.asked.acquire(timeout=PATIENCE)
        assert slow.asked.acquire(timeout=PATIENCE)
        others = [reader.ask("/") for _ in range(5)]
        slow.go.set()
        assert first.result(PATIENCE).body == b"2"
    assert {(other.how, other.body) for other in others} == {("stale", b"1")}
    assert reader.ask("/").body == b"2"


class Counting(Slow):
    """Answers with a number that changes often; while it is made, the clock goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.go.set()
        self.now, self.takes, self.meanwhile = time.time(), 0.0, ""
        monkeypatch.setattr(time, "time", lambda: self.now)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = super().__call__(environ, start_response)
        tags.show("count.petition:7")
        self.now += self.takes
        if self.meanwhile:
            touch(self.meanwhile)
        return body


def test_a_number_is_as_old_as_the_rendering_is_since_it_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    reader = Reader(counting)
    counting.takes, counting.meanwhile = versions.SOFT_SECONDS / 2, "count.petition:7"
    assert reader.ask("/").body == b"1"
    assert reader.ask("/").body == b"1"
    counting.now += versions.SOFT_SECONDS / 2
    assert reader.ask("/").body == b"2"


def test_an_old_number_is_shown_meanwhile_for_no_longer_than_an_old_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting(monkeypatch)
    reader = Reader(counting)
    assert [reader.ask("/").body for _ in range(2)] == [b"1"] * 2
    touch("count.petition:7")
    # Asked for again and again, it is no newer for that.
    counting.now += versions.SOFT_SECONDS / 2
    assert reader.ask("/").how == "hit"
    entry = reader.cache._memory.get("http://testserver/?")
    assert entry is not None
    assert entry.may_be_shown_meanwhile()
    counting.now += entries.STALE_SECONDS - versions.SOFT_SECONDS / 2
    assert not entry.may_be_shown_meanwhile()


def test_what_is_not_the_newest_is_kept_in_front_for_a_second_and_no_longer(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    """A cache that was told of the change may ask at once, and be told nothing more of it."""
    settings.CDN_SECONDS = 3600
    counting = Counting(monkeypatch)
    reader = Reader(counting)
    long, brief = "s-maxage=3600", "public, max-age=0, s-maxage=1"

    def told(**headers: str) -> str:
        return reader.ask("/", **headers).headers["cache-control"]

    assert long in told()
    assert long in told()
    touch("count.petition:7")
    assert told() == brief
    assert told(if_none_match="*") == brief
    counting.now += versions.SOFT_SECONDS
    counting.meanwhile = "page:1"
    assert told() == brief
    counting.meanwhile = ""
    assert long in told()


def test_nobody_gets_a_page_that_nobody_has_seen_good_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entries, "STALE_SECONDS", 0.0)
    slow = Slow()
    reader = Reader(slow)
    slow.go.set()
    reader.ask("/")
    slow.go.clear()
    touch("page:1")
    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(reader.ask, "/") for _ in range(2)]
        slow.go.set()
        assert {asked.result(PATIENCE).body for asked in asking} == {b"2"}


def test_what_turns_out_not_to_be_kept_makes_nobody_wait_for_long() -> None:
    slow = Slow(status="410 Gone")
    slow.go.set()
    reader = Reader(slow)
    assert [reader.ask("/gone/").status for _ in range(5)] == [410] * 5
    # Once to find out, and once for each reader.
    assert len(reader.renderings) == 6


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_not_there_is_found_out_once_for_each_reader(method: str) -> None:
    slow = Slow(status="404 Not Found")
    slow.go.set()
    reader = Reader(slow)
    answers = [reader.ask("/gone/", method=method) for _ in range(2)]
    assert [answer.status for answer in answers] == [404] * 2
    assert len(reader.renderings) == 2
    # An address that may lead on by its query is asked for as it was written.
    reader.ask("/old/?utm_source=1")
    assert reader.renderings[2:] == ["/old/?", "/old/?utm_source=1"]


def test_what_one_process_made_the_next_one_sends() -> None:
    slow = Slow()
    slow.go.set()
    one, other = Reader(slow), Reader(slow)
    assert one.ask("/").how == "miss"
    assert other.ask("/").how == "hit"
    assert slow.number == 1
    touch("page:1")
    assert other.ask("/").body == b"2"
    assert one.ask("/").body == b"2"
    assert slow.number == 2


def test_another_process_that_makes_the_page_is_waited_for(tmp_path: Path) -> None:
    """The other process is a real one: locks of the same process do not exclude one another."""
    holder = subprocess.Popen(  # noqa: S603 - the command is our own
        [sys.executable, "-c", HOLDER, str(versions.folder() / "files")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"},
    )
    assert holder.stdin
    assert holder.stdout
    try:
        assert holder.stdout.readline() == b"held\n"
        slow = Slow()
        slow.go.set()
        reader = Reader(slow)
        with ThreadPoolExecutor(1) as threads:
            asked = threads.submit(reader.ask, "/")
            time.sleep(0.3)
            assert not asked.done()
            holder.kill()
            assert asked.result(PATIENCE).body == b"1"
    finally:
        holder.kill()
        holder.communicate()


HOLDER = """
import sys
from pathlib import Path
from cms.core.page_cache.store import Files
with Files(Path(sys.argv[1])).making("http://testserver/?") as mine:
    assert mine
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_touch_in_another_process_holds_here_at_once() -> None:
    since = versions.now()
    assert versions.unchanged(["page:1", "site"], since=since)
    subprocess.run(  # noqa: S603 - the command is our own
        [sys.executable, "-c", TOUCHER, str(versions.folder() / "versions")],
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"},
    )
    assert not versions.unchanged(["page:1", "site"], since=since)
    assert versions.unchanged(["page:2", "site"], since=since)
    assert versions.unchanged(["page:1", "site"], since=versions.now())


TOUCHER = """
import sys
from pathlib import Path
from cms.core.page_cache.versions import FileVersions, place
FileVersions(Path(sys.argv[1])).touch({place("page:1")})
"""


def test_touches_at_the_same_time_are_all_counted() -> None:
    before = versions.now()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(touch, [f"page:{number}" for number in range(400)]))
    assert versions.now() == before + 400


def test_a_touch_costs_the_same_however_much_is_kept() -> None:
    files = Files(versions.folder() / "files")
    for number in range(300):
        files.put(entry(f"key {number}"))
    written = {file: file.stat().st_mtime_ns for file in files_in(versions.folder() / "files")}
    touch("site")
    assert written == {file: file.stat().st_mtime_ns for file in written}


def test_a_table_that_somebody_deletes_is_made_again_and_nothing_kept_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(versions, "LOOK_EVERY", -1.0)
    slow = Slow()
    slow.go.set()
    reader = Reader(slow)
    reader.ask("/")
    (versions.folder() / "versions").unlink()
    assert reader.ask("/").body == b"2"
    assert reader.ask("/").how == "hit"
    touch("page:1")
    assert reader.ask("/").body == b"3"


def test_without_a_place_for_files_pages_are_made_and_sent_all_the_same(
    settings: LazySettings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    settings.DATA_DIR = tmp_path / "file"
    slow = Slow()
    slow.go.set()
    reader = Reader(slow)
    assert [reader.ask("/").status for _ in range(3)] == [200] * 3


def test_a_file_that_is_broken_is_no_page() -> None:
    whole = entry(body=b"x" * 5000).to_bytes()
    assert Entry.from_bytes(whole, key="key").body == b"x" * 5000
    for broken in (
        b"",
        whole[:-1],
        whole + b"x",
        whole[:40],
        b"garbage",
        whole.replace(b"x", b"y"),
    ):
        with pytest.raises(UnreadableError):
            Entry.from_bytes(broken, key="key")
    with pytest.raises(UnreadableError):
        Entry.from_bytes(whole, key="another")


def test_broken_files_are_made_again() -> None:
    slow = Slow()
    slow.go.set()
    Reader(slow).ask("/")
    for file in files_in(versions.folder() / "files"):
        file.write_bytes(b"garbage")
    assert Reader(slow).ask("/").body == b"2"


def test_memory_and_disk_have_room_for_so_much_and_lose_the_oldest(tmp_path: Path) -> None:
    memory = Memory(most=50_000)
    for number in range(50):
        memory.put(entry(f"key {number}", body=b"x" * 8000))
    assert memory.get("key 49") is not None
    assert memory.get("key 0") is None
    assert len(memory) == 5

    files = Files(tmp_path / "some", most=45_000)
    for number in range(20):
        files.put(entry(f"key {number}", body=b"x" * 8000))
        for file in files_in(tmp_path / "some"):
            os.utime(file, (time.time() - 100, time.time() - 100))
    files.put(entry("the newest", body=b"x" * 8000))
    files.trim()
    assert files.get("the newest") is not None
    assert sum(file.stat().st_size for file in files_in(tmp_path / "some")) <= 45_000


def test_a_page_is_made_anew_after_some_minutes_and_at_midnight_whatever_was_touched() -> None:
    table = versions.opened()
    assert table is not None
    assert entry().is_good(table)
    assert not entry(good_until=time.time() - 1).is_good(table)


def test_too_large_a_page_is_sent_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def large(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"x" * 2_000_000]

    answer = Reader(large).ask("/")
    assert (len(answer.body), answer.how) == (2_000_000, "")


def files_in(folder: Path) -> list[Path]:
    return [file for file in folder.glob("*/*") if file.is_file()]

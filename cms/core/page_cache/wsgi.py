"""Answers for readers before Django is asked: no session, no query, no template."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from cms.core import proxies
from cms.core.page_cache import encodings, tags, versions
from cms.core.page_cache.addresses import Addresses, Asked, RefusedError
from cms.core.page_cache.entries import Entry, Headers
from cms.core.page_cache.flights import Flights
from cms.core.page_cache.redis_store import RedisStore
from cms.core.page_cache.store import Files, Memory, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from cms.core.page_cache.versions import Versions

# What nobody touches shows within this: it follows from the clock, or from a forgotten tag.
SECONDS = 300
LARGEST = 1024 * 1024
# What was found not to be kept is not tried again so soon; readers need not wait for one another.
NOT_KEPT_SECONDS = 10
MOST_NOT_KEPT = 4096
# How long a reader waits for somebody else's rendering before having one of their own.
PATIENCE = 5.0
LOOK_EVERY = 0.01
# A shared cache in front may show a page for so long after it asked in vain.
STALE_IF_ERROR = 86_400
# What a header has room for.
MOST_KEYS = 150
REFUSAL = b"Bad request\n"


def wrapped(application: WSGIApplication) -> WSGIApplication:
    """The application, behind the cache unless the operator has turned that off."""
    return PageCache(application) if settings.PAGE_CACHE else application


@dataclass
class _Answer:
    """What the application began to answer."""

    status: str = ""
    headers: Headers | None = None
    body: Iterable[bytes] = ()


class PageCache:
    """The cache of one process."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._addresses = Addresses()
        self._memory = Memory()
        self._flights = Flights()
        self._not_kept: dict[str, float] = {}
        self._store = _store()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A kept page, or whatever the application answers."""
        try:
            may_be_kept = self._addresses.check(environ)
        except RefusedError as refusal:
            return _refuse(refusal, environ, start_response)
        if (
            may_be_kept
            and environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and self._addresses.is_for_everybody(environ)
            and (asked := self._addresses.asked(environ)) is not None
            and (table := versions.opened()) is not None
            and table.known()
        ):
            entry = self._memory.get(asked.key)
            if entry is not None and entry.is_good(table):
                return self._send(entry, environ, start_response, "hit")
            if self._is_worth_a_try(asked, environ):
                return self._miss(asked, entry, table, environ, start_response)
        return self._pass(environ, start_response)

    def _pass(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        proxies.forget_strangers_words(environ)
        return self._application(environ, start_response)

    def _is_worth_a_try(self, asked: Asked, environ: WSGIEnvironment) -> bool:
        until = self._not_kept.get(asked.key)
        if until is not None and time.monotonic() < until:
            return False
        return self._addresses.may_be_kept(environ["PATH_INFO"])

    def _miss(
        self,
        asked: Asked,
        old: Entry | None,
        table: Versions,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Make the page, or wait for whoever does, or show the one that was good a moment ago."""
        old = old if old is not None and old.may_be_shown_meanwhile() else None
        until = time.monotonic() + PATIENCE
        with self._flights.one(asked.key) as other:
            if other is None:
                return self._first(asked, old, table, environ, start_response, until)
        if old is not None:
            return self._send(old, environ, start_response, "stale")
        other.wait(PATIENCE)
        entry = self._memory.get(asked.key)
        if entry is not None and entry.is_good(table):
            return self._send(entry, environ, start_response, "hit")
        if entry is not None and entry.may_be_shown_meanwhile():
            # Its number has changed again since its rendering began.
            return self._send(entry, environ, start_response, "stale")
        return self._pass(environ, start_response)

    def _first(
        self,
        asked: Asked,
        old: Entry | None,
        table: Versions,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        until: float,
    ) -> Iterable[bytes]:
        """The first of this process: look for what another one has, else make it."""
        while True:
            with self._making(asked.key) as mine:
                if (entry := self._stored(asked.key, table)) is not None:
                    return self._send(entry, environ, start_response, "hit")
                if mine or time.monotonic() >= until:
                    return self._make(asked, table, environ, start_response)
            if old is not None:
                return self._send(old, environ, start_response, "stale")
            time.sleep(LOOK_EVERY)

    @contextmanager
    def _making(self, key: str) -> Iterator[bool]:
        """True where this process is the one that makes the page, or nobody can tell."""
        held: AbstractContextManager[bool] | None = None
        mine = True
        if self._store is not None:
            with _whatever_fails("lock"):
                making = self._store.making(key)
                mine = making.__enter__()
                held = making
        try:
            yield mine
        finally:
            if held is not None:
                with _whatever_fails("lock"):
                    held.__exit__(None, None, None)

    def _stored(self, key: str, table: Versions) -> Entry | None:
        """A good page that another process has made."""
        entry = self._memory.get(key)
        if entry is not None and entry.is_good(table):
            return entry
        if self._store is not None:
            with _whatever_fails("read"):
                entry = self._store.get(key)
                if entry is not None and entry.is_good(table):
                    self._memory.put(entry)
                    return entry
        return None

    def _make(
        self,
        asked: Asked,
        table: Versions,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Have the application make the page for everybody, and keep it if it may be kept."""
        generation, now = versions.now(), time.time()
        clean = self._addresses.for_everybody(environ, asked)
        with tags.collected() as shown:
            answer = _ask(self._application, clean)
            headers = _kept_headers(answer)
            body = None if headers is None else _whole(answer.body)
        if headers is None or body is None or not generation:
            self._remember_not_kept(asked.key)
            if headers is None and not asked.rewritten and _is_nothing(answer):
                # Addresses that are made up come in floods: one rendering, one line in the log.
                return _hand_on(answer, environ, start_response)
            if headers is None:
                _end(answer.body)
            # For one reader only: answered from the request as it came.
            return self._pass(environ, start_response)
        shown.add(tags.SITE)
        names = tuple(sorted(shown))
        entry = Entry(
            key=asked.key,
            headers=_for_caches(headers, names),
            body=body,
            tags=names,
            generation=generation,
            made_at=now,
            good_until=min(now + SECONDS, _midnight()),
        )
        self._memory.put(entry)
        if self._store is not None:
            with _whatever_fails("write"):
                self._store.put(entry)
        # It may have changed since its rendering began.
        entry.is_good(table)
        return self._send(entry, environ, start_response, "miss")

    def _remember_not_kept(self, key: str) -> None:
        if len(self._not_kept) >= MOST_NOT_KEPT:
            self._not_kept.clear()
        self._not_kept[key] = time.monotonic() + NOT_KEPT_SECONDS

    def _send(
        self, entry: Entry, environ: WSGIEnvironment, start_response: StartResponse, how: str
    ) -> Iterable[bytes]:
        encoding = encodings.chosen(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding not in entry.variants:
            entry.add_variant(encoding)
            # It has grown.
            self._memory.put(entry)
        variant = entry.variants[encoding]
        if_none_match = environ.get("HTTP_IF_NONE_MATCH")
        told = ("X-Page-Cache", how)
        unchanged = if_none_match is not None and entry.is_unchanged(if_none_match)
        headers = variant.unchanged if unchanged else variant.headers
        table = versions.opened()
        if table is None or not entry.is_newest(table):
            headers = _briefly(headers)
        if unchanged:
            start_response("304 Not Modified", [*headers, told])
            return ()
        start_response("200 OK", [*headers, told])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (variant.body,)


def _store() -> Store | None:
    """Where the processes share pages; None where there is no such place."""
    if address := versions.redis_address():
        return RedisStore(address)
    files: Files | None = None
    with _whatever_fails("folder"):
        files = Files(versions.folder() / "files")
    return files


@contextmanager
def _whatever_fails(what: str) -> Iterator[None]:
    """Go on without the store: slower, but nobody is refused."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - disks, Redis, its library: all have errors of their own
        versions.say_once(f"store {what}", "Pages are not shared, the store fails: %s", error)


def _refuse(
    refusal: RefusedError, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    versions.say_once(
        f"refused {refusal}", "Refused: %s; it is said once, more may follow.", refusal
    )
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(REFUSAL))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ]
    start_response("400 Bad Request", headers)
    return () if environ["REQUEST_METHOD"] == "HEAD" else (REFUSAL,)


def _ask(application: WSGIApplication, environ: WSGIEnvironment) -> _Answer:
    answer = _Answer()

    def start_response(status: str, headers: Headers, exc_info: object = None) -> Any:
        answer.status, answer.headers = status, headers

    answer.body = application(environ, start_response)
    return answer


def _kept_headers(answer: _Answer) -> Headers | None:
    """The headers that belong to the page; None where it must not be kept."""
    if not answer.status.startswith("200 ") or getattr(answer.body, "streaming", False):
        return None
    kept = []
    for name, value in answer.headers or ():
        lower = name.lower()
        if lower in {"set-cookie", "content-encoding", "content-range"}:
            return None
        if lower == "cache-control" and _forbids_keeping(value):
            return None
        if lower == "vary":
            if value.replace(" ", "").lower() not in {"", "accept-encoding"}:
                return None
        elif lower not in {"content-length", "etag", "last-modified", "date", "connection"}:
            kept.append((name, value))
    return kept


def _is_nothing(answer: _Answer) -> bool:
    """Whether nothing is there, which is the same for whoever is not logged in."""
    cookies = any(name.lower() == "set-cookie" for name, _ in answer.headers or ())
    return answer.status.startswith("404 ") and not cookies


def _hand_on(
    answer: _Answer, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    start_response(answer.status, answer.headers or [])
    if environ["REQUEST_METHOD"] == "HEAD":
        _end(answer.body)
        return ()
    return answer.body


def _forbids_keeping(value: str) -> bool:
    words = {part.strip().partition("=")[0].lower() for part in value.split(",")}
    return not words.isdisjoint({"private", "no-store", "no-cache"})


def _whole(body: Iterable[bytes]) -> bytes | None:
    """All of it; None where it is too large to be kept."""
    try:
        whole = b"".join(body)
    finally:
        _end(body)
    return whole if len(whole) <= LARGEST else None


def _end(body: Iterable[bytes]) -> None:
    """Django ends the request when its response is closed; a list has no end."""
    close = getattr(body, "close", None)
    if close is not None:
        close()


def _for_caches(headers: Headers, names: tuple[str, ...]) -> Headers:
    """With what browsers and shared caches may do, where the view has not said it."""
    if not any(name.lower() == "cache-control" for name, _ in headers):
        seconds = settings.CDN_SECONDS
        headers = [
            *headers,
            (
                "Cache-Control",
                f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={seconds},"
                f" stale-if-error={STALE_IF_ERROR}",
            ),
        ]
    if settings.CDN_PURGE_URL:
        if len(names) > MOST_KEYS:
            # Lists of so much are touched as lists.
            names = tuple(name for name in names if ":" not in name)
        headers = [*headers, ("Surrogate-Key", " ".join(names))]
    return headers


def _briefly(headers: Headers) -> Headers:
    """Of a page with another one under way: a cache in front was told of the change, and asks once."""
    brief = f"public, max-age=0, s-maxage={min(1, settings.CDN_SECONDS)}"
    return [(name, brief if name.lower() == "cache-control" else value) for name, value in headers]


def _midnight() -> float:
    """The end of the site's day, with which petitions open and close."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, datetime.min.time())).timestamp()

"""Carries the index to a search server; what it could not take waits and is tried again."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connections, transaction

from search import embedded
from search.engine import EngineError
from search.models import Change, Entry
from search.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search.server import Body, Line

logger = logging.getLogger(__name__)
BATCH = 500


def server(until: float = math.inf) -> Server | None:
    """The search server, where one is named; it answers readers ``until`` a moment."""
    return Server(settings.SEARCH_SERVER, until) if settings.SEARCH_SERVER else None


def note(kind: str, object_ids: Iterable[int]) -> None:
    """Have the search server told of these things once the caller's transaction is safe."""
    if not settings.SEARCH_SERVER:
        return
    Change.objects.bulk_create(Change(kind=kind, object_id=number) for number in object_ids)
    # ``robust``: the rows are safe, so what goes wrong in here must not turn a page into an error.
    transaction.on_commit(_carrier.wake, robust=True)


def carry() -> int:
    """Tell the search server what waits, the first first; how many changes it took.

    Raises:
        EngineError: It did not take them. They wait.
    """
    told = 0
    if (searcher := server()) is None:
        return told
    while waiting := list(Change.objects.order_by("pk")[:BATCH]):
        things = {(change.kind, change.object_id) for change in waiting}
        searcher.write(_lines(things), version=waiting[-1].pk)
        # Only these rows: what changed meanwhile has rows of its own.
        Change.objects.filter(pk__in=[change.pk for change in waiting]).delete()
        told += len(waiting)
    return told


def rebuild() -> Iterator[int]:
    """Fill a new index beside the one that answers, and put it in its place; yields how many.

    Raises:
        EngineError: The server did not take it. The old index goes on answering.
    """
    searcher = server()
    if searcher is None:
        return
    version = Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    before = _digests()
    things = {slot: (kind, number) for (kind, number), (slot, _) in before.items()}
    fresh = searcher.make_index()
    try:
        lines: list[Line] = []
        for slot, *texts in embedded.index().every_row():
            if slot not in things:
                continue
            lines.append((*things[slot], _document(slot, *texts)))
            if len(lines) == BATCH:
                searcher.write(lines, version=version, index=fresh)
                yield len(lines)
                lines = []
        searcher.write(lines, version=version, index=fresh)
        yield len(lines)
        searcher.put_in_place(fresh)
    except BaseException:
        searcher.drop(fresh)
        raise
    # What changed meanwhile was told to the old index.
    after = _digests()
    for thing in sorted(before.keys() | after.keys()):
        if before.get(thing) != after.get(thing):
            Change.objects.create(kind=thing[0], object_id=thing[1])
    carry()


def _digests() -> dict[tuple[str, int], tuple[int, str]]:
    """Slot and digest of everything in the index."""
    rows = Entry.objects.values_list("kind", "object_id", "slot", "digest")
    return {(kind, number): (slot, digest) for kind, number, slot, digest in rows.iterator()}


def _document(slot: int, title: str, introduction: str, body: str, names: str, marks: str) -> Body:
    """What the server holds of an entry."""
    return {
        "slot": slot,
        "labels": marks.split(),
        "title": title,
        "introduction": introduction,
        "body": body,
        "names": names,
    }


def _lines(things: set[tuple[str, int]]) -> list[Line]:
    """What the server is told of things: what they are now, or that they are gone."""
    slots = {
        entry.slot: (entry.kind, entry.object_id)
        for kind in sorted({kind for kind, _ in things})
        for entry in Entry.objects.filter(
            kind=kind, object_id__in=[number for name, number in things if name == kind]
        )
    }
    found = {
        slots[slot]: _document(slot, *texts) for slot, *texts in embedded.index().texts(list(slots))
    }
    return [(*thing, found.get(thing)) for thing in sorted(things)]


class _Carrier:
    """At most one thread of this process that tells the server, and once more if more came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = self._running = False
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Tell the server soon; a slow one must not slow who publishes."""
        with self._lock:
            self._wanted = True
            if self._running:
                return
            self._running = True
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Come back when nothing is being told any more."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._running = False
                    return
                self._wanted = False
            try:
                carry()
            except EngineError as error:
                logger.warning("The search server was not told what changed: %s", error)
            except Exception:
                logger.exception("Telling the search server failed.")
            finally:
                connections.close_all()


_carrier = _Carrier()


def wait() -> None:
    """Come back when this process has nothing more to tell the server."""
    _carrier.wait()

"""Parts of pages that a process keeps until something that they show changes.

``cms.core.page_cache`` says what a part shows while it is made, and knows when that was touched
last, in whatever process. So a part is exact where a whole page is, and lives on where the page
around it had to be made anew: an article's text when its petition is signed, the masthead always.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection

from cms.core.page_cache import tags, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from django.db.models import Model

# What follows from the clock (how long ago something was, whether a petition is still open) and
# touches nothing shows within this.
SECONDS = 60.0
# Of each process: some 2,000 articles of 3,500 words.
MOST_BYTES = 64 * 1024 * 1024

Made = TypeVar("Made")
Row = TypeVar("Row", bound="Model")


@dataclass(frozen=True)
class _Part:
    """What was made, of what, and when."""

    value: Any
    size: int
    tags: tuple[str, ...]
    generation: int
    made_at: float

    def is_good(self) -> bool:
        """Whether it is as it would be if it were made now.

        A number too: the page around it is taken for as new as its own rendering, and would show an
        old one until the number changes again.
        """
        age = time.monotonic() - self.made_at
        return age < SECONDS and versions.unchanged(self.tags, since=self.generation)


class _Shelf:
    """The parts that were used last, up to a number of bytes."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Hashable, _Part] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Part | None:
        with self._lock:
            part = self._parts.get(key)
            if part is not None:
                self._parts.move_to_end(key)
            return part

    def put(self, key: Hashable, part: _Part) -> None:
        with self._lock:
            old = self._parts.pop(key, None)
            self._bytes += part.size - (old.size if old else 0)
            self._parts[key] = part
            while self._bytes > MOST_BYTES:
                _, oldest = self._parts.popitem(last=False)
                self._bytes -= oldest.size

    def clear(self) -> None:
        with self._lock:
            self._parts.clear()
            self._bytes = 0


_shelf = _Shelf()


def kept(
    key: Hashable,
    make: Callable[[], Made],
    *,
    size: Callable[[Made], int],
    counts: bool = True,
    since: int | None = None,
) -> Made:
    """What ``make`` made for this key, now or before; whoever gets it must not change it.

    Args:
        key: Names the part in the whole process, with everything that ``make`` reads of the request.
        make: May be called by several threads at once.
        size: How many bytes the part takes, about.
        counts: Whether it shows a number that changes often; without, it outlives these changes.
        since: The generation at which reading began, where that was before this; 0: not known.
    """
    part = _shelf.get(key)
    if part is None or not part.is_good():
        # Before anything is read: what is touched meanwhile makes the part old at once.
        generation = versions.now() if since is None else since
        with tags.collected() as shown:
            value = make()
        shown.add(tags.SITE)
        names = tuple(tag for tag in shown if counts or not tag.startswith(tags.SOFT))
        part = _Part(value, 500 + size(value), names, generation, time.monotonic())
        if generation and _is_worth_keeping():
            _shelf.put(key, part)
    tags.show(*part.tags)
    return cast("Made", part.value)


def _is_worth_keeping() -> bool:
    """Not what another may never see: of a transaction under way, or of a template being changed."""
    return not connection.in_atomic_block and not settings.DEBUG


def text(
    key: Hashable, make: Callable[[], str], *, counts: bool = True, since: int | None = None
) -> str:
    """A part that is one text."""
    return kept(key, make, size=len, counts=counts, since=since)


def row(key: Hashable, find: Callable[[], Row | None], *, since: int | None = None) -> Row | None:
    """A row that every page asks for, as a new object each time: nobody changes another's."""
    found = kept(key, lambda: _taken_apart(find()), size=lambda parts: 2_000, since=since)
    if found is None:
        return None
    model, using, names, values = found
    return cast("Row", model.from_db(using, names, values))


def _taken_apart(found: Model | None) -> tuple[type[Model], str, list[str], list[Any]] | None:
    if found is None:
        return None
    names = [field.attname for field in found._meta.concrete_fields]
    values = [getattr(found, name) for name in names]
    return type(found), found._state.db or DEFAULT_DB_ALIAS, names, values


def forget() -> None:
    """Make everything anew, as a new process would."""
    _shelf.clear()

"""A PostgreSQL that follows the site's own, for questions that cost much and change nothing.

Whoever asks it is told nothing old: it is asked only once it knows everything that was written
before the question. Where that takes too long, or it is away, the database answers as without it.
Nothing that is kept is made of it (decision 58).
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    InternalError,
    OperationalError,
    connections,
)

from cms.core.absence import Absence
from cms.core.page_cache import tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model, QuerySet

ALIAS = "replica"
# Seconds for which a reader waits until it knows what the database knows.
PATIENCE = 0.2
LOOK_EVERY = 0.01
# Its own failures: away, ended, in the way of what it has to repeat. Not what is wrong with a question.
_FAILURES = (OperationalError, InterfaceError, InternalError)
# A number that names the cluster, a copy of which has it too; then how far its log is certain.
_DATABASE = """
    SELECT system_identifier, current_database(), NOT pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery() THEN 0 ELSE pg_current_wal_flush_lsn() - '0/0' END
    FROM pg_control_system()
"""
_REPLICA = """
    SELECT system_identifier, current_database(), pg_is_in_recovery(),
    coalesce(pg_last_wal_replay_lsn() - '0/0', 0) FROM pg_control_system()
"""

Answer = TypeVar("Answer")
Row = TypeVar("Row", bound="Model")

_chosen: ContextVar[bool] = ContextVar("answered_by_the_replica", default=False)
_absence = Absence("The database answers in place of its replica")


class _UnfitError(Exception):
    """It must not be asked now."""


class Router:
    """Sends what the ORM reads inside of ``ask`` to the replica; whatever is written, never."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Where this is read."""
        return alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The database."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Rows of both are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Not there: it follows."""
        return db != ALIAS


def alias() -> str:
    """The database that is to be read here.

    Not the replica for a page, or a part of one, that will be kept: nor in a transaction, which
    reads what it wrote.
    """
    return ALIAS if _chosen.get() and _may_answer() else DEFAULT_DB_ALIAS


def connection() -> BaseDatabaseWrapper:
    """The connection to it."""
    return connections[alias()]


def ask(
    question: Callable[[], Answer],
    *,
    patience: float = PATIENCE,
    failures: tuple[type[Exception], ...] = (),
) -> Answer:
    """What a question is answered: by the replica if it is as new as the question, else as ever.

    Args:
        question: Only reads, by the ORM or by ``connection()``, and has read all when it returns.
            It is asked once more, of the database, where the replica fails in the middle.
        patience: Seconds to wait until the replica knows all that was written.
        failures: What else the question raises where the replica fails.
    """
    if not is_set() or _chosen.get() or not _may_answer() or not _absence.may_ask():
        return question()
    unfit: tuple[type[Exception], ...] = (_UnfitError, *_FAILURES, *failures)
    try:
        _catch_up(patience)
        token = _chosen.set(True)
        try:
            answer = question()
        finally:
            _chosen.reset(token)
    except unfit as error:
        _absence.begins(str(error).partition("\n")[0])
        connections[ALIAS].close()
        return question()
    _absence.ends()
    return answer


def rows(queryset: QuerySet[Row], *, at_once: int = 2000) -> Iterator[Row]:
    """All rows in the order of their keys, some at a time; where the replica fails, the rest too."""
    forward = queryset.order_by("pk")
    batch = ask(lambda: list(forward[:at_once]))
    yield from batch
    while len(batch) == at_once:
        after = batch[-1].pk
        batch = ask(lambda: list(forward.filter(pk__gt=after)[:at_once]))  # noqa: B023 - at once
        yield from batch


def is_set() -> bool:
    """Whether the site has one."""
    return ALIAS in connections.databases


def is_away() -> bool:
    """Whether it was not fit to answer when this process asked last."""
    return is_set() and _absence.lasts


def bytes_behind() -> int:
    """How much of what is certain it has not repeated yet. OperationalError where it is away."""
    try:
        wanted, known = _state()
    except _UnfitError as error:
        raise OperationalError(str(error)) from error
    return max(0, wanted - known)


def forget() -> None:
    """Ask it again, as a new process would."""
    _absence.forget()


def _may_answer() -> bool:
    return tags.recording() is None and not connections[DEFAULT_DB_ALIAS].in_atomic_block


def _state() -> tuple[int, int]:
    """How far the database's log is certain, and then how far the replica has repeated it."""
    *whose, writes, wanted = _one(DEFAULT_DB_ALIAS, _DATABASE)
    *copied, follows, known = _one(ALIAS, _REPLICA)
    if not writes:
        raise _UnfitError("the database follows another one itself")
    if not follows or whose != copied:
        raise _UnfitError("DATABASE_REPLICA_URL names no replica of it")
    return int(wanted), int(known)


def _one(name: str, statement: str) -> tuple[Any, ...]:
    with connections[name].cursor() as cursor:
        cursor.execute(statement)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def _catch_up(patience: float) -> None:
    """Come back when the replica knows all that was certain before; _UnfitError where it takes long."""
    until = time.monotonic() + patience
    wanted, known = _state()
    while known < wanted:
        if time.monotonic() >= until:
            raise _UnfitError(f"it is {wanted - known} bytes behind")
        time.sleep(LOOK_EVERY)
        known = int(_one(ALIAS, _REPLICA)[-1])

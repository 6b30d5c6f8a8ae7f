"""Searching, as the page asks for it: forgiving, and answered whatever the search server does."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cms.core import replica
from search import embedded, outward, server, spelling
from search.engine import EngineError, Found
from search.queries import Query, Search

if TYPE_CHECKING:
    from search.server import Server

logger = logging.getLogger(__name__)
# With fewer results than this, another spelling is looked for.
FEW = 3


@dataclass(frozen=True)
class Answer:
    """What was found, and by which question in the end.

    ``instead`` is what was asked with another spelling, and ``did_you_mean`` what might be asked;
    ``nearly`` says that nothing has all the words, so that these have all but one.
    """

    found: Found
    query: Query
    instead: bool = False
    nearly: bool = False
    did_you_mean: Query | None = None
    from_database: bool = False


def patience() -> float:
    """The moment until which a page that is asked for now waits for the search server."""
    return time.monotonic() + server.SECONDS


def search(asked: Search, until: float | None = None) -> Answer:
    """Results with counts, facets and extracts; of another spelling where this one finds nothing.

    What one page searches for shares one moment (``patience``), however many questions it takes.
    """
    try:
        return _forgiving(asked, outward.server(until or patience()))
    except EngineError as error:
        logger.warning("The search server %s; the database answered instead.", error)
        return _forgiving(asked, None, fallback=True)


def _forgiving(asked: Search, searcher: Server | None, *, fallback: bool = False) -> Answer:
    def find(question: Search) -> Found:
        if searcher:
            return searcher.find(question)
        return replica.ask(lambda: embedded.index().find(question))

    found = find(asked)
    answer = Answer(found, asked.query, from_database=fallback)
    everything = sum(found.kinds.values())
    if not asked.query.terms or everything >= FEW:
        return answer
    better = replica.ask(lambda: spelling.corrected(asked.query))
    if everything or found.looked_at:
        # Not all was looked into, so nothing else may be shown as if this were nowhere.
        return replace(answer, did_you_mean=better)
    question = asked
    if better:
        question = replace(asked, query=better)
        if sum((found := find(question)).kinds.values()):
            return replace(answer, found=found, query=better, instead=True)
    if question.query.nearly:
        question = replace(question, nearly=True)
        if sum((found := find(question)).kinds.values()):
            return replace(
                answer, found=found, query=question.query, instead=bool(better), nearly=True
            )
    return answer

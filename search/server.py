"""The index on a search server that speaks as Elasticsearch does.

Only requests that mean the same since version 7 are made: groups are keywords, and years too.
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache as cache_once
from typing import Any

import httpx2
from django.core.cache import cache

from search import labels
from search.engine import (
    CLOSE,
    HALVES_AFTER_DAYS,
    OPEN,
    REACHABLE,
    RECENT,
    SLOT_BITS,
    WEIGHTS,
    EngineError,
    Found,
    Hit,
    choose_extract,
    count_kinds,
    marks,
    moments,
)
from search.labels import kind_label
from search.models import Kind
from search.queries import Search

Body = dict[str, Any]
# A thing and what the server shall hold of it; None where it is gone.
Line = tuple[str, int, Body | None]

ALIAS = "dovetail_search"
# A reader waits so long for a server, for all that one page asks it, before the database answers.
SECONDS = 0.8
WRITE_SECONDS = 60.0
# A server that did not answer is left alone for so long, and readers do not wait for it again.
PAUSE_SECONDS = 20
PAUSED = "search-server-paused"
COUNTED = 100_000_000
FIELDS = dict(zip(("title", "introduction", "body", "names"), WEIGHTS, strict=True))

# How many there are of each kind.
_KIND = f"{labels.MARK}{labels.FACETS['kind']}"
_KINDS = {"terms": {"field": "labels", "include": f"{_KIND}.*"}}

# The server takes don't, U.S. and 3,500 for one word each, and the databases for two: a character
# that parts words and that nobody sees is put in, and taken out of what comes back.
PART = "\u200b"
_JOINTS = re.compile(r"(?<=[^\W_])([._'’:,·])(?=[^\W_])|(?<=\w)(_)(?=\w)")

SETTINGS: Body = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "refresh_interval": "1s",
    "analysis": {
        "filter": {"stems": {"type": "stemmer", "language": "english"}},
        "analyzer": {
            "text": {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["lowercase", "asciifolding", "stems"],
            }
        },
    },
}
_TEXT = {"type": "text", "analyzer": "text"}
MAPPING: Body = {
    "dynamic": False,
    "properties": {
        "slot": {"type": "long"},
        "published": {"type": "date", "format": "epoch_second"},
        "labels": {"type": "keyword"},
        **dict.fromkeys(FIELDS, _TEXT),
    },
}


@cache_once
def _client() -> httpx2.Client:
    """Keeps connections open: to make one takes longer than an answer."""
    return httpx2.Client(trust_env=False)


class _Exchange:
    """One request and its answer, beside a thread that may be left behind.

    The library's timeout begins anew with each byte, and knows nothing of the look-up of a name.
    Whoever waits, waits no longer than was said. Then the connections are closed, so that the
    thread ends with the next byte or with its own timeout.
    """

    def __init__(self, client: httpx2.Client, request: httpx2.Request) -> None:
        self._client, self._request = client, request
        self._answer: tuple[int, bytes] | None = None
        self._error: Exception | None = None

    def outcome(self, seconds: float) -> tuple[int, bytes]:
        """The status and the body.

        Raises:
            EngineError: It took longer.
            Exception: Whatever the library says.
        """
        thread = threading.Thread(target=self._run, name="search server", daemon=True)
        thread.start()
        thread.join(seconds)
        if self._answer is not None:
            return self._answer
        if self._error is not None:
            raise self._error
        _client.cache_clear()
        with suppress(RuntimeError, OSError):
            self._client.close()
        raise EngineError("it answered too slowly")

    def _run(self) -> None:
        try:
            response = self._client.send(self._request)
            self._answer = response.status_code, response.content
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits
            self._error = error


class Server:
    """One search server.

    ``until`` is the moment by ``time.monotonic()`` after which it answers no reader any more.
    """

    def __init__(self, address: str, until: float = math.inf) -> None:
        self.address = address.rstrip("/")
        self.until = until

    # What readers ask ---------------------------------------------------------------------------

    def find(self, search: Search) -> Found:
        """Results, counts and extracts.

        Raises:
            EngineError: It did not answer in time, or with an error.
        """
        stop = min(search.start + search.size, REACHABLE)
        body: Body = {
            "from": min(search.start, REACHABLE),
            "size": max(stop - search.start, 0),
            "track_total_hits": True,
            "_source": ["slot", "labels", "title", "introduction"],
            "query": self._weighed(search),
            "sort": self._order(search),
            "highlight": self._highlight(search),
            # The kind narrows the results only, so that the other kinds can be counted.
            "post_filter": {"bool": {"filter": self._kind(search)}},
            "aggs": {
                "of_kind": {
                    "filter": {"bool": {"filter": self._kind(search)}},
                    "aggs": {"labels": {"terms": {"field": "labels", "size": 10_000}}},
                },
                # Of all kinds, they stand among the labels above.
                **({"kinds": _KINDS} if search.filters.kind else {}),
            },
        }
        answer = self._ask(body)
        try:
            return self._found(answer)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise EngineError("the answer is not one of Elasticsearch's") from error

    def count(self, search: Search) -> int:
        """How many results there are.

        Raises:
            EngineError: It did not answer in time, or with an error.
        """
        query = self._matching(search)
        query["bool"]["filter"] += self._kind(search)
        answer = self._ask({"query": query, "size": 0, "track_total_hits": True})
        try:
            return int(answer["hits"]["total"]["value"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError("the answer is not one of Elasticsearch's") from error

    def _found(self, answer: Body) -> Found:
        hits = []
        for hit in answer["hits"]["hits"]:
            kind, _, number = hit["_id"].partition("-")
            marked, source = hit.get("highlight", {}), hit["_source"]
            introduction = "".join(marked.get("introduction", [source["introduction"]]))
            body = "".join(f"…{part}…" for part in marked.get("body", []))
            title = "".join(marked.get("title", [source["title"]]))
            extract = choose_extract(introduction, body)
            hits.append(Hit(kind, int(number), title.replace(PART, ""), extract.replace(PART, "")))
        aggregations = answer["aggregations"]
        counted = {
            bucket["key"]: bucket["doc_count"]
            for bucket in aggregations["of_kind"]["labels"]["buckets"]
        }
        of_all = counted
        if "kinds" in aggregations:
            of_all = {b["key"]: b["doc_count"] for b in aggregations["kinds"]["buckets"]}
        kinds = {int(k[2:]): n for k, n in of_all.items() if k.startswith(_KIND)}
        return Found(
            hits=hits,
            total=int(answer["hits"]["total"]["value"]),
            kinds=count_kinds(kinds),
            facets=labels.by_facet(counted),
        )

    # How it is asked ----------------------------------------------------------------------------

    def _matching(self, search: Search) -> Body:
        query = search.query
        low, high = moments(search.filters)
        terms = [self._term(term) for term in query.terms]
        found: Body = {
            "filter": [
                *({"term": {"labels": mark}} for mark in self._groups(search)),
                {"range": {"slot": {"gte": low, "lt": high}}},
            ],
            "must_not": [self._term(term) for term in query.without],
        }
        if search.nearly:
            found |= {"should": terms, "minimum_should_match": len(terms) - 1}
        else:
            found["must"] = terms
        return {"bool": found}

    @staticmethod
    def _term(term: Sequence[str]) -> Body:
        fields = [f"{name}^{weight}" for name, weight in FIELDS.items()]
        return {"multi_match": {"query": " ".join(term), "type": "phrase", "fields": fields}}

    @staticmethod
    def _groups(search: Search) -> list[str]:
        return [mark for mark in marks(search.filters) if mark[1] != labels.FACETS["kind"]]

    @staticmethod
    def _kind(search: Search) -> list[Body]:
        kind = search.filters.kind
        return [{"term": {"labels": kind_label(kind)}}] if kind else []

    def _weighed(self, search: Search) -> Body:
        matching = self._matching(search)
        if search.sort != "relevance" or not search.query.terms:
            return matching
        person = {"term": {"labels": kind_label(Kind.REPRESENTATIVE)}}
        scale = {"origin": "now", "scale": f"{HALVES_AFTER_DAYS}d", "decay": 0.5}
        return {
            "function_score": {
                "query": matching,
                "functions": [
                    {"weight": 1},
                    {"filter": person, "weight": RECENT},
                    {
                        "filter": {"bool": {"must_not": [person]}},
                        "exp": {"published": scale},
                        "weight": RECENT,
                    },
                ],
                "score_mode": "sum",
                "boost_mode": "multiply",
            }
        }

    @staticmethod
    def _order(search: Search) -> list[Body]:
        by_time = {"slot": {"order": "asc" if search.sort == "oldest" else "desc"}}
        if search.sort == "relevance" and search.query.terms:
            return [{"_score": {"order": "desc"}}, by_time]
        return [by_time]

    def _highlight(self, search: Search) -> Body:
        words: Body = {"bool": {"should": [self._term(term) for term in search.query.terms]}}
        return {
            "pre_tags": [OPEN],
            "post_tags": [CLOSE],
            "highlight_query": words if search.query.terms else {"match_none": {}},
            "fields": {
                "title": {"number_of_fragments": 0},
                "introduction": {"number_of_fragments": 0},
                "body": {"number_of_fragments": 1, "fragment_size": 220},
            },
        }

    # What it is told ----------------------------------------------------------------------------

    def write(self, lines: Iterable[Line], *, version: int, index: str = ALIAS) -> None:
        """Have it hold things as they are, unless it knows of a later version.

        Raises:
            EngineError: It did not take them all.
        """
        actions: list[str] = []
        for kind, number, document in lines:
            about = {
                "_index": index,
                "_id": f"{kind}-{number}",
                "version": version,
                "version_type": "external_gte",
            }
            if document is None:
                actions.append(json.dumps({"delete": about}))
            else:
                document = {
                    **document,
                    **{name: _JOINTS.sub(rf"\g<0>{PART}", document[name]) for name in FIELDS},
                    "published": document["slot"] >> SLOT_BITS,
                }
                actions += [json.dumps({"index": about}), json.dumps(document)]
        if not actions:
            return
        if index == ALIAS and self._send("GET", f"/_alias/{ALIAS}", missing={}) == {}:
            raise EngineError("it has no index yet; rebuild_search makes one")
        answer = self._send("POST", "/_bulk", "\n".join([*actions, ""]), seconds=WRITE_SECONDS)
        for item in answer.get("items", []):
            (result,) = item.values()
            # Not found: it is gone already. Conflict: it knows of a later version.
            if result.get("status", 500) >= 300 and result["status"] not in {404, 409}:
                raise EngineError(f"it refused {result.get('_id')}: {str(result)[:300]}")

    def make_index(self) -> str:
        """An empty index that nobody asks yet; its name."""
        name = f"{ALIAS}_{time.strftime('%Y%m%d%H%M%S', time.gmtime())}_{uuid.uuid4().hex[:6]}"
        body = json.dumps({"settings": SETTINGS, "mappings": MAPPING})
        self._send("PUT", f"/{name}", body, seconds=WRITE_SECONDS)
        return name

    def put_in_place(self, name: str) -> None:
        """Have an index answer from now on, in one step, and drop those that did before."""
        self._send("POST", f"/{name}/_refresh", seconds=WRITE_SECONDS)
        old = self._send("GET", f"/{ALIAS}_*/_alias", missing={}, seconds=WRITE_SECONDS)
        answering = [index for index, about in old.items() if ALIAS in about.get("aliases", {})]
        actions: list[Body] = [{"add": {"index": name, "alias": ALIAS}}]
        actions += [{"remove": {"index": index, "alias": ALIAS}} for index in answering]
        self._send("POST", "/_aliases", json.dumps({"actions": actions}), seconds=WRITE_SECONDS)
        for index in answering:
            self.drop(index)

    def drop(self, name: str) -> None:
        """Delete an index."""
        self._send("DELETE", f"/{name}", missing={}, seconds=WRITE_SECONDS)

    # On the wire --------------------------------------------------------------------------------

    def _ask(self, body: Body) -> Body:
        if cache.get(PAUSED):
            raise EngineError("it did not answer a moment ago")
        left = min(self.until - time.monotonic(), SECONDS)
        if left <= 0:
            raise EngineError("it answered too slowly")
        try:
            return self._send("POST", f"/{ALIAS}/_search", json.dumps(body), seconds=left)
        except EngineError:
            cache.set(PAUSED, True, PAUSE_SECONDS)
            raise

    def _send(
        self,
        method: str,
        path: str,
        content: str = "",
        *,
        missing: Body | None = None,
        seconds: float = 0,
    ) -> Body:
        """One request, answered within so many seconds; ``missing`` stands for a 404."""
        kind = "application/x-ndjson" if path == "/_bulk" else "application/json"
        seconds = seconds or SECONDS
        client = _client()
        exchange = _Exchange(
            client,
            client.build_request(
                method,
                f"{self.address}{path}",
                content=content.encode() if content else None,
                headers={"Content-Type": kind} if content else {},
                timeout=seconds,
            ),
        )
        try:
            status, received = exchange.outcome(seconds)
            if status == 404 and missing is not None:
                return missing
            if status >= 300:
                why = received[:300].decode("utf-8", "replace")
                raise EngineError(f"it answered with {status}: {why}")
            answer = json.loads(received or b"{}")
        except (httpx2.HTTPError, ValueError, OSError, RuntimeError) as error:
            raise EngineError(f"no answer: {type(error).__name__}") from error
        if not isinstance(answer, dict):
            raise EngineError("the answer is not one of Elasticsearch's")
        return answer

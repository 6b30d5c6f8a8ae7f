"""The stand-in as a server on loopback: OpenAI's protocol, no model behind it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter, deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar

from cms.llm.standin.behaviours import DEFAULT_MODEL, behaviours, status_of
from cms.llm.standin.commentary import SECTIONS, compose
from cms.llm.standin.exchange import Exchange
from cms.llm.standin.inventions import INVENTIONS
from cms.llm.standin.strictness import problems

LONGEST_REQUEST = 4 * 1024 * 1024
REMEMBERED_REQUESTS = 200


@dataclass(frozen=True)
class ReceivedRequest:
    """`headers` are under names in small letters."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class StandIn:
    """A server that runs from `start` to `stop`, or inside a `with`, on a port of its own choice.

    `requests` are the last ones it was sent, whatever it answered.
    """

    def __init__(self, *, port: int = 0, delay: float = 0.0):
        self.delay = delay
        self.requests: deque[ReceivedRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self.stopping = threading.Event()
        self.behaviours = behaviours()
        self._turns: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def start(self) -> StandIn:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def write(self, model: str, brief: dict[str, Any]) -> str:
        """Compose the text of a reply; asked the same again, word it otherwise."""
        about = json.dumps([brief["section"], brief.get("article")], sort_keys=True)
        with self._lock:
            turn = self._turns[about]
            self._turns[about] += 1
        reply = compose(brief, turn=turn)
        if model in INVENTIONS:
            reply = INVENTIONS[model](reply, brief)
        return json.dumps(reply, ensure_ascii=False)


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        owner = stand_in

    return Handler


class _Handler(BaseHTTPRequestHandler):
    owner: ClassVar[StandIn]
    protocol_version = "HTTP/1.1"
    # A connection that is kept open and says nothing does not keep its thread for ever.
    timeout = 60

    def do_GET(self) -> None:
        exchange = self._exchange({})
        if self.path == "/v1/models":
            rows = [{"id": name, "object": "model", "created": 0} for name in self.owner.behaviours]
            exchange.send_json(200, {"object": "list", "data": rows})
        else:
            exchange.fail(404, f"There is nothing at {self.path}.")

    def do_POST(self) -> None:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.requests.append(ReceivedRequest(self.path, headers, body))
        exchange = self._exchange(body)
        # Whoever asked may leave at any time; that is no fault here.
        with contextlib.suppress(ConnectionError):
            if self.path == "/v1/chat/completions":
                self._complete(exchange)
            else:
                exchange.fail(404, f"There is nothing at {self.path}.")

    def _complete(self, exchange: Exchange) -> None:
        status = status_of(exchange.model)
        behaviour = self.owner.behaviours.get(exchange.model)
        if status is not None:
            exchange.fail(status, f"The stand-in was asked to answer {status}.")
        elif behaviour is None:
            exchange.fail(
                404,
                f"The model '{exchange.model}' does not exist here; this is '{DEFAULT_MODEL}'.",
                "model_not_found",
            )
        elif wrong := self._faults(exchange):
            exchange.fail(400, f"Invalid schema for response_format: {wrong[0]}.")
        elif (brief := _brief(exchange.body)) is None:
            exchange.fail(
                400, "The user's message must be one JSON object with a section and an article."
            )
        else:
            behaviour(exchange, self.owner.write(exchange.model, brief))

    def _faults(self, exchange: Exchange) -> list[str]:
        if not exchange.wants_schema:
            return []
        return problems(exchange.body["response_format"].get("json_schema", {}).get("schema"))

    def _exchange(self, body: dict[str, Any]) -> Exchange:
        return Exchange(self, body, delay=self.owner.delay, stopping=self.owner.stopping)

    def _body(self) -> dict[str, Any]:
        """Read the request's JSON; what is no JSON object, or too long, counts as an empty one."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_REQUEST:
            self.close_connection = True
            return {}
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for those who run this beside a site."""


def _brief(body: dict[str, Any]) -> dict[str, Any] | None:
    """Find the one message that holds data; what the system message says is not for us."""
    for message in body.get("messages") or []:
        if isinstance(message, dict) and message.get("role") == "user":
            try:
                brief = json.loads(str(message.get("content")))
            except ValueError:
                return None
            if isinstance(brief, dict) and brief.get("section") in SECTIONS:
                return brief
    return None

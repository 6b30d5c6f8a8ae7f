"""Deadlines, cancelling and limits hold whatever the other end of the wire does."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from cms.llm import client
from cms.llm.errors import FailureReason, LanguageModelError
from cms.llm.standin import StandIn
from tests.llm.conftest import Ask
from tests.llm.schemas import Letter
from tests.llm.wires import Conduct, read_request, stream_head, wire

# Seconds within which a slow machine is done, where the other end would take for ever.
PROMPTLY = 30


def _never_answers(connection: socket.socket, ended: threading.Event) -> None:
    read_request(connection)
    ended.wait(2 * PROMPTLY)


def _never_reads(connection: socket.socket, ended: threading.Event) -> None:
    ended.wait(2 * PROMPTLY)


def _drips_headers(connection: socket.socket, ended: threading.Event) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Wait: ")
    while not ended.wait(0.1):
        connection.sendall(b".")


def _drips_an_error(connection: socket.socket, ended: threading.Event) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\n\r\n")
    while not ended.wait(0.1):
        connection.sendall(b".")


@pytest.mark.parametrize("conduct", [_never_answers, _never_reads, _drips_headers, _drips_an_error])
def test_silence_and_drips_end_at_the_deadline(ask: Ask, conduct: Conduct) -> None:
    with wire(conduct) as address:
        started = time.monotonic()
        with pytest.raises(LanguageModelError) as caught:
            ask(base_url=address, deadline=0.4)
    assert caught.value.reason is FailureReason.DEADLINE
    assert 0.3 < time.monotonic() - started < PROMPTLY


@pytest.mark.parametrize("model", ["slow", "drip"])
def test_a_slow_model_ends_at_the_deadline(ask: Ask, model: str) -> None:
    started = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        ask(model, deadline=0.4)
    assert caught.value.reason is FailureReason.DEADLINE
    assert caught.value.retryable
    assert time.monotonic() - started < PROMPTLY


@pytest.mark.parametrize("model", ["slow", "drip"])
def test_cancelling_ends_a_call_in_the_middle(ask: Ask, model: str) -> None:
    started = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        ask(model, cancelled=lambda: time.monotonic() - started > 0.3)
    assert caught.value.reason is FailureReason.CANCELLED
    assert time.monotonic() - started < PROMPTLY


def test_cancelling_ends_a_pause_between_attempts(stand_in: StandIn, ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask("429-then-ok", cancelled=lambda: len(stand_in.requests) > 0)
    assert caught.value.reason is FailureReason.CANCELLED
    assert len(stand_in.requests) == 1


def test_what_is_cancelled_before_it_begins_is_not_sent(stand_in: StandIn, ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask(cancelled=lambda: True)
    assert caught.value.reason is FailureReason.CANCELLED
    assert not stand_in.requests


def test_cancelled_is_asked_in_the_callers_thread_and_not_too_often(ask: Ask) -> None:
    threads = []

    def cancelled() -> bool:
        threads.append(threading.current_thread())
        return False

    with pytest.raises(LanguageModelError):
        ask("slow", deadline=1.0, cancelled=cancelled)
    assert set(threads) == {threading.current_thread()}
    assert 1 <= len(threads) <= 6


def test_nobody_at_the_address_is_unreachable(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        ask(base_url=f"http://127.0.0.1:{port}/v1", deadline=5)
    assert caught.value.reason is FailureReason.UNREACHABLE
    assert time.monotonic() - started >= sum(client.BACKOFF), "it was not tried again"


def _speaks_no_tls(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n")


@pytest.mark.parametrize("conduct", [_speaks_no_tls, _never_reads])
def test_a_server_without_tls_is_unreachable_by_https(ask: Ask, conduct: Conduct) -> None:
    started = time.monotonic()
    with wire(conduct) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address.replace("http:", "https:"), deadline=0.4)
    assert caught.value.reason is FailureReason.UNREACHABLE
    assert time.monotonic() - started < PROMPTLY


def test_a_name_without_an_address_is_unreachable(ask: Ask) -> None:
    with pytest.raises(LanguageModelError) as caught:
        ask(base_url="http://model.invalid/v1", deadline=0.4)
    assert caught.value.reason in {FailureReason.UNREACHABLE, FailureReason.DEADLINE}


def test_a_resolver_that_hangs_ends_at_the_deadline(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver cannot be made to hang for real without the system's settings."""
    hung = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple[object, ...]]:
        hung.wait(2 * PROMPTLY)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        ask(base_url="http://model.example/v1", deadline=0.3)
    hung.set()
    assert caught.value.reason is FailureReason.DEADLINE
    assert time.monotonic() - started < PROMPTLY


def test_a_connection_closed_at_once_is_tried_again(ask: Ask) -> None:
    connections = []

    def close(connection: socket.socket, ended: threading.Event) -> None:
        connections.append(connection)

    with wire(close) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address, deadline=5)
    assert caught.value.reason is FailureReason.CONNECTION_BROKEN
    assert len(connections) == 3


def test_a_connection_that_breaks_after_text_came_is_not_paid_for_twice(ask: Ask) -> None:
    connections = []

    def break_off(connection: socket.socket, ended: threading.Event) -> None:
        connections.append(connection)
        read_request(connection)
        chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "Some words"}}]})
        data = f"data: {chunk}\n\n".encode()
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + f"{len(data):x}\r\n".encode() + data + b"\r\n"
        )

    with wire(break_off) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address, deadline=5)
    assert caught.value.reason is FailureReason.CONNECTION_BROKEN
    assert caught.value.retryable
    assert caught.value.usage.output_tokens > 0
    assert len(connections) == 1


def test_a_reply_without_end_is_stopped(ask: Ask) -> None:
    def flood(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        connection.sendall(stream_head())
        chunk = json.dumps({"choices": [{"index": 0, "delta": {"content": "blah " * 200}}]})
        while not ended.is_set():
            connection.sendall(f"data: {chunk}\n\n".encode())

    with wire(flood) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address)
    assert caught.value.reason is FailureReason.TOO_LONG


def test_a_line_without_end_is_stopped(ask: Ask) -> None:
    def flood(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        connection.sendall(stream_head() + b"data: ")
        while not ended.is_set():
            connection.sendall(b"x" * 65536)

    with wire(flood) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address)
    assert caught.value.reason is FailureReason.TOO_LONG
    assert "on the wire" in caught.value.detail


@pytest.mark.parametrize(
    "line",
    [
        b"data: {not json}\n\n",
        b"data: []\n\n",
        b"data: 5\n\n",
        b'data: "words"\n\n',
        b'data: {"choices": "none"}\n\n',
        b'data: {"choices": [5]}\n\n',
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b"data: \xff\xfe\n\n",
    ],
)
def test_chunks_that_are_none_are_malformed(ask: Ask, line: bytes) -> None:
    def babble(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        connection.sendall(stream_head() + line)

    with wire(babble) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address)
    assert caught.value.reason is FailureReason.MALFORMED


def test_a_character_cut_in_two_by_the_stream_is_put_together(ask: Ask) -> None:
    def cut(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        connection.sendall(stream_head())
        for content in ('{"subject": "', "\\ud83d", "\\udd4a", '", "body": "\\ud83d"}'):
            escaped = content.replace('"', '\\"')
            line = f'{{"choices": [{{"delta": {{"content": "{escaped}"}}}}]}}'
            connection.sendall(f"data: {line}\n\n".encode())
        connection.sendall(b'data: {"choices": [{"finish_reason": "stop", "delta": {}}]}\n\n')

    with wire(cut) as address:
        reply = ask(base_url=address, schema=Letter)
    assert reply.value == Letter(subject="\N{DOVE OF PEACE}", body="\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{not json", FailureReason.MALFORMED),
        (b"[]", FailureReason.MALFORMED),
        (b'"words"', FailureReason.MALFORMED),
        (b'{"error": {"message": "overloaded"}}', FailureReason.SERVER_ERROR),
        (b'{"choices": null}', FailureReason.EMPTY),
    ],
)
def test_a_whole_reply_that_is_none_is_named(
    ask: Ask, content: bytes, reason: FailureReason
) -> None:
    def babble(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        head = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head.encode() + content)

    with wire(babble) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address, deadline=0.5)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("insufficient_quota", FailureReason.OUT_OF_CREDIT),
        ("context_length_exceeded", FailureReason.INPUT_TOO_LONG),
        ("content_filter", FailureReason.FILTERED),
    ],
)
def test_a_code_says_more_than_a_status(ask: Ask, code: str, reason: FailureReason) -> None:
    def turn_away(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        content = json.dumps({"error": {"message": "No.", "code": code}})
        head = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(f"HTTP/1.1 400 Bad Request\r\n{head}{content}".encode())

    with wire(turn_away) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address)
    assert caught.value.reason is reason


def test_a_server_that_quotes_the_key_back_does_not_spread_it(ask: Ask) -> None:
    def quote(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        content = json.dumps({"error": {"message": "You sent sk-secret-4711, which is odd."}})
        head = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        connection.sendall(f"HTTP/1.1 402 No\r\n{head}{content}".encode())

    with wire(quote) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address, api_key="sk-secret-4711")
    assert "sk-secret-4711" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("3600", 3600, 3600), ("Fri, 31 Dec 2999 23:59:59 GMT", 1e9, 1e11)],
)
def test_a_date_to_ask_again_is_read_like_a_number_of_seconds(
    ask: Ask, header: str, least: float, most: float
) -> None:
    def put_off(connection: socket.socket, ended: threading.Event) -> None:
        read_request(connection)
        connection.sendall(
            f"HTTP/1.1 503 Later\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode()
        )

    with wire(put_off) as address, pytest.raises(LanguageModelError) as caught:
        ask(base_url=address)
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after <= most


def test_a_redirect_is_not_followed_with_the_key(ask: Ask) -> None:
    visitors = []

    def lure(connection: socket.socket, ended: threading.Event) -> None:
        visitors.append(read_request(connection))

    with wire(lure) as elsewhere:

        def send_on(connection: socket.socket, ended: threading.Event) -> None:
            read_request(connection)
            connection.sendall(
                f"HTTP/1.1 307 Away\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode()
            )

        with wire(send_on) as address, pytest.raises(LanguageModelError) as caught:
            ask(base_url=address, api_key="sk-secret")
    assert caught.value.reason is FailureReason.NOT_FOUND
    assert not visitors

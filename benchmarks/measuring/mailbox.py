"""A mail server that takes everything and keeps it, in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from email import message_from_bytes, policy


class Mailbox:
    """Speaks as much SMTP as a mail client needs; use it with ``with``."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._texts: dict[str, list[str]] = {}
        self._number = 0
        self._last = time.monotonic()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._listening = threading.Event()

    def __enter__(self) -> Mailbox:
        self._thread.start()
        self._listening.wait(10)
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def number(self) -> int:
        """How many mails have come."""
        with self._lock:
            return self._number

    @property
    def last(self) -> float:
        """When the last mail came, by the monotonic clock."""
        with self._lock:
            return self._last

    def texts(self) -> dict[str, list[str]]:
        """The texts of all mails, by recipient."""
        with self._lock:
            return {recipient: list(texts) for recipient, texts in self._texts.items()}

    def counts(self) -> Counter[str]:
        """How many mails each recipient got."""
        with self._lock:
            return Counter({recipient: len(texts) for recipient, texts in self._texts.items()})

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._answer, "127.0.0.1", self.port)
        )
        self._listening.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A sender that is killed hangs up in the middle.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 mailbox")
        recipients: list[str] = []
        while line := await reader.readline():
            word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            match word.upper():
                case "RCPT":
                    recipients.append(rest.partition("<")[2].partition(">")[0])
                    say("250 OK")
                case "DATA":
                    say("354 Go on")
                    self._keep(recipients, await reader.readuntil(b"\r\n.\r\n"))
                    recipients = []
                    say("250 OK")
                case "QUIT":
                    say("221 Bye")
                    break
                case _:
                    say("250 OK")
            await writer.drain()

    def _keep(self, recipients: list[str], raw: bytes) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        body = message.get_body(("plain",))
        content = body.get_content() if body else ""
        with self._lock:
            self._last = time.monotonic()
            for recipient in recipients:
                self._texts.setdefault(recipient, []).append(content)
                self._number += 1

"""A few processes run as one: started together, ended together."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

# What a process gets to end by itself before it is killed.
GRACE = 10.0


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on a loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def make_was_interrupted() -> bool:
    """Whether `make` started this process and got a SIGINT that nobody else got.

    It passes SIGTERM on, but keeps SIGINT, which it takes to come from a terminal, to itself:
    blocks it, and waits for us. Only Linux tells; elsewhere this is never so.
    """
    parent = Path("/proc") / str(os.getppid())
    try:
        if (parent / "comm").read_text().strip() not in {"make", "gmake"}:
            return False
        blocked = re.search(r"^SigBlk:\s*(\w+)", (parent / "status").read_text(), re.MULTILINE)
    except OSError:
        return False
    return blocked is not None and bool(int(blocked[1], 16) & 1 << (signal.SIGINT - 1))


class Group:
    """Processes that live and end together.

    SIGTERM, SIGINT and SIGHUP (a terminal that is closed) end them all, in the reverse order of
    their start. When one ends by itself, the others are ended too and its exit status is the
    group's.
    """

    def __init__(self) -> None:
        self._members: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._asked_to_end = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_end = True

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        quiet: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a member in a session of its own, so that a key press reaches only this process."""
        process = subprocess.Popen(  # noqa: S603 - the commands are our own
            command,
            env=dict(environment),
            start_new_session=True,
            stdout=subprocess.DEVNULL if quiet else None,
        )
        self._members.append((name, process))
        return process

    def manage(self, name: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Start ``manage.py`` with arguments as a member."""
        self.start(name, [sys.executable, "manage.py", *arguments], environment=environment)

    def run(self, *arguments: str, environment: Mapping[str, str]) -> None:
        """Run ``manage.py`` with arguments to its end, or until a signal comes.

        SystemExit with its status where it fails.
        """
        self.manage("manage.py", *arguments, environment=environment)
        _, process = self._members[-1]
        while process.poll() is None and not self.asked_to_end:
            time.sleep(0.05)
        if process.poll() is None:
            return
        self._members.pop()
        if process.returncode and not self.asked_to_end:
            raise SystemExit(process.returncode)

    def answers(self, port: int, *, process: subprocess.Popen[bytes], seconds: float = 60) -> bool:
        """Wait until a member listens on a loopback port.

        False where it ends before, time runs out, or a signal comes.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until and process.poll() is None and not self.asked_to_end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
            time.sleep(0.1)
        return False

    @property
    def asked_to_end(self) -> bool:
        """Whether a signal has come."""
        # Only ever set: a signal may come while the answer is looked for.
        if make_was_interrupted():
            self._asked_to_end = True
        return self._asked_to_end

    def wait(self) -> int:
        """Wait for a signal or for the first member to end; end the rest; say how it went."""
        status = 0
        while not self.asked_to_end:
            ended = [
                (name, process) for name, process in self._members if process.poll() is not None
            ]
            if ended:
                name, process = ended[0]
                sys.stderr.write(f"{name} ended with status {process.returncode}.\n")
                status = process.returncode or 1
                break
            time.sleep(0.2)
        self.end()
        return status

    def end(self) -> None:
        """Ask every member to end, last started first, and kill what does not."""
        for _, process in reversed(self._members):
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + GRACE
        for _, process in reversed(self._members):
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

"""Processes that live and end together; every one of them is real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.core import processes

ROOT = Path(__file__).parents[2]
SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf\\n', end='', flush=True); time.sleep(60)"
)
# Starts a group of members, says their process ids, and ends with the group's status.
PARENT = """
import os, sys
from cms.core import processes
processes.GRACE = 1.0
group = processes.Group()
members = [
    group.start(f"member {n}", [sys.executable, "-c", code], environment=os.environ)
    for n, code in enumerate(sys.argv[1:])
]
print(" ".join(str(member.pid) for member in members) + "\\n", end="", flush=True)
sys.exit(group.wait())
"""


class Parent:
    """A process that holds a group of members, seen once each of the deaf ones has said so."""

    def __init__(self, *members: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-c", PARENT, *members],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        # Members may speak before their parent has come to tell their numbers.
        said = [self.process.stdout.readline() for _ in range(1 + members.count(STUBBORN))]
        said = [line for line in said if line != "deaf\n"]
        self.members = [int(pid) for pid in said[0].split()]
        assert len(self.members) == len(members)

    def end(self) -> tuple[int, str]:
        """Wait for its end: the status, and what it said."""
        _, errors = self.process.communicate(timeout=45)
        return self.process.returncode, errors


def alive(pid: int) -> bool:
    """Whether a process is there; one that is only waited for is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    until = time.monotonic() + 30
    while any(map(alive, pids)):
        assert time.monotonic() < until, "a member outlived its group"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _same_signals() -> Iterator[None]:
    kept = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_and_is_no_failure(number: signal.Signals) -> None:
    parent = Parent(SLEEP, SLEEP)
    parent.process.send_signal(number)
    assert parent.end() == (0, "")
    wait_until_gone(parent.members)


def test_a_signal_that_comes_in_between_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    group = processes.Group()

    def interrupted() -> bool:
        os.kill(os.getpid(), signal.SIGHUP)
        return False

    monkeypatch.setattr(processes, "make_was_interrupted", interrupted)
    assert group.asked_to_end


def test_a_member_that_ends_by_itself_ends_the_rest_with_its_status() -> None:
    parent = Parent(SLEEP, "import sys; sys.exit(3)", SLEEP)
    status, said = parent.end()
    assert status == 3
    assert said == "member 1 ended with status 3.\n"
    wait_until_gone(parent.members)


def test_a_member_that_ends_well_before_its_time_is_a_failure_too() -> None:
    assert Parent(SLEEP, "pass").end()[0] == 1


def test_a_member_that_is_killed_ends_the_rest() -> None:
    parent = Parent(SLEEP, SLEEP)
    os.kill(parent.members[0], signal.SIGKILL)
    assert parent.end()[0] != 0
    wait_until_gone(parent.members)


def test_a_member_that_does_not_listen_is_killed_after_its_grace() -> None:
    parent = Parent(STUBBORN, SLEEP)
    parent.process.send_signal(signal.SIGTERM)
    assert parent.end() == (0, "")
    wait_until_gone(parent.members)


def test_a_command_that_fails_ends_with_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    group = processes.Group()
    with pytest.raises(SystemExit) as ended:
        group.run("no_such_command", environment={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert ended.value.code == 1
    group.end()


def test_a_signal_ends_a_command_that_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manage.py").write_text(
        f"import os, signal; os.kill(os.getppid(), signal.SIGTERM); {SLEEP}"
    )
    group = processes.Group()
    begun = time.monotonic()
    group.run("migrate", environment=os.environ)
    assert group.asked_to_end
    group.end()
    assert time.monotonic() - begun < 20


def test_nobody_waits_for_a_server_that_ended() -> None:
    group = processes.Group()
    port = processes.free_port()
    process = group.start("web", [sys.executable, "-c", "pass"], environment=os.environ)
    assert not group.answers(port, process=process)


def test_a_server_answers_as_soon_as_it_listens() -> None:
    group = processes.Group()
    port = processes.free_port()
    assert processes.is_free(port)
    process = group.start(
        "web",
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
        environment=os.environ,
    )
    try:
        assert group.answers(port, process=process)
        assert not processes.is_free(port)
    finally:
        group.end()
    assert process.poll() is not None


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not processes.is_free(server.getsockname()[1])

"""A PostgreSQL of one's own, gone when it is left."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


class Cluster:
    """A PostgreSQL with the settings that it comes with, so commits are safe.

    With `outlives_power=False` they are safe from its own crashes only, and nobody waits for a disk.
    """

    def __init__(
        self,
        programs: Path,
        home: Path,
        *,
        following: Cluster | None = None,
        outlives_power: bool = True,
    ) -> None:
        """Make it, from nothing or as one that follows another; it does not run yet."""
        self._options = "" if outlives_power else " -c fsync=off"
        self.port = free_port()
        self.url = f"postgres://dovetail@127.0.0.1:{self.port}/postgres"
        self._programs, self._home = programs, home
        # It refuses to run as root.
        self._user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._user:
            shutil.chown(home, "postgres")
        if following:
            copy = (f"--dbname={following.url}", "--write-recovery-conf", "--checkpoint=fast")
            self._run("pg_basebackup", *copy, "--no-sync")
        else:
            locale = ("--encoding=UTF8", "--locale=C.UTF-8")
            synced = () if outlives_power else ("--no-sync",)
            self._run("initdb", "-U", "dovetail", "--auth=trust", *locale, *synced)

    @property
    def log(self) -> Path:
        """What it has to say."""
        return self._home / "log"

    def start(self) -> None:
        """Come back when it answers."""
        options = f"-p {self.port} -k {self._home} -c listen_addresses=127.0.0.1{self._options}"
        self._run("pg_ctl", "-l", str(self.log), "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it as a crash would: nothing is finished."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def restart(self) -> None:
        """Have it crash and start again, with the options that it had."""
        self._run("pg_ctl", "-l", str(self.log), "-w", "-m", "immediate", "restart")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - our own arguments
            [
                *self._user,
                str(self._programs / program),
                "-D",
                str(self._home / "data"),
                *arguments,
            ],
            check=True,
            cwd=self._home,
            stdout=subprocess.DEVNULL,
        )


def programs() -> Path:
    """The folder with PostgreSQL's own programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if initdb is None:
        raise SystemExit("There is no PostgreSQL on this machine. Name one with --database.")
    return Path(initdb).parent


@contextmanager
def running(*, following: Cluster | None = None, outlives_power: bool = True) -> Iterator[Cluster]:
    """One that runs, whatever is done to it, until it is left."""
    home = Path(tempfile.mkdtemp(prefix="dovetail-postgresql-"))
    try:
        cluster = Cluster(programs(), home, following=following, outlives_power=outlives_power)
        cluster.start()
        try:
            yield cluster
        finally:
            if (home / "data" / "postmaster.pid").exists():
                cluster.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def throwaway() -> Iterator[str]:
    """The address of one, while it runs."""
    with running() as cluster:
        yield cluster.url

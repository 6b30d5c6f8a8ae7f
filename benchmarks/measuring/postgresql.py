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


@contextmanager
def throwaway() -> Iterator[str]:
    """Its address, while it runs; with the settings that PostgreSQL comes with, so commits are safe."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    if initdb is None:
        raise SystemExit("There is no PostgreSQL on this machine. Name one with --database.")
    programs = Path(initdb).parent
    # It refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = Path(tempfile.mkdtemp(prefix="dovetail-benchmark-"))
    if user:
        shutil.chown(home, "postgres")
    data, port = home / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - our own arguments
            [*user, str(programs / program), "-D", str(data), *arguments],
            check=True,
            cwd=home,
            stdout=subprocess.DEVNULL,
        )

    try:
        run("initdb", "-U", "dovetail", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
        run("pg_ctl", "-l", str(home / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgres://dovetail@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)

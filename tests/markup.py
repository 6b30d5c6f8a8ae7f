"""The Nu HTML Checker, run as a server on loopback: starting Java for each page would be slow."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

JAR = Path(__file__).parents[1] / "node_modules/vnu-jar/build/dist/vnu.jar"
# Whatever proxy the environment names, it is not asked.
LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def missing() -> str:
    """What this machine lacks to check HTML, or nothing."""
    if not shutil.which("java"):
        return "HTML is not checked: there is no Java here"
    if not JAR.exists():
        return "HTML is not checked: there is no vnu.jar here, which `make test` gets through npm"
    return ""


class HTMLChecker:
    """A running checker; use it as a context manager."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}/?out=json&level=error"
        self._server = subprocess.Popen(  # noqa: S603 - our own arguments
            [
                shutil.which("java") or "java",
                "-Xss8m",
                "-XX:TieredStopAtLevel=1",
                "-Dnu.validator.servlet.bind-address=127.0.0.1",
                *("-cp", str(JAR), "nu.validator.servlet.Main", str(port)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.errors("<!doctype html><html lang=en><title>Ready</title>")
            except (urllib.error.URLError, ConnectionError):
                if self._server.poll() is not None or time.monotonic() > deadline:
                    self._end()
                    raise
                time.sleep(0.2)
            else:
                return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def _end(self) -> None:
        self._server.terminate()
        self._server.wait(timeout=10)

    def errors(self, html: str | bytes) -> list[str]:
        """Each error of a whole document, with the markup it stands beside."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            self._address,
            data=html.encode() if isinstance(html, str) else html,
            headers={"Content-Type": "text/html; charset=utf-8"},
        )
        with LOOPBACK.open(request, timeout=30) as response:
            messages = json.load(response)["messages"]
        return [
            f"line {message.get('lastLine', '?')}: {message['message']}"
            f" [{message.get('extract', '').strip()}]"
            for message in messages
        ]

"""How many bytes a page is on its way: HTML, styles and scripts, compressed."""

from __future__ import annotations

import gzip
import http.client
from html.parser import HTMLParser


class _Parts(HTMLParser):
    """The addresses of the styles and scripts that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") == "stylesheet":
            self.styles.append(given.get("href") or "")
        elif tag == "script" and given.get("src"):
            self.scripts.append(given["src"] or "")


def of_page(port: int, address: str) -> dict[str, int]:
    """Bytes of an address of the local server. RuntimeError where a part of it is missing.

    HTML is compressed as a proxy in front does; styles and scripts are as the server sends them.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        html = _fetch(connection, address)
        parts = _Parts()
        parts.feed(html.decode())
        return {
            "html": len(gzip.compress(html, 6)),
            "css": sum(len(_fetch(connection, part)) for part in parts.styles),
            "js": sum(len(_fetch(connection, part)) for part in parts.scripts),
        }
    finally:
        connection.close()


def _fetch(connection: http.client.HTTPConnection, address: str) -> bytes:
    connection.request("GET", address, headers={"Accept-Encoding": "br, gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address}: HTTP {answer.status}")
    return body

"""A browser that signs: a cookie, a network of its own, and what it has been given."""

from __future__ import annotations

import base64
import html
import json
import re
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import altcha


class Unexpected(Exception):
    """An answer that is not the one that a signer should get."""


class Signer:
    """One of many; each comes from another network, as a proxy says it."""

    def __init__(self, number: int, petition: str) -> None:
        self.email = f"signer-{number}@example.org"
        self._petition = petition
        self._network = f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
        self._form: dict[str, str] = {}
        self._token = self._cookie = ""

    def open(self, connection: HTTPConnection) -> None:
        """Open the petition, work out the proof, fill the form in."""
        status, _, page = self._ask(connection, "GET", self._petition)
        found = re.search(r'data-challenge="([^"]+)"', page)
        if status != 200 or found is None:
            raise Unexpected(f"the petition's page: {status}")
        self._form = {
            "proof": solved(html.unescape(found[1])),
            "name": "Ada Lovelace",
            "email": self.email,
            "country": "US",
            "postal_code": "53703",
            "comment": "My children drink from these pipes.",
            "may_be_shown": "on",
        }

    def sign(self, connection: HTTPConnection) -> None:
        """Send the form."""
        status, where, _ = self._ask(connection, "POST", self._petition, self._form)
        if (status, where) != (302, f"{self._petition}check-your-mail/"):
            raise Unexpected(f"signing: {status} {where}")

    def confirm(self, connection: HTTPConnection, link: str) -> None:
        """Follow the link and press the button."""
        path = urlsplit(link).path
        self._ask(connection, "GET", path)
        status, where, _ = self._ask(connection, "POST", path, {})
        if (status, where) != (302, f"{self._petition}thanks/"):
            raise Unexpected(f"confirming: {status} {where}")

    def replay(self, connection: HTTPConnection, link: str) -> None:
        """Press the button once more."""
        status, where, _ = self._ask(connection, "POST", urlsplit(link).path, {})
        if (status, where) != (200, ""):
            raise Unexpected(f"confirming again: {status} {where}")

    def _ask(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """Status, next address and page."""
        headers = {
            "X-Forwarded-For": self._network,
            "X-Forwarded-Proto": "https",
            "Cookie": self._cookie,
        }
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self._token, **form})
            # As browsers write it on a form of a page with no-referrer.
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": "null",
                "Sec-Fetch-Site": "same-origin",
            }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        if cookie := answer.headers.get("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        if token := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page):
            self._token = token[1]
        return answer.status, answer.headers.get("Location", ""), page


def solved(challenge: str) -> str:
    """What proof.js would send for a challenge."""
    given = altcha.Challenge.from_dict(json.loads(challenge))
    solution = altcha.solve_challenge(given)
    if solution is None:
        raise Unexpected("a challenge without a solution")
    payload = altcha.Payload(given, solution).to_dict()
    return base64.b64encode(json.dumps(payload).encode()).decode()

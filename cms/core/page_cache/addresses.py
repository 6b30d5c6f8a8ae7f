"""Which requests ask for the same page, which for one that is never kept, and which for nothing.

All that tells pages apart is in the key: scheme, host, path, and the parameters that the view reads.
What is not in the key does not reach the view either: no header or parameter of one reader can get
into a page that others are sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from cms.core import proxies

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from cms.core.page_cache.pages import Pages

# Bytes of a path, and of a query that is looked into. What is longer is left to the views.
LONGEST_PATH = 512
LONGEST_QUERY = 1024
MOST_HOSTS = 256
# No address of ours has these, and no browser sends them: they are tried on other programs' faults.
# A path arrives here with its percent signs resolved.
_NEVER_WRITTEN = re.compile(r"[\x00-\x1f\x7f\\]|/\.\.?(/|$)")
# What any view here knows (Wagtail's admin gives up previews with DELETE, and keeps what was put away
# with PATCH), and what another site's script may ask a server for first.
_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"})
# No picture, document or article may be larger, and no form of a reader's; nothing is read of what is.
_LARGEST_UPLOAD = 20 * 1024 * 1024
_LARGEST_FORM = 1024 * 1024
_UPLOADS = "/admin/"
_NUMBER = re.compile(r"[0-9]{1,4}")
# Written by others to follow readers. They say nothing to any view.
_FOLLOWS = re.compile(
    r"utm_\w{1,30}|mc_[ce]id|gclid|gbraid|wbraid|fbclid|msclkid|dclid|twclid|igshid|yclid|_ga|ref_src"
)


class RefusedError(Exception):
    """Nobody who reads this site asks for this; the message says what is wrong."""


@dataclass(frozen=True)
class Asked:
    """A page by its key, with the query that the view gets; ``rewritten`` if that is another one."""

    key: str
    query: str
    rewritten: bool
    secure: bool


class Addresses:
    """The addresses of this site, by its settings."""

    def __init__(self) -> None:
        self._rules = [(re.compile(rule.path), rule) for rule in settings.PAGE_CACHE_PAGES]
        self._allowed: list[str] = settings.ALLOWED_HOSTS
        self._port = urlsplit(settings.SITE_URL).port
        self._hosts: dict[str, bool | None] = {}
        self._personal_cookies = (f"{settings.SESSION_COOKIE_NAME}=", "messages=")
        self._https_only: bool = settings.SECURE_SSL_REDIRECT

    def check(self, environ: WSGIEnvironment) -> bool:
        """Whether the host has pages that may be kept.

        Raises:
            RefusedError: the host is not ours, or the rest is nothing that any reader sends.
        """
        if environ["REQUEST_METHOD"] not in _METHODS:
            raise RefusedError("a method that nothing here knows")
        path = environ.get("PATH_INFO", "")
        most = _LARGEST_UPLOAD if path.startswith(_UPLOADS) else _LARGEST_FORM
        if (length := environ.get("CONTENT_LENGTH")) and _is_too_much(length, most):
            raise RefusedError("a body larger than any of ours")
        host = environ.get("HTTP_HOST")
        if host is None:
            # An old probe; Django knows what to make of it.
            return False
        known = self._hosts.get(host)
        if known is None:
            known = self._judge(host)
            if len(self._hosts) >= MOST_HOSTS:
                self._hosts.clear()
            self._hosts[host] = known
        if _NEVER_WRITTEN.search(path):
            raise RefusedError("a path that no page has")
        return known

    def _judge(self, host: str) -> bool:
        name, port = split_domain_port(host)
        # No port has more digits, and thousands are more than Python makes a number of.
        if not name or len(port) > 5 or not validate_host(name, self._allowed):
            raise RefusedError("a host that is not ours")
        # Any port is let in, but only pages at our own are kept: there are 65,535 others.
        return not port or int(port) == self._port

    def is_for_everybody(self, environ: WSGIEnvironment) -> bool:
        """Whether the request says nothing of who asks.

        The cookie of a form is no sign: what is kept has no form, and whoever has seen a petition
        would never get a kept page again.
        """
        if "HTTP_AUTHORIZATION" in environ or environ.get("SCRIPT_NAME"):
            return False
        cookies = environ.get("HTTP_COOKIE")
        return not cookies or not any(name in cookies for name in self._personal_cookies)

    def asked(self, environ: WSGIEnvironment) -> Asked | None:
        """The page that is asked for; None for one that is never kept."""
        secure = proxies.is_secure(environ)
        if self._https_only and not secure:
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        wanted = ""
        if query:
            known = self._query(path, query)
            if known is None:
                return None
            wanted = known
        scheme = "https" if secure else "http"
        key = f"{scheme}://{environ['HTTP_HOST'].lower()}{path}?{wanted}"
        return Asked(key, wanted, wanted != query, secure)

    def may_be_kept(self, path: str) -> bool:
        """Whether there is a page at this path that may be."""
        rule = self._rule(path)
        return len(path) <= LONGEST_PATH and (rule is None or rule.kept)

    def _rule(self, path: str) -> Pages | None:
        return next((rule for pattern, rule in self._rules if pattern.fullmatch(path)), None)

    def _query(self, path: str, query: str) -> str | None:
        """The parameters that the view reads, in one order; None where the page is not kept."""
        rule = self._rule(path)
        if len(query) > LONGEST_QUERY or (rule and not rule.kept):
            return None
        try:
            given = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
        except ValueError:
            return None
        if rule is None:
            # Somewhere an old address may lead on by its query.
            return "" if all(map(_FOLLOWS.fullmatch, given)) else None
        if not given.keys().isdisjoint(rule.personal):
            return None
        kept = []
        for name in rule.numbers:
            value = given.get(name)
            if value is None:
                continue
            if not _NUMBER.fullmatch(value):
                return None
            # The first page has no number.
            if (number := int(value)) != 1:
                kept.append(f"{name}={number}")
        return "&".join(kept)

    def for_everybody(self, environ: WSGIEnvironment, asked: Asked) -> WSGIEnvironment:
        """The request without anything that the key does not hold."""
        clean: dict[str, Any] = {
            name: value for name, value in environ.items() if not name.startswith("HTTP_")
        }
        clean |= {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": asked.query,
            "CONTENT_LENGTH": "",
            "CONTENT_TYPE": "",
            "HTTP_HOST": environ["HTTP_HOST"].lower(),
            "wsgi.input": BytesIO(),
        }
        clean.pop("HTTP_COOKIE", None)
        if asked.secure:
            clean |= proxies.SECURE
        return clean


def _is_too_much(length: str, most: int) -> bool:
    return not length.isdecimal() or len(length) > 10 or int(length) > most

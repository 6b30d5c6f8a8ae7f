"""Whole pages that a process keeps, with holes for the numbers that change too often to be kept.

This is beneath the page cache, which keeps what readers are sent: here a page outlives what happens
to its holes, and is also at hand for those whom that cache does not answer.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Site

from cms.core import fragments

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from django.http import HttpRequest, HttpResponseBase

# What stands where a hole is. Nobody outside can know it, so no text can hold it.
_MARK = f"<!-- {secrets.token_hex(16)} -->"
# What a list may be asked for; a larger number is no page of any.
_LONGEST_NUMBER = 6

_holes: ContextVar[list[Callable[[], str]] | None] = ContextVar("holes_of_this_page", default=None)


@dataclass(frozen=True)
class _Page:
    """The bytes between the holes, and what fills these."""

    pieces: tuple[bytes, ...]
    holes: tuple[Callable[[], str], ...]

    def filled(self) -> bytes:
        parts = [self.pieces[0]]
        for fill, piece in zip(self.holes, self.pieces[1:], strict=True):
            parts += (fill().encode(), piece)
        return b"".join(parts)

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))


class _NotKeptError(Exception):
    """The answer is none that another request may get."""

    def __init__(self, response: HttpResponseBase) -> None:
        super().__init__()
        self.response = response


def page(
    request: HttpRequest, key: Hashable, respond: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """What ``respond`` answers, now or before.

    It reads nothing of the request but its site, its path, and ``page``, which is a number.
    """
    if not _is_plain(request):
        return respond()
    try:
        found = fragments.kept(
            ("page", _site_of(request), key, request.path, request.GET.get("page", "")),
            lambda: _made(request, respond),
            size=lambda made: made.size,
            counts=False,
            since=getattr(request, "generation", 0),
        )
    except _NotKeptError as other:
        return other.response
    return HttpResponse(found.filled())


def hole(fill: Callable[[], str]) -> SafeString | None:
    """Where a page that is to be kept shows what ``fill`` makes; None on other pages.

    ``fill`` is called for each reader, long after this request. What it makes is safe HTML.
    """
    holes = _holes.get()
    if holes is None:
        return None
    holes.append(fill)
    return mark_safe(_MARK)  # noqa: S308 - it is ours


def _site_of(request: HttpRequest) -> int | None:
    """Two sites may show one tree, under names and addresses of their own."""
    site = Site.find_for_request(request)
    return site.pk if site else None


def _is_plain(request: HttpRequest) -> bool:
    """Whether the request asks for nothing but a page, or one of its parts by number."""
    if request.method not in {"GET", "HEAD"} or getattr(request, "is_preview", False):
        return False
    if not request.GET:
        return True
    number = request.GET.get("page", "")
    return (
        set(request.GET) == {"page"}
        and len(request.GET.getlist("page")) == 1
        and number.isascii()
        and number.isdecimal()
        and len(number) <= _LONGEST_NUMBER
    )


def _made(request: HttpRequest, respond: Callable[[], HttpResponseBase]) -> _Page:
    with _noting() as holes:
        response = respond()
        if isinstance(response, TemplateResponse):
            response.render()
    if not isinstance(response, HttpResponse) or not _is_for_everybody(request, response):
        # Its holes are filled by nobody: it is made once more, as a page without any.
        raise _NotKeptError(respond() if holes else response)
    return _Page(tuple(response.content.split(_MARK.encode())), tuple(holes))


@contextmanager
def _noting() -> Iterator[list[Callable[[], str]]]:
    holes: list[Callable[[], str]] = []
    token = _holes.set(holes)
    try:
        yield holes
    finally:
        _holes.reset(token)


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether it is a page and nothing else: no form, no cookie, no header that says more."""
    return (
        response.status_code == 200
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and set(response.headers) == {"Content-Type"}
        and response.headers["Content-Type"] == "text/html; charset=utf-8"
    )

"""From which text a reader came to a petition or a letter, without following anybody.

A link on an article carries a signed parameter that names the article and nothing else. It is the
same for every reader, lasts as long as the page that it stands on, and is handed on from the form to
the mail and to the thank-you page, which can then say what else there is to do. What is behind a key
is known to the rooms above: they answer the hook ``advocacy_origin``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.core import signing
from wagtail import hooks

if TYPE_CHECKING:
    from django.http import HttpRequest

PARAMETER = "from"
HOOK = "advocacy_origin"
# Ours have about 50 characters.
LONGEST = 200
SALT = "advocacy.origin"


@dataclass(frozen=True)
class ToDo:
    """One thing to do, as the text behind an origin lists it."""

    key: str
    kind: str
    text: str
    url: str
    label: str
    # The registry's kind and id of what it leads to; blank and 0 where it leads elsewhere.
    entry: tuple[str, int]


@dataclass(frozen=True)
class Origin:
    """A text that links here: its name, its address, and what it asks its readers to do."""

    key: str
    title: str
    url: str
    to_dos: tuple[ToDo, ...]


def parameter(key: int) -> str:
    """What a link on the text with this key says of where it stands."""
    return signing.Signer(salt=SALT).sign(str(key))


def added(address: str, written: str) -> str:
    """The address with a parameter to hand on, beside what it asks for; unchanged without one."""
    if not written:
        return address
    page, mark, place = address.partition("#")
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{PARAMETER}={quote(written)}{mark}{place}"


def carried(request: HttpRequest) -> str:
    """The parameter of a request, to hand on; blank where there is none that we signed."""
    written = request.GET.get(PARAMETER, "")
    return written if _key(written) else ""


def behind(request: HttpRequest) -> Origin | None:
    """The text that a request's parameter names, as readers may see it now."""
    key = _key(request.GET.get(PARAMETER, ""))
    if not key:
        return None
    answers = (answer(request, key) for answer in hooks.get_hooks(HOOK))
    return next((origin for origin in answers if origin is not None), None)


def _key(written: str) -> str:
    """The key in a parameter; blank in a forged, foreign or broken one."""
    if not written or len(written) > LONGEST:
        return ""
    try:
        return str(signing.Signer(salt=SALT).unsign(written))
    except signing.BadSignature:
        return ""

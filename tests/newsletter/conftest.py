"""A real mail server, and a mailing to send through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from cms.newsletter import letters, mailings
from cms.newsletter.models import Frequency, Mailing
from tests.mailserver import MailServer

Begin = Callable[..., Mailing]


@pytest.fixture
def server(settings: Settings) -> MailServer:
    """A mail server that is not running yet, and settings that name it."""
    stopped = MailServer()
    settings.POST_OFFICE = {
        **settings.POST_OFFICE,
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    }
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", stopped.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 5
    return stopped


def part(title: str, *topics: str, kind: str = letters.ARTICLE) -> dict[str, Any]:
    """A part of a mailing, as it is stored."""
    return {
        "kind": kind,
        "topics": list(topics),
        "title": title,
        "html": f"<h2>{title}</h2>",
        "text": f"* {title}\n",
    }


def whole(**fields: Any) -> dict[str, Any]:
    """What a mailing is begun with."""
    return {
        "subject": "News",
        "preheader": "",
        "html": f"<i>{letters.PREHEADER}</i>{letters.PARTS}<a href='{letters.PREFERENCES}'>"
        f"change</a><a href='{letters.UNSUBSCRIBE}'>end</a>",
        "text": f"{letters.PARTS}\n\nEnd it: {letters.UNSUBSCRIBE}\n{letters.PREFERENCES}\n",
        "parts": [part("Water", "1"), part("Courts", "2")],
        "frequencies": list(Frequency.values),
        **fields,
    }


@pytest.fixture
def begin() -> Begin:
    """Begin a mailing to everybody; give other fields to change it."""

    def start(**fields: Any) -> Mailing:
        return mailings.begin(**whole(**fields))

    return start

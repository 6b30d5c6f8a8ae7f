"""What a search engine finds by way of the sitemap."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

LOCATION = re.compile(r"<loc>([^<]+)</loc>")


def parts(client: Client) -> list[str]:
    """The addresses of the sitemap's parts, without the host."""
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    return [_ours(location) for location in LOCATION.findall(response.content.decode())]


def xml(client: Client) -> str:
    """All parts, one after the other."""
    answers = [client.get(part) for part in parts(client)]
    assert {answer.status_code for answer in answers} <= {200}
    return "".join(answer.content.decode() for answer in answers)


def locations(client: Client) -> list[str]:
    """Every address that a part names, without the host, which must be ours."""
    return [_ours(location) for location in LOCATION.findall(xml(client))]


def _ours(location: str) -> str:
    assert location.startswith(f"{settings.SITE_URL}/"), location
    split = urlsplit(location)
    return split.path + (f"?{split.query}" if split.query else "")

"""What tests of the lookup ask, and how they read the answer."""

from __future__ import annotations

import re

from django.test import Client
from django.utils.html import strip_tags

PAGE = "/representatives/"
MAP = {
    "90210": "CA-30 CA-32 CA-36",
    "82063": "CO-2 WY-0",
    "94541": "CA-14",
    "99501": "AK-0",
    "20001": "DC-0",
    "00601": "PR-0",
    "53703": "WI-2",
}


def html_of(client: Client, zip_code: str, **more: str) -> str:
    answer = client.get(PAGE, {"zip": zip_code, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(client: Client, zip_code: str, **more: str) -> str:
    main = re.search(r"<main.*</main>", html_of(client, zip_code, **more), re.DOTALL)
    assert main
    return " ".join(strip_tags(main[0]).replace("&#x27;", "'").replace("&rsquo;", "’").split())


def members_on(client: Client, zip_code: str) -> list[str]:
    """The seats of those whom the answer names, in its order."""
    return re.findall(r">\w[\w ]* Member of ([^<]+)</a></h3>", html_of(client, zip_code))

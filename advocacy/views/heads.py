"""What the heads of readers' pages say."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def head(title: str, description: str, path: str) -> dict[str, Any]:
    """Of a page for everybody, in the form that ``base.html`` expects."""
    return {
        "title": title,
        "description": description,
        "canonical": f"{settings.SITE_URL}{path}",
        "image": None,
        "type": "website",
        "noindex": False,
    }


def private_head(title: str) -> dict[str, Any]:
    """Of a page for one person only."""
    return {"title": title, "description": "", "noindex": True}
